"""Supervisor, which starts the stack's processes and brings back whichever of them ends."""

import os
import secrets
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from xmlrpc.client import ServerProxy

from shared.native.parts import LOOPBACK, child_command, free_port
from shared.native.server import POLL_SECONDS, DidNotStart, accepts

FOREVER: Final = 1_000_000
"""How often a process that ends within a second is started again, with growing pauses."""
ANSWERS_WITHIN: Final = 15.0
STOPS_WITHIN: Final = 9.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """One process. Programs of a higher ``rank`` stop together before those of a lower rank do."""

    name: str
    command: Sequence[str]
    directory: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    stop_signal: signal.Signals = signal.SIGTERM
    stop_seconds: int
    """Patience before SIGKILL."""
    rank: int


class Supervisor:
    """A supervisord over the programs, none of which runs before ``start`` names it."""

    def __init__(self, folder: Path, programs: Iterable[Program]) -> None:
        self._folder = folder
        self._programs = list(programs)
        self._process: subprocess.Popen[bytes] | None = None
        self._port = 0
        self._password = ""

    def open(self, environment: Mapping[str, str]) -> None:
        """Start supervisord; its programs inherit the environment. Raises DidNotStart."""
        self._port, self._password = free_port(), secrets.token_urlsafe(24)
        (self._folder / "logs").mkdir(exist_ok=True)
        configuration = self._folder / "supervisord.conf"
        configuration.touch(mode=0o600)
        configuration.write_text(self._configuration(), encoding="utf-8")
        self._process = subprocess.Popen(  # noqa: S603 - our own command
            child_command([sys.executable, "-m", "supervisor.supervisord", "--configuration", configuration]),
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # a Ctrl-C at the terminal is for us, who then stop it in order
        )
        deadline = time.monotonic() + ANSWERS_WITHIN
        while not accepts(self._port):
            if not self.is_running or time.monotonic() > deadline:
                raise DidNotStart(f"supervisord did not start; see {self._folder / 'logs/supervisord.log'}")
            time.sleep(POLL_SECONDS)

    @property
    def is_running(self) -> bool:
        """Whether supervisord is alive."""
        return self._process is not None and self._process.poll() is None

    def start(self, names: Iterable[str]) -> None:
        """Start these programs and keep them running from now on."""
        ranks = {program.name: program.rank for program in self._programs}
        address = f"http://steward:{self._password}@{LOOPBACK}:{self._port}/RPC2"
        with ServerProxy(address) as supervisord:
            for name in names:
                supervisord.supervisor.startProcess(f"rank{ranks[name]}:{name}", False)

    def wait(self) -> None:
        """Return when supervisord has ended."""
        if self._process is not None:
            self._process.wait()

    def stop(self) -> None:
        """Stop all programs and supervisord itself. Again: nothing happens."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(STOPS_WITHIN)
            except subprocess.TimeoutExpired:
                self._process.kill()  # its programs notice, and end
                self._process.wait()
            self._process = None

    def _configuration(self) -> str:
        logs = self._folder / "logs"
        sections: dict[str, dict[str, object]] = {
            "supervisord": {
                "nodaemon": "true",
                "silent": "true",
                "logfile": logs / "supervisord.log",
                "pidfile": self._folder / "supervisord.pid",
                "childlogdir": logs,
            },
            "inet_http_server": {
                "port": f"{LOOPBACK}:{self._port}",
                "username": "steward",
                "password": self._password,
            },
            "rpcinterface:supervisor": {
                "supervisor.rpcinterface_factory": "supervisor.rpcinterface:make_main_rpcinterface"
            },
            "supervisorctl": {  # for the operator, who stops and starts single programs with it
                "serverurl": f"http://{LOOPBACK}:{self._port}",
                "username": "steward",
                "password": self._password,
            },
        }
        for rank in sorted({program.rank for program in self._programs}):
            members = [program.name for program in self._programs if program.rank == rank]
            sections[f"group:rank{rank}"] = {"programs": ",".join(members), "priority": rank}
        for program in self._programs:
            sections[f"program:{program.name}"] = {
                "command": shlex.join(program.command),
                "directory": program.directory,
                "environment": ",".join(f'{name}="{value}"' for name, value in program.environment.items()),
                "autostart": "false",
                "autorestart": "true",
                "startsecs": 1,
                "startretries": FOREVER,
                "stopsignal": program.stop_signal.name.removeprefix("SIG"),
                "stopwaitsecs": program.stop_seconds,
                "killasgroup": "true",
                "redirect_stderr": "true",
                "stdout_logfile": logs / f"{program.name}.log",
                "stdout_logfile_maxbytes": "10MB",
                "stdout_logfile_backups": 3,
            }
        return "\n".join(
            f"[{section}]\n"
            + "".join(f"{name} = {str(value).replace('%', '%%')}\n" for name, value in settings.items())
            for section, settings in sections.items()
        )
