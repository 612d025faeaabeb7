"""Structured logs, one JSON line each, with the correlation id that ties a form to its reminder."""

import json
import logging
import sys
from contextlib import suppress
from contextvars import ContextVar
from random import getrandbits
from typing import Any, Final
from uuid import UUID

import orjson
import structlog

from shared.lines import Lines

correlation_id: ContextVar[str | None] = ContextVar("correlation_id", default=None)
"""The id of the request or message that is being worked on; it travels in every message that comes of it."""
lines: Final = Lines(lambda: sys.stderr)
"""Where all logs go; standard error is what it is when something is written."""


def new_id() -> str:
    """Return an id that nobody else has; it is no secret, so that it need not be asked of the system."""
    return str(UUID(int=getrandbits(128), version=4))


def current_correlation_id() -> str:
    """Return the id of the work at hand, making one up where the work begins here."""
    known = correlation_id.get()
    if known is None:
        known = new_id()
        correlation_id.set(known)
    return known


def configure(*, level: str = "INFO", human: bool = False, service: str = "") -> None:
    """Send all logs to standard error: as JSON lines, or as words where a person watches (``human``)."""

    def add_origin(_logger: object, method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
        if service:
            event.setdefault("service", service)
        known = correlation_id.get()
        if known is not None:
            event["correlation_id"] = known
        event["level"] = method
        return event

    first: list[structlog.typing.Processor] = [add_origin, structlog.processors.TimeStamper(fmt="iso", utc=True)]
    structlog.configure(
        processors=[*first, *_renderers(human=human)],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=lambda *_names: lines,
        cache_logger_on_first_use=bool(service),  # a process that has taken its service's name is not told otherwise
    )
    _take_over_from_libraries(first, _renderers(human=human))


def _take_over_from_libraries(
    first: list[structlog.typing.Processor], renderers: list[structlog.typing.Processor]
) -> None:
    """Write what libraries log as our own lines are written."""
    handler = logging.StreamHandler(lines)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *first],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _without_values, *renderers],
            use_get_message=False,
            pass_foreign_args=True,
        )
    )
    root = logging.getLogger()
    for earlier in [one for one in root.handlers if isinstance(one, logging.StreamHandler) and one.stream is lines]:
        root.removeHandler(earlier)
    root.addHandler(handler)
    root.setLevel("WARNING")


def _without_values(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Fill in only numbers: a text may be an address with somebody's token in it, or what they typed."""
    args = event.pop("positional_args", ())
    with suppress(TypeError, ValueError):  # the words as they are, where they do not fit
        event["event"] %= tuple(arg if isinstance(arg, int | float) else "…" for arg in args)
    return event


def _renderers(*, human: bool) -> list[structlog.typing.Processor]:
    """Write tracebacks without the values of local variables, which may be somebody's name or phone."""
    if human:
        return [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
    return [structlog.processors.ExceptionRenderer(_traceback), structlog.processors.JSONRenderer(_as_json)]


def _as_json(event: object, **_more: object) -> str:
    try:
        return orjson.dumps(event, default=repr, option=orjson.OPT_NON_STR_KEYS).decode()
    except orjson.JSONEncodeError:  # half a surrogate, say
        return json.dumps(event, default=repr)


def _traceback(exc_info: structlog.typing.ExcInfo) -> Any:
    """Return where an error came from, by files and lines; its own words may quote what somebody entered."""
    stacks = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)(exc_info)
    return [{"kind": stack["exc_type"], "frames": stack["frames"]} for stack in stacks]
