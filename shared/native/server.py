"""What every private server has: a folder of its own, one process, and a way to know that it answers."""

import os
import signal
import socket
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import ClassVar, Final

from shared.native.parts import LOOPBACK

POLL_SECONDS: Final = 0.05
ATTEMPTS: Final = 5
ATTEMPT_SECONDS: Final = 0.5
TAIL_LINES: Final = 12


class DidNotStart(Exception):
    """A private server ended, or gave no answer in time; the text holds the end of its log."""


class PrivateServer(ABC):
    """A server that listens on 127.0.0.1 only and keeps everything under ``folder``.

    ``start``, ``stop`` and ``kill`` run it as a child of this process, which writes what it says to ``log``. A
    supervisor may run it instead: it calls ``prepare``, takes ``command``, ``environment``, ``directory`` and
    ``stop_signal``, and names the ``log`` that it writes. ``port`` is known once ``prepare`` has chosen one.
    """

    name: ClassVar[str]
    stop_signal: ClassVar[signal.Signals] = signal.SIGTERM
    ready_within: ClassVar[float] = 60.0

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.log = self.folder / "server.log"
        self.port = 0
        self._process: subprocess.Popen[bytes] | None = None

    @abstractmethod
    def prepare(self) -> None:
        """Make the data folder, secrets and configuration; what is there already stays."""

    @property
    @abstractmethod
    def command(self) -> list[str]:
        """What to execute, in the foreground; the process it becomes is the server itself."""

    @abstractmethod
    def answers(self) -> bool:
        """Say whether the server would serve a client now."""

    @property
    def environment(self) -> Mapping[str, str]:
        """What the server needs in its environment besides ours."""
        return {}

    @property
    def directory(self) -> Path:
        """Where the server is started."""
        return self.folder

    @property
    def pid(self) -> int:
        """The server's process; raises ValueError when ``start`` did not start one."""
        if self._process is None:
            raise ValueError(f"{self.name} is not running")
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Whether ``start`` started the server and it has not ended since."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start the server and wait until it answers; raises PartMissing or DidNotStart.

        A server that ends at once is started again a few times: what is left of a killed one may hold its port or
        memory for another moment.
        """
        self.prepare()
        for attempt in range(1, ATTEMPTS + 1):
            self._launch()
            try:
                self.wait(alive=lambda: self.is_running)
            except DidNotStart:
                ended_by_itself = not self.is_running
                self.kill()
                if attempt == ATTEMPTS or not ended_by_itself:
                    raise
                time.sleep(ATTEMPT_SECONDS)
            except BaseException:
                self.kill()
                raise
            else:
                return

    def wait(self, alive: Callable[[], bool] = lambda: True) -> None:
        """Wait until the server answers; raises DidNotStart when it takes too long or ``alive`` turns false."""
        deadline = time.monotonic() + self.ready_within
        while not self.answers():
            if not alive() or time.monotonic() > deadline:
                raise DidNotStart(f"{self.name} did not start. The end of {self.log}:\n{self._tail()}")
            time.sleep(POLL_SECONDS)

    def stop(self, timeout: float = 20.0) -> None:
        """Ask the server to end and wait; after ``timeout`` seconds it is killed. Again: nothing happens."""
        if self._process is None:
            return
        self._process.send_signal(self.stop_signal)
        try:
            self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def kill(self) -> None:
        """End the server at once, as a crash would (SIGKILL); ``start`` brings it back on the same data."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _launch(self) -> None:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own command
                self.command,
                cwd=self.directory,
                env={**os.environ, **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # a Ctrl-C at the terminal is for us, who then stop it in order
            )

    def _tail(self) -> str:
        if not self.log.exists():
            return "(nothing)"
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join(lines[-TAIL_LINES:])


def accepts(port: int) -> bool:
    """Say whether somebody accepts connections at the port of 127.0.0.1."""
    try:
        socket.create_connection((LOOPBACK, port), timeout=1).close()
    except OSError:
        return False
    return True
