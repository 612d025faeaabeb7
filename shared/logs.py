"""Structured logs, one JSON line each, with the correlation id that ties a form to its reminder."""

import logging
import sys
from contextvars import ContextVar
from uuid import uuid4

import structlog

correlation_id: ContextVar[str | None] = ContextVar("correlation_id", default=None)
"""The id of the request or message that is being worked on; it travels in every message that comes of it."""


def current_correlation_id() -> str:
    """Return the id of the work at hand, making one up where the work begins here."""
    known = correlation_id.get()
    if known is None:
        known = str(uuid4())
        correlation_id.set(known)
    return known


def _add_correlation_id(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    known = correlation_id.get()
    if known is not None:
        event["correlation_id"] = known
    return event


def configure(*, level: str = "INFO", human: bool = False) -> None:
    """Send all logs to standard error: as JSON lines, or as words where a person watches (``human``)."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            _add_correlation_id,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *_renderers(human=human),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    logging.basicConfig(level="WARNING", stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")


def _renderers(*, human: bool) -> list[structlog.typing.Processor]:
    """Write tracebacks without the values of local variables, which may be somebody's name or phone."""
    if human:
        return [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
    traceback = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
    return [structlog.processors.ExceptionRenderer(traceback), structlog.processors.JSONRenderer()]
