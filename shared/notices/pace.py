"""How fast letters go out: so many a second by each channel, since providers refuse whoever is faster."""

import threading
import time
from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

SOON: Final = 1.0
"""Seconds that a sender waits for its turn with a letter in hand."""


class Rate(NamedTuple):
    """How many letters go out by a channel in a second."""

    channel: str
    per_second: float

    def __str__(self) -> str:
        return f"{self.channel}={self.per_second:g}"


class Pace:
    """Gives turns to the senders of one process; a channel without a rate is as fast as it can be."""

    def __init__(self, rates: Iterable[Rate] = (), clock: Callable[[], float] = time.monotonic) -> None:
        self._between = {rate.channel: 1 / rate.per_second for rate in rates}
        self._clock = clock
        self._free: dict[str, float] = {}
        self._promised: dict[str, float] = {}
        self._lock = threading.Lock()

    def turn(self, channel: str) -> float:
        """Return the seconds until it is the caller's turn: theirs if it comes soon, else they ask again by then."""
        between = self._between.get(channel, 0.0)
        with self._lock:
            now = self._clock()
            free = max(self._free.get(channel, now), now)
            if free - now <= SOON:
                self._free[channel] = free + between
                return free - now
            # Whoever has to come again is told a moment of their own, so that they do not all come at once.
            promised = max(self._promised.get(channel, free), free)
            self._promised[channel] = promised + between
            return promised - now


def parse(value: str) -> tuple[Rate, ...]:
    """Read ``email=20,sms=10``; raises ValueError."""
    return tuple(_rate(part) for part in value.split(",") if part.strip())


def _rate(part: str) -> Rate:
    channel, _, per_second = part.strip().partition("=")
    try:
        rate = Rate(channel, float(per_second))
    except ValueError:
        rate = Rate(channel, 0)
    if not channel or not 0 < rate.per_second < float("inf"):
        raise ValueError("must be channels with letters a second, like email=20,sms=10")
    return rate
