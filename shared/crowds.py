"""Writes that come in crowds: those that wait at the same moment are done in one transaction.

A commit waits for the disk, and a statement costs a database nearly the same for one row as for ten. So whoever comes
while others are being written down waits for them, and the first who waits writes next, for all who wait with it.
Nobody waits for a crowd to gather: whoever comes alone is written at once.
"""

from collections.abc import Callable, Sequence
from threading import Event, Lock
from typing import Final, Generic, TypeVar

import structlog

T = TypeVar("T")
R = TypeVar("R")

MOST: Final = 16
"""Who are written together; a statement that grows without end would be read anew each time."""

log = structlog.get_logger()


class _Waiting(Generic[T, R]):
    """Somebody who waits for what they wish, or for their turn to write for all who wait."""

    def __init__(self, wish: T) -> None:
        self.wish = wish
        self.called = Event()
        self.is_done = False
        self.outcome: R | None = None


class Crowd(Generic[T, R]):
    """What is wished of one operation in this process, by however many threads.

    ``write`` runs the operation for several wishes in one transaction. The operation answers each in their order, None
    to those of which it has done nothing.
    """

    def __init__(self, write: Callable[[Sequence[T]], Sequence[R | None]]) -> None:
        self._write = write
        self._lock = Lock()
        self._waiting: list[_Waiting[T, R]] = []
        self._is_writing = False

    def wish(self, wish: T) -> R | None:
        """Return what came of the wish once that is committed; None where nothing was done, and it is for one alone.

        That is also the case where writing for several has failed: the reason may be another's.
        """
        mine = _Waiting[T, R](wish)
        with self._lock:
            self._waiting.append(mine)
            waits, self._is_writing = self._is_writing, True
        if waits:
            mine.called.wait()
        if not mine.is_done:
            self._write_for_all()
        return mine.outcome

    def _write_for_all(self) -> None:
        with self._lock:
            crowd, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
        try:
            outcomes = self._write([one.wish for one in crowd])
            for one, outcome in zip(crowd, outcomes, strict=True):
                one.outcome = outcome
        except Exception as error:  # noqa: BLE001  (each meets it again alone, and tells it to whom it concerns)
            log.info("crowd.one_by_one", number=len(crowd), error=type(error).__name__)
        finally:
            for one in crowd:
                one.is_done = True
                one.called.set()
            self._call_next()

    def _call_next(self) -> None:
        with self._lock:
            self._is_writing = bool(self._waiting)
            if self._waiting:
                self._waiting[0].called.set()
