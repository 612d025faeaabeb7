"""The stack that is broken: how it is started for that, how its processes are found, and what is read of it."""

import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from configparser import RawConfigParser
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, Final, Self
from uuid import UUID
from xmlrpc.client import ServerProxy

import pika
import psycopg
from psycopg import sql
from sqlalchemy import URL, select
from sqlalchemy.exc import DBAPIError

from services.__main__ import NAMES, one_service
from services.signups.models import Signup
from shared import clock, config
from shared.database import Database
from shared.embedded import Part
from shared.messaging import outbox
from shared.messaging.rabbit import RabbitTransport
from shared.messaging.transport import QueueState, TransportError, dead_queue_name
from shared.native import surroundings
from shared.native.parts import free_port
from tools import sites
from tools.faults.comparing import Seen
from tools.faults.letters import MailServer, written_down

PROGRAMS: Final[dict[str, tuple[str, ...]]] = {
    "broker": ("beam.smp",),
    "database": ("/bin/postgres", "-D"),
    **{f"{name}-web": ("services", "serve", name) for name in NAMES},
    **{f"{name}-worker": ("services", "worker", name) for name in NAMES},
}
"""What can be broken -> what its command line holds."""
CHANGED: Final = Path(__file__).with_name("changed")
FRESH: Final = 2.0
"""Seconds: where no message waits for longer, everything has recovered."""
WITHIN: Final = 180.0


class Stack:
    """A running stack with two web servers for each service, its databases, and a mail server of its own.

    ``without`` names a mechanism that is taken out of all its processes.
    """

    def __init__(self, folder: Path, *, without: str | None = None) -> None:
        self.mail = MailServer()
        self.mail.start()
        self._failpoints = folder / "failpoints"
        self._failpoints.touch()
        given = {
            "STEWARD_SMTP_URL": f"smtp://127.0.0.1:{self.mail.port}",
            "STEWARD_NOTICE_RATES": "email=1000",
            "STEWARD_DAILY_NOTICES": "0",
            "STEWARD_LOG_LEVEL": "DEBUG",
            "STEWARD_WEB_WORKERS": "1",
            "STEWARD_FAILPOINTS_FILE": str(self._failpoints),
        }
        if without is not None:
            given |= {"STEWARD_WITHOUT": without, "PYTHONPATH": f"{CHANGED}:{sites.ROOT}"}
        try:
            self.site = sites.start("stack", folder, free_port(), given, ("--webs", "2"))
        except BaseException:
            self.mail.stop()
            raise
        self.folder = folder / "var" / "stack"
        self.environ = surroundings.kept(self.folder)
        self.parts = opened(self.environ)
        self.broker = RabbitTransport(self.environ["STEWARD_AMQP_URL"])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        for part in self.parts:
            part.database.dispose()
        sites.stop(self.site)
        self.mail.stop()

    def pids(self, program: str) -> list[int]:
        """Return the program's processes that Supervisor started; raises AssertionError where none comes up."""
        deadline = time.monotonic() + WITHIN
        while not (found := self.site.supervised(*PROGRAMS[program])):
            if time.monotonic() > deadline:
                raise AssertionError(f"{program} does not run")
            time.sleep(0.05)
        return found

    def kill(self, program: str) -> None:
        """End the program as a power cut would."""
        for pid in self.pids(program):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    @contextmanager
    def frozen(self, program: str) -> Iterator[None]:
        """Let the program hang meanwhile: it holds its connections and answers nothing."""
        pids = [child for pid in self.pids(program) for child in (pid, *sites.children(pid))]
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in pids:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)

    @contextmanager
    def stopped(self, *names: str) -> Iterator[None]:
        """Let these programs of Supervisor (``rank:name``) be stopped in good order meanwhile."""
        with self._supervisor() as supervisord:
            for name in names:
                supervisord.supervisor.stopProcess(name)
        try:
            yield
        finally:
            with self._supervisor() as supervisord:
                for name in names:
                    supervisord.supervisor.startProcess(name, False)

    def die_at(self, moment: str, times: int, seconds: float) -> None:
        """Let workers die at the moment, passed for so many times, for so long, and longer until one has.

        All workers are started anew for it and after it. Raises AssertionError where nobody passes the moment.
        """
        began, known = time.monotonic(), self._workers()
        born: set[int] = set()
        self._failpoints.write_text(f"{moment}:{times}")
        try:
            self._kill_workers()
            while (passed := time.monotonic() - began) < seconds or born <= self._workers():
                if passed > WITHIN:
                    raise AssertionError(f"no worker came to {moment}")
                born |= self._workers() - known
                time.sleep(0.2)
        finally:
            self._failpoints.write_text("")
            self._kill_workers()

    def _workers(self) -> set[int]:
        return {pid for name in NAMES for pid in self.site.supervised(*PROGRAMS[f"{name}-worker"])}

    def _kill_workers(self) -> None:
        for name in NAMES:
            self.kill(f"{name}-worker")

    def has_recovered(self) -> bool:
        """Say whether all services say that nothing is wrong, and no message waits for long."""
        try:
            oldest = [part.database.read(outbox.backlog, clock.utc_now())[1] for part in self.parts]
            said = [self.site.call("GET", f"/{name}/readyz") for name in NAMES]
        except (DBAPIError, OSError):
            return False
        return max(oldest) < FRESH and all(one.ok and one.json()["status"] == "ok" for one in said)

    def queues(self) -> dict[str, QueueState | None]:
        """Return how each service's queue is; raises TransportError while the broker is away."""
        return {name: self.broker.look(name) for name in NAMES}

    def queues_are_empty(self) -> bool:
        """Say whether the broker holds nothing for anybody."""
        try:
            return not any(one is None or one.waiting for one in self.queues().values())
        except TransportError:
            return False

    def buried(self, service: str) -> int:
        """Return how much lies in the service's queue for what is no message."""
        parameters = pika.URLParameters(self.environ["STEWARD_AMQP_URL"])
        with closing(pika.BlockingConnection(parameters)) as connection:
            queue = connection.channel().queue_declare(dead_queue_name(service), passive=True)
            return int(queue.method.message_count)

    def elsewhere(self, folder: Path) -> Path:
        """Return the folder of an installation of its own: empty databases on the same server, and no broker."""
        server = self.folder / "postgres"
        port, password = (server / "port").read_text(), (server / "password").read_text()
        given = dict(self.environ) | {"STEWARD_AMQP_URL": ""}
        owner = URL.create("postgresql", "steward", password, "127.0.0.1", int(port), "postgres")
        with psycopg.connect(owner.render_as_string(hide_password=False), autocommit=True) as connection:
            for name in NAMES:
                database = f"elsewhere_{name}_{secrets.token_hex(4)}"
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))
                address = owner.set(drivername="postgresql+psycopg", database=database)
                given[f"STEWARD_{name.upper()}_DATABASE_URL"] = address.render_as_string(hide_password=False)
        surroundings.keep(folder, given)
        return folder

    def steward(self, *words: str, at: Path | None = None, ends: Sequence[int] = (0,)) -> Any:
        """Return what a command of Steward prints for programs; raises AssertionError where it ends otherwise."""
        environ = {name: value for name, value in os.environ.items() if not name.startswith("STEWARD_")}
        done = subprocess.run(  # noqa: S603 - our own command
            [sys.executable, "-m", "services", "--at", str(at or self.folder), *words, "--json"],
            cwd=sites.ROOT,
            env=environ,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode not in ends:
            raise AssertionError(f"steward {' '.join(words)}: {done.stdout}{done.stderr}")
        return json.loads(done.stdout[done.stdout.find("\n{") + 1 :])  # what is logged meanwhile comes before it

    def signups_in(self, folder: Path) -> set[UUID]:
        """Return the sign-ups that the installation in the folder knows."""
        part = next(part for part in opened(surroundings.kept(folder)) if part.service.name == "signups")
        found = part.database.read(lambda session: session.scalars(select(Signup.id)).all())
        part.database.dispose()
        return set(found)

    def seen(self) -> Seen:
        """Return what was seen outside of the databases so far."""
        letters = written_down(Path(self.environ["STEWARD_NOTICES_FILE"])) + self.mail.taken
        return Seen(letters, Counter(self._applied()))

    def _applied(self) -> Iterator[tuple[str, UUID]]:
        for name in NAMES:
            for file in (self.folder / "logs").glob(f"{name}-worker.log*"):
                with file.open(encoding="utf-8", errors="replace") as lines:
                    for line in lines:
                        if '"message.applied"' in line:
                            with suppress(ValueError):  # a line that was cut off
                                yield name, UUID(json.loads(line)["message_id"])

    @contextmanager
    def _supervisor(self) -> Iterator[Any]:
        settings = RawConfigParser()
        settings.read(self.folder / "supervisord.conf", encoding="utf-8")
        server = settings["inet_http_server"]
        address = f"http://{server['username']}:{server['password']}@{server['port']}/RPC2"
        with ServerProxy(address) as proxy:
            yield proxy


def opened(environ: Mapping[str, str]) -> Sequence[Part]:
    """Return the services with the databases that the environment names."""
    parts = []
    for name in NAMES:
        settings = config.load(name, environ)
        parts.append(Part(one_service(name), settings, Database(settings.database_url, name, keys=settings.data_keys)))
    return parts
