"""Writing a log down some lines at a time, as whoever keeps it and the other threads of the process like it best."""

import atexit
import os
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from threading import Event, RLock, Thread
from time import sleep
from typing import Final, TextIO

PAUSE: Final = 0.05
"""Seconds for which lines are gathered; a process that is killed outright loses no more of them."""
MOST: Final = 10_000
"""Lines that may wait where nobody reads them; whoever has more to say waits as well."""


class Lines:
    """A logger of finished lines, and a file to those who write to one.

    A write costs more than the line: it lets another thread of the process go first, and wakes whoever keeps the log.
    So what is only noted is written a twentieth of a second later, together and in its order. A warning and worse is
    written at once, with all that was said before it; so is everything before a fork and at the end.
    """

    def __init__(self, file: Callable[[], TextIO]) -> None:
        self._file = file
        self._begin()
        os.register_at_fork(before=self.flush, after_in_child=self._begin)
        atexit.register(self.flush)

    def _begin(self) -> None:
        self._waiting: deque[str] = deque()
        self._some = Event()
        self._turn = RLock()  # what handles a signal may have something to say in the middle of it
        self._thread: Thread | None = None

    def write(self, text: str) -> None:
        """Take in what is to be written, whole lines of it."""
        self._waiting.append(text)

    def flush(self) -> None:
        """Write what was taken in; nothing where nobody can be told any more."""
        with self._turn, suppress(OSError):
            text = "".join(self._waiting.popleft() for _ in range(len(self._waiting)))
            if text:
                file = self._file()
                file.write(text)
                file.flush()

    def info(self, line: str) -> None:
        """Note a line."""
        self.write(f"{line}\n")
        if len(self._waiting) > MOST:
            self.flush()
        if not self._some.is_set():
            self._some.set()
        if self._thread is None:
            self._start()

    def warning(self, line: str) -> None:
        """Write a line at once."""
        self.write(f"{line}\n")
        self.flush()

    debug = info
    error = critical = warning

    def _start(self) -> None:
        with self._turn:
            if self._thread is None:
                self._thread = Thread(target=self._keep_writing, name="log", daemon=True)
                self._thread.start()

    def _keep_writing(self) -> None:
        while True:
            self._some.wait()
            sleep(PAUSE)
            self._some.clear()
            self.flush()
