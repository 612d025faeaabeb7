"""Traces, from a form over the messages that it wrote to what came of them; off unless a collector is named.

While they are off nothing of OpenTelemetry is imported, and a span costs one look at an empty table. What a span says
of itself is what logs and metrics say too: rules, types, ids; never a name, an address, or the words of an error.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from shared.config import Config
from shared.logs import current_correlation_id

if TYPE_CHECKING:
    from shared.spans import Spans

_SPANS: Final[dict[str, "Spans"]] = {}
"""The services of this process that are traced; embedded, they are several."""
_OFF: Final = nullcontext()
_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


def start(config: Config) -> None:
    """Trace the service from now on, if the configuration names a collector; repeating it changes nothing."""
    if config.otlp_endpoint and config.service not in _SPANS:
        from shared.spans import Spans  # noqa: PLC0415  # an extra, loaded where it is used

        _SPANS[config.service] = Spans(config.service, config.otlp_endpoint)


def span(
    service: str, name: str, kind: str = "internal", *, parent: str | None = None, about: Mapping[str, str] = _NOTHING
) -> AbstractContextManager[None]:
    """Time what is done meanwhile. ``parent`` is the ``traceparent`` of what it comes of, where that is not at hand."""
    spans = _SPANS.get(service)
    if spans is None:
        return _OFF
    return spans.span(name, kind, parent, {**about, "steward.correlation_id": current_correlation_id()})


def step(service: str, what: str, of: object) -> AbstractContextManager[None]:
    """Time a part of what is being traced, named for the function that does it; nothing where nothing is traced."""
    spans = _SPANS.get(service)
    if spans is None or current() is None:
        return _OFF
    return spans.span(f"{what} {getattr(of, '__name__', type(of).__name__)}", "internal", None, {})


def past(service: str, name: str, kind: str, *, parent: str, begun: int, about: Mapping[str, str] = _NOTHING) -> None:
    """Note what was done since a moment (nanoseconds since 1970) for what ``parent``, a ``traceparent``, stands for."""
    spans = _SPANS.get(service)
    if spans is not None:
        spans.past(name, kind, parent, begun, about)


def is_on(service: str) -> bool:
    """Say whether the service is traced."""
    return service in _SPANS


def note(service: str, about: Mapping[str, str | int]) -> None:
    """Add to what the present span says of itself."""
    spans = _SPANS.get(service)
    if spans is not None:
        spans.note(about)


def current() -> str | None:
    """Return the present span as a ``traceparent`` (W3C Trace Context); None where nothing is traced."""
    return next(iter(_SPANS.values())).current() if _SPANS else None
