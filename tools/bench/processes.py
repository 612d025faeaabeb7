"""The processor's time of processes and all that they have started, from /proc."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tools.sites import family


def name(pid: int) -> str:
    """Return what a process is to us: ``web signups``, ``worker events``, ``PostgreSQL``, ``RabbitMQ`` or ``other``."""
    with suppress(OSError):
        words = [word for word in Path(f"/proc/{pid}/cmdline").read_text().split("\0") if word]
        for command, ours in (("serve", "web"), ("worker", "worker")):
            if command in words:
                return f"{ours} {words[words.index(command) + 1]}"
        first = words[0] if words else ""
        if "postgres" in first:
            return "PostgreSQL"
        if "beam" in first or "erl" in first:
            return "RabbitMQ"
    return "other"


def seconds(pid: int) -> float:
    """Return the processor's seconds that the process's living threads have had, to the nanosecond."""
    total = 0
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            with suppress(OSError):
                total += int((task / "schedstat").read_text().split()[0])
    return total / 1e9


@contextmanager
def spent(pid: int) -> Iterator[dict[str, float]]:
    """Fill in, at the end, name -> the processor's seconds that the family of the process had meanwhile."""
    before = {one: seconds(one) for one in family(pid)}
    found: dict[str, float] = {}
    yield found
    for one in family(pid):
        found[name(one)] = found.get(name(one), 0.0) + seconds(one) - before.get(one, 0.0)
