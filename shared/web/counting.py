"""Counts for the limits, in the memory of the process."""

import threading
import time
from typing import Final

from limits.storage import Storage

PURGE_EVERY: Final = 60.0
"""Seconds between two looks for counts that are over."""


class Counts(Storage):
    """Counts by key, each for a time of its own.

    The library's own memory starts a thread whenever something is counted, which looks at all that was ever counted.
    """

    def __init__(self) -> None:
        super().__init__()
        self._counted: dict[str, tuple[int, float]] = {}
        self._lock = threading.Lock()
        self._purge_at = time.time() + PURGE_EVERY

    @property
    def base_exceptions(self) -> type[Exception]:
        """What goes wrong here."""
        return ValueError

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Count once more (``amount`` times) and return the count; the first begins a time of ``expiry`` seconds."""
        now = time.time()
        with self._lock:
            if now >= self._purge_at:
                self._purge(now)
            count, ends = self._counted.get(key, (0, 0.0))
            if ends <= now:
                count, ends = 0, now + expiry
            self._counted[key] = count + amount, ends
            return count + amount

    def get(self, key: str) -> int:
        """Return the count."""
        count, ends = self._counted.get(key, (0, 0.0))
        return count if ends > time.time() else 0

    def get_expiry(self, key: str) -> float:
        """Return the moment, in seconds since 1970, at which the count begins anew."""
        _count, ends = self._counted.get(key, (0, 0.0))
        return max(ends, time.time())

    def check(self) -> bool:
        """Say that it works."""
        return True

    def reset(self) -> int:
        """Forget all counts and return how many there were."""
        with self._lock:
            number = len(self._counted)
            self._counted.clear()
        return number

    def clear(self, key: str) -> None:
        """Forget the count of a key."""
        with self._lock:
            self._counted.pop(key, None)

    def _purge(self, now: float) -> None:
        self._counted = {key: counted for key, counted in self._counted.items() if counted[1] > now}
        self._purge_at = now + PURGE_EVERY
