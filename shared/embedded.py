"""Embedded mode: all services in one process, on SQLite files, delivering inside the process.

The same outbox rows, the same bytes and the same inboxes as in production; only the broker is in memory.
"""

import fcntl
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from typing import IO, Final
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from shared import clock, config, versions
from shared.config import Config
from shared.database import Database
from shared.messaging import outbox
from shared.messaging.local import LocalTransport
from shared.messaging.worker import Worker
from shared.native import keys
from shared.service import Service, build_app, build_worker

SETTLE_SECONDS = 60
PATIENCE: Final = 1.0
"""Seconds after which everything is opened, if nobody asks for a page before."""


class AlreadyRunning(Exception):
    """Another process works on the same data folder."""


@dataclass(frozen=True, slots=True)
class Part:
    """A service with its surroundings."""

    service: Service
    config: Config
    database: Database


def lock(folder: Path) -> IO[str]:
    """Take the data folder for this process; raises AlreadyRunning. Keep the returned file open."""
    folder.mkdir(parents=True, exist_ok=True)
    file = (folder / "lock").open("w", encoding="utf-8")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise AlreadyRunning(f"Steward is already running on {folder}.") from None
    return file


def environment(folder: Path, services: Sequence[str], given: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of the embedded services: what is given, and for the rest files in the folder.

    Keys and the first organizer's password are made up once and kept in the folder, readable by its owner only.
    """
    ours = {f"STEWARD_{name.upper()}_DATABASE_URL": f"sqlite:///{folder / name}.db" for name in services}
    ours |= {"STEWARD_NOTICES_FILE": str(folder / "notices.log"), "STEWARD_LOG_FORMAT": "words"}
    ours["STEWARD_SENDERS"] = "1"  # SQLite's writers take turns anyway
    return keys.environment(folder / "secrets", services, given) | ours | dict(given)


def open_parts(services: Sequence[Service], environ: Mapping[str, str]) -> list[Part]:
    """Return each service with its configuration and its database, brought to the newest version and prepared."""
    parts = []
    for service in services:
        part = open_part(service, environ)
        _migrate(service, part.database)
        _prepare(part)
        parts.append(part)
    return parts


def open_part(service: Service, environ: Mapping[str, str]) -> Part:
    """Return a service with its configuration and its database, which is of the newest version already."""
    settings = config.load(service.name, environ)
    return Part(service, settings, Database(settings.database_url, service.name, keys=settings.data_keys))


def is_current(services: Sequence[str], environ: Mapping[str, str]) -> bool:
    """Say whether the databases of all services are of the newest version; raises ConfigError."""
    databases = [Database(config.load(name, environ).database_url, name) for name in services]
    try:
        return all(_is_current(database) for database in databases)
    finally:
        for database in databases:
            database.dispose()


def _is_current(database: Database) -> bool:
    newest = versions.newest(database.service)
    return newest is not None and database.read(versions.seen) == newest


def _migrate(service: Service, database: Database) -> None:
    if not _is_current(database):
        from shared import migrations  # noqa: PLC0415  (alembic imports slowly)

        migrations.migrate(service, database)


def _prepare(part: Part) -> None:
    part.database.write(outbox.end_leases)  # the lock on the folder says that nobody else is at work
    if part.service.prepare is not None:
        part.database.write(part.service.prepare, part.config, clock.utc_now())


class Site:
    """All services as one application and one set of workers; the first path segment names the service.

    The first service answers at once. The others and the workers are opened after its first page, and whoever comes to
    them meanwhile waits. ``others`` opens them, and ``give_up`` is called where that fails.
    """

    def __init__(self, first: Part, others: Callable[[], Sequence[Part]], give_up: Callable[[], None]) -> None:
        self._first = first
        self._open_others = others
        self._give_up = give_up
        self._was_asked = Event()
        self._opening: Thread | None = None
        self._others: Future[Mapping[str, WSGIApplication]] = Future()
        self._workers: Sequence[Worker] = ()

    def application(self) -> WSGIApplication:
        """Return the application."""
        name, home = self._first.service.name, _app(self._first)

        def route(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            service = environ.get("PATH_INFO", "/").split("/", 2)[1:2]
            if service in ([], [""]):
                start_response("302 Found", [("Location", f"/{name}/"), ("Content-Length", "0")])
                return []
            if service == [name]:
                try:
                    return home(environ, start_response)
                finally:
                    self._was_asked.set()
            self._was_asked.set()
            return self._others.result().get(service[0], home)(environ, start_response)

        return route

    def start(self) -> None:
        """Open the rest, in the process that serves: a thread that was made before the fork cannot be waited for."""
        self._opening = Thread(target=self._open, name="opening", daemon=True)
        self._opening.start()

    def stop(self) -> None:
        """Stop the workers, when they have finished what they have in hand."""
        self._was_asked.set()
        if self._opening is not None:
            self._opening.join()
        for worker in self._workers:
            worker.ask_to_stop()
        for worker in self._workers:
            worker.stop()

    def _open(self) -> None:
        try:
            _prepare(self._first)
            self._was_asked.wait(PATIENCE)
            others = self._open_others()
            self._others.set_result({part.service.name: _app(part) for part in others})
            self._workers = workers([self._first, *others])
            for worker in self._workers:
                worker.start()
        except BaseException:
            self._others.cancel()  # who waits for them does not any more
            self._give_up()
            raise


def _app(part: Part) -> WSGIApplication:
    return build_app(part.service, part.config, part.database)


def workers(parts: Sequence[Part]) -> list[Worker]:
    """Return the services' workers on one local transport."""
    transport = LocalTransport()
    transport.declare({part.service.name: part.service.handlers.types for part in parts})
    return [build_worker(part.service, part.config, part.database, transport) for part in parts]


@contextmanager
def delivering(parts: Sequence[Part]) -> Iterator[None]:
    """Carry messages between the services meanwhile, and do nothing else: no task runs, and no notice is sent."""
    transport = LocalTransport()
    transport.declare({part.service.name: part.service.handlers.types for part in parts})
    running = [Worker(part.database, transport, part.service.handlers, [], clock.utc_now, {}) for part in parts]
    with at_work(running, parts):
        yield


@contextmanager
def at_work(running: Sequence[Worker], parts: Sequence[Part]) -> Iterator[None]:
    """Keep the workers going meanwhile; afterwards nobody is told of what is written any more."""
    for worker in running:
        worker.start()
    try:
        yield
    finally:
        for worker in running:
            worker.ask_to_stop()
        for worker in running:
            worker.stop()
        for part in parts:
            part.database.after_commit.clear()
            part.database.after_planning.clear()


def settle(parts: Sequence[Part]) -> None:
    """Run all workers until every message and what came of it is applied; raises TimeoutError after a minute."""
    with at_work(workers(parts), parts):
        deadline = time.monotonic() + SETTLE_SECONDS
        quiet = 0
        while quiet < 2:  # an answer may have been written just after its service was looked at  # noqa: PLR2004
            waiting = any(part.database.read(outbox.backlog, clock.utc_now())[0] for part in parts)
            quiet = 0 if waiting else quiet + 1
            if time.monotonic() > deadline:
                raise TimeoutError("messages are still on their way")
            time.sleep(0.02)
