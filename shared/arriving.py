"""When the request in hand came, where that is known: what was asked for since then is news to whoever sent it."""

from contextvars import ContextVar
from typing import Final

came: Final[ContextVar[float | None]] = ContextVar("came", default=None)
"""A moment of ``time.perf_counter``, at which the request had begun to arrive."""
