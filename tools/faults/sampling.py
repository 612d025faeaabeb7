"""What the processes use, looked at again and again: whether it stays as it is shows in the end.

Of open files those of the process count that has most: PostgreSQL has a process for each connection, and each opens a
table's files when it first needs them.
"""

import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final, Self

from sqlalchemy import func, literal_column, select, text
from sqlalchemy.exc import DBAPIError

from shared import clock
from shared.messaging import outbox
from tools.faults.stack import PROGRAMS, Stack
from tools.sites import family

EVERY: Final = 5.0
"""Seconds between two looks."""
GROWS: Final = 1.25
"""The last quarter may have so many times what the first had, and the slack."""
SLACK: Final = {"memory (MiB)": 24.0, "open files": 16.0, "connections": 8.0, "oldest message (s)": 5.0}
QUARTERS: Final = 4


@dataclass(frozen=True, slots=True)
class Measured:
    """One figure of one part: the medians of the first and of the last quarter, and the most there ever was."""

    part: str
    figure: str
    first: float
    last: float
    most: float

    @property
    def is_flat(self) -> bool:
        """Whether the last quarter is about like the first."""
        return self.last <= self.first * GROWS + SLACK[self.figure]


class Samples:
    """Looks at the stack every few seconds from ``with`` to its end; what cannot be seen in a moment is left out."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._seen: dict[tuple[str, str], list[float]] = defaultdict(list)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._keep_looking)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stopping.set()
        self._thread.join()

    def measured(self) -> list[Measured]:
        """Return every figure of every part."""
        return [
            _measured(part, figure, values)
            for (part, figure), values in sorted(self._seen.items())
            if len(values) >= QUARTERS
        ]

    def _keep_looking(self) -> None:
        while not self._stopping.wait(EVERY):
            for part, figure, value in (*self._of_processes(), *self._of_databases()):
                self._seen[part, figure].append(value)

    def _of_processes(self) -> Iterator[tuple[str, str, float]]:
        for program, words in PROGRAMS.items():
            with suppress(OSError):  # one of them has just ended
                pids = [pid for first in self._stack.site.supervised(*words) for pid in family(first)]
                if pids:
                    yield program, "memory (MiB)", sum(map(_memory, pids)) / 1024
                    yield program, "open files", float(max(map(_open_files, pids)))

    def _of_databases(self) -> Iterator[tuple[str, str, float]]:
        connections = select(func.count()).select_from(text("pg_stat_activity"))
        connections = connections.where(literal_column("datname") == func.current_database())
        for part in self._stack.parts:
            with suppress(DBAPIError):
                oldest = part.database.read(outbox.backlog, clock.utc_now())[1]
                open_ones = part.database.read(lambda session: session.scalars(connections).one())
                yield part.service.name, "oldest message (s)", oldest
                yield part.service.name, "connections", float(open_ones)


def _measured(part: str, figure: str, values: list[float]) -> Measured:
    quarter = len(values) // QUARTERS
    first, last = median(values[:quarter]), median(values[-quarter:])
    return Measured(part, figure, round(first, 1), round(last, 1), round(max(values), 1))


def _memory(pid: int) -> int:
    """Return the process's own memory in KiB: what it shares with others is divided among them.

    PostgreSQL's shared buffers are left out: they fill with whatever rows there are, as far as they are let to.
    """
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    sizes = {name: int(rest.split()[0]) for name, _colon, rest in (line.partition(":") for line in lines[1:])}
    return sizes["Pss"] - sizes["Pss_Shmem"]


def _open_files(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))
