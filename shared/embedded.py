"""Embedded mode: all services in one process, on SQLite files, delivering inside the process.

The same outbox rows, the same bytes and the same inboxes as in production; only the broker is in memory.
"""

import fcntl
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO
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
    """Return each service with its configuration and its database, brought to the newest version."""
    parts = []
    for service in services:
        settings = config.load(service.name, environ)
        database = Database(settings.database_url, service.name, keys=settings.data_keys)
        _migrate(service, database)
        database.write(outbox.end_leases)  # the lock on the folder says that nobody else is at work
        if service.prepare is not None:
            database.write(service.prepare, settings, clock.utc_now())
        parts.append(Part(service, settings, database))
    return parts


def _migrate(service: Service, database: Database) -> None:
    newest = versions.newest(service.name)
    if newest is None or database.read(versions.seen) != newest:
        from shared import migrations  # noqa: PLC0415  (alembic imports slowly)

        migrations.migrate(service, database)


def web(parts: Sequence[Part]) -> WSGIApplication:
    """Return one application for all services; the first path segment names the service."""
    applications = {part.service.name: build_app(part.service, part.config, part.database) for part in parts}
    home = parts[0].service.name

    def route(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        first = environ.get("PATH_INFO", "/").split("/", 2)[1:2]
        if first in ([], [""]):
            start_response("302 Found", [("Location", f"/{home}/"), ("Content-Length", "0")])
            return []
        return applications.get(first[0], applications[home])(environ, start_response)

    return route


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
