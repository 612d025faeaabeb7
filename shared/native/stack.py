"""Steward in the shape of production on one machine: every role a process of its own, none of them in a container.

PostgreSQL and RabbitMQ are private instances unless the environment names others; Supervisor keeps everything
running; nginx makes one origin of it.
"""

import fcntl
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Final, NoReturn
from urllib.parse import urlsplit

from shared.native import keys, surroundings
from shared.native.gateway import Gateway
from shared.native.parts import LOOPBACK, PartMissing, child_command, kept_port, kept_secret
from shared.native.postgres import PrivatePostgres
from shared.native.rabbitmq import PrivateRabbitMQ
from shared.native.server import DidNotStart, PrivateServer, accepts
from shared.native.supervision import Program, Supervisor

ROOT: Final = Path(__file__).resolve().parents[2]
FOLDER: Final = Path("var/stack")
READY_WITHIN: Final = 60.0
POLL_SECONDS: Final = 0.1
ROLE_STOPS_WITHIN: Final = 6
SERVER_STOPS_WITHIN: Final = 3
"""Seconds, first for all roles together, then for all servers together; then they are killed."""
GATEWAY: Final = "gateway"
ELSEWHERE: Final = "STEWARD_<SERVICE>_DATABASE_URL, STEWARD_AMQP_URL"


def run(services: Sequence[str], port: int, webs: int = 1, folder: Path = FOLDER) -> int:
    """Run the whole stack behind http://127.0.0.1:port until SIGINT or SIGTERM, then stop all of it within 10 s.

    ``webs`` is how many web servers each service has; with two, one can be restarted while the other answers.

    Returns the exit status: 1, after a line that says why, where a part is missing, a step fails, or a stack runs
    on the folder already.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return _sorry(f"A stack runs on {folder} already. Please stop it first (Ctrl-C where it was started).")
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, _leave)
        try:
            Stack(services, port, webs, folder.resolve(), os.environ).keep_running()
        except PartMissing as error:
            return _sorry(f"{error} Or name servers that run elsewhere: {ELSEWHERE}.")
        except DidNotStart as error:
            return _sorry(str(error))
    return 0


class _Leaving(BaseException):
    """Somebody asked us to stop."""


def _leave(_number: int, _frame: FrameType | None) -> NoReturn:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # asking twice does not hurry the stop
    raise _Leaving


class Stack:
    """All parts of one stack; ``given`` is the environment that it was started in."""

    def __init__(self, services: Sequence[str], port: int, webs: int, folder: Path, given: Mapping[str, str]) -> None:
        self._services = services
        self._folder = folder
        self._given = given
        self._port = port
        ports = folder / "ports"
        ports.mkdir(exist_ok=True)
        self._web = {
            service: {
                _web(service, number): f"{LOOPBACK}:{kept_port(ports / _web(service, number))}"
                for number in range(1, webs + 1)
            }
            for service in services
        }
        self._watched = {service: f"{LOOPBACK}:{kept_port(ports / _worker(service))}" for service in services}
        self._own_databases = [service for service in services if not keys.has(given, _database_variable(service))]
        self._postgres = PrivatePostgres(folder / "postgres") if self._own_databases else None
        theirs = keys.has(given, "STEWARD_AMQP_URL")
        self._rabbitmq = None if theirs else PrivateRabbitMQ(folder / "rabbitmq", services)
        addresses = {service: list(webs.values()) for service, webs in self._web.items()}
        self._origin = given.get("STEWARD_ORIGIN") or f"http://{LOOPBACK}:{port}"
        self._gateway = Gateway(
            folder / GATEWAY,
            addresses,
            port,
            scheme=urlsplit(self._origin).scheme,
            proxies=given.get("STEWARD_GATEWAY_PROXIES", "").split(),
        )
        self._passwords: dict[str, str] = {}
        self._environment: dict[str, str] = {}
        self._is_set_up = False

    def keep_running(self) -> None:
        """Bring everything up, and again should Supervisor itself be killed, until we are asked to leave."""
        started = time.monotonic()
        self._prepare()
        supervisor = Supervisor(self._folder, self._programs())
        try:
            while True:
                self._bring_up(supervisor)
                self._welcome(time.monotonic() - started)
                supervisor.wait()
                _say("Supervisor ended unexpectedly; starting again.")
                started = time.monotonic()
                self._wait_for_free_ports()
        except _Leaving:
            _say("Stopping.")
        finally:
            supervisor.stop()

    def _prepare(self) -> None:
        """Make folders, secrets and configuration; raises PartMissing before anything has been started."""
        self._environment = {
            "PYTHONUNBUFFERED": "1",
            "STEWARD_ORIGIN": self._origin,
            "STEWARD_NOTICES_FILE": str(self._folder / "notices.log"),
            "STEWARD_TRUSTED_PROXIES": "1",
            **{name: value for name, value in self._given.items() if name.startswith("STEWARD_") and value},
            **keys.environment(self._folder / "secrets", self._services, self._given),
        }
        for name, server in self._servers().items():
            server.log = self._folder / "logs" / f"{name}.log"
            server.prepare()
        if self._postgres is not None:
            for service in self._own_databases:
                password = kept_secret(self._folder / "secrets" / f"{service}-database-password")
                self._passwords[service] = password
                self._environment[_database_variable(service)] = self._postgres.url(service, service, password)
        surroundings.keep(self._folder, self._environment | self._administrator())

    def _servers(self) -> dict[str, PrivateServer]:
        servers: dict[str, PrivateServer] = {GATEWAY: self._gateway}
        if self._postgres is not None:
            servers["postgres"] = self._postgres
        if self._rabbitmq is not None:
            servers |= {"epmd": self._rabbitmq.port_mapper, "rabbitmq": self._rabbitmq}
        return servers

    def _programs(self) -> list[Program]:
        servers = [
            Program(
                name=name,
                command=server.command,
                directory=server.directory,
                environment=server.environment,
                stop_signal=server.stop_signal,
                stop_seconds=SERVER_STOPS_WITHIN,
                rank=2 if name == GATEWAY else 1,
            )
            for name, server in self._servers().items()
        ]
        roles = {
            name: ["serve", service, "--bind", bind]
            for service, webs in self._web.items()
            for name, bind in webs.items()
        }
        roles |= {_worker(service): ["worker", service] for service in self._services}
        return servers + [
            Program(
                name=name,
                command=child_command([sys.executable, "-m", "services", *words]),
                directory=ROOT,
                environment=self._broker(words[1]) | {"STEWARD_WORKER_METRICS_BIND": self._watched[words[1]]},
                stop_seconds=ROLE_STOPS_WITHIN,
                rank=2,
            )
            for name, words in roles.items()
        ]

    def _administrator(self) -> dict[str, str]:
        return {} if self._rabbitmq is None else {"STEWARD_AMQP_URL": self._rabbitmq.url()}

    def _broker(self, service: str) -> dict[str, str]:
        return {} if self._rabbitmq is None else {"STEWARD_AMQP_URL": self._rabbitmq.url(service)}

    def _bring_up(self, supervisor: Supervisor) -> None:
        """Start the parts in the order in which they need each other."""
        _say(f"Starting Steward (everything it keeps is in {_shown(self._folder)}) …")
        supervisor.open(self._environment)
        alive = lambda: supervisor.is_running  # noqa: E731 - shorter than a function
        supervisor.start(name for name in self._servers() if name != GATEWAY)
        if self._postgres is not None:
            self._postgres.wait(alive)
            for service, password in self._passwords.items():
                self._postgres.add_database(service, password)
        if not self._is_set_up:
            self._command("migrate")
        supervisor.start(name for webs in self._web.values() for name in webs)
        if self._rabbitmq is not None:
            self._rabbitmq.wait(alive)
        if not self._is_set_up:
            self._command("declare")
            self._is_set_up = True
        supervisor.start(_worker(service) for service in self._services)
        supervisor.start([GATEWAY])
        for service in self._services:
            self._wait_until_ready(service, alive)

    def _wait_for_free_ports(self) -> None:
        """Give the processes that a killed Supervisor left, and that end with it, the time to do so."""
        ports = [int(address.rpartition(":")[2]) for webs in self._web.values() for address in webs.values()]
        ports += [server.port for server in self._servers().values()]
        deadline = time.monotonic() + READY_WITHIN
        while any(accepts(port) for port in ports) and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)

    def _command(self, command: str) -> None:
        """Run a command over all services; raises DidNotStart with what it said if it failed."""
        environment = {**os.environ, **self._environment, **self._administrator()}
        done = subprocess.run(  # noqa: S603 - our own command
            child_command([sys.executable, "-m", "services", command]),
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise DidNotStart(f"`python -m services {command}` failed:\n{done.stdout.strip()}")

    def _wait_until_ready(self, service: str, alive: Callable[[], bool]) -> None:
        address = f"http://{LOOPBACK}:{self._port}/{service}/readyz"
        deadline = time.monotonic() + READY_WITHIN
        while alive() and time.monotonic() < deadline:
            with suppress(OSError, urllib.error.URLError), urllib.request.urlopen(address, timeout=5):
                return
            time.sleep(POLL_SECONDS)
        raise DidNotStart(f"{service} is not ready; see {_shown(self._folder)}/logs/{_web(service)}.log")

    def _welcome(self, seconds: float) -> None:
        file = Path(self._environment.get(f"{keys.ADMIN_PASSWORD}_FILE", os.devnull))
        theirs = keys.has(self._given, keys.ADMIN_PASSWORD)
        password = f"(as {keys.ADMIN_PASSWORD} says)" if theirs else file.read_text(encoding="utf-8")
        _say(
            f"Steward is up after {seconds:.0f} s.\n"
            f"  Address    {self._environment['STEWARD_ORIGIN']}/\n"
            f"  Organizer  admin  {password}\n"
            f"  Notices    {self._environment['STEWARD_NOTICES_FILE']}\n"
            f"  Logs       {_shown(self._folder)}/logs/\n"
            "  Stop with Ctrl-C."
        )


def _database_variable(service: str) -> str:
    return f"STEWARD_{service.upper()}_DATABASE_URL"


def _web(service: str, number: int = 1) -> str:
    return f"{service}-web" if number == 1 else f"{service}-web-{number}"


def _worker(service: str) -> str:
    return f"{service}-worker"


def _shown(path: Path) -> Path:
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _sorry(text: str) -> int:
    sys.stderr.write(f"{text}\n")
    return 1


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
