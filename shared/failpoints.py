"""Moments at which a process can be made to die, so that it can be seen what is left then: for `make faults` only.

``STEWARD_FAILPOINTS`` names them at start (``relay.confirmed:3`` is the third time that one is passed). Without it
``reached`` does nothing, and in production mode the configuration refuses it.
"""

import os
import signal
import threading
from collections.abc import Iterable
from typing import Final

MOMENTS: Final = ("relay.sent", "relay.confirmed", "consumer.applied", "consumer.committed", "sender.accepted")
"""A window is on its way and not confirmed; it is confirmed and not marked. A batch is applied and not committed; it is
committed and not acknowledged. A provider has a letter, and nobody has written that down."""

_left: dict[str, int] = {}
_lock: Final = threading.Lock()


def parse(value: str) -> tuple[tuple[str, int], ...]:
    """Read ``moment:times`` by commas; raises ValueError that says what it must be."""
    pairs = [word.strip().partition(":") for word in value.split(",") if word.strip()]
    if not all(name in MOMENTS and (times or "1").isdecimal() for name, _colon, times in pairs):
        raise ValueError(f"must be moments of {', '.join(MOMENTS)}, each perhaps with a number, like {MOMENTS[0]}:3")
    return tuple((name, int(times or "1")) for name, _colon, times in pairs)


def arm(moments: Iterable[tuple[str, int]]) -> None:
    """Let this process die at each of the moments, when it is passed for so many times."""
    _left.clear()
    _left.update(moments)


def reached(moment: str) -> None:
    """Kill this process at once, as a power cut would, if its time has come."""
    if not _left:
        return
    with _lock:
        if moment in _left:
            _left[moment] -= 1
            if _left[moment] <= 0:
                os.kill(os.getpid(), signal.SIGKILL)
