"""Spans as OpenTelemetry makes and sends them; the only file that knows it, loaded when traces are on."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

SEND_TIMEOUT: Final = 3
"""Seconds; a collector that is away must not keep a process from stopping in time."""
_PROPAGATOR: Final = TraceContextTextMapPropagator()


class Spans:
    """The spans of one service, sent to the collector in the background; those it does not take are dropped."""

    def __init__(self, service: str, endpoint: str) -> None:
        provider = TracerProvider(resource=Resource.create({"service.name": f"steward-{service}"}))
        exporter = OTLPSpanExporter(endpoint=f"{endpoint}/v1/traces", timeout=SEND_TIMEOUT)
        provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = provider.get_tracer("steward")

    @contextmanager
    def span(self, name: str, kind: str, parent: str | None, attributes: Mapping[str, str]) -> Iterator[None]:
        """Time what is done meanwhile; an error is noted by its kind, since its words may be personal."""
        with self._tracer.start_as_current_span(
            name,
            context=None if parent is None else _context(parent),
            kind=SpanKind[kind.upper()],
            attributes=attributes,
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            try:
                yield
            except BaseException as error:
                span.set_status(StatusCode.ERROR, type(error).__name__)
                raise

    def past(self, name: str, kind: str, parent: str, begun: int, attributes: Mapping[str, str]) -> None:
        """Note what began at a moment, in nanoseconds since 1970, and ends now."""
        self._tracer.start_span(name, _context(parent), SpanKind[kind.upper()], attributes, start_time=begun).end()

    def note(self, attributes: Mapping[str, str | int]) -> None:
        """Add to what the present span says of itself."""
        trace.get_current_span().set_attributes(attributes)

    def current(self) -> str | None:
        """Return the present span as a ``traceparent``."""
        carrier: dict[str, str] = {}
        _PROPAGATOR.inject(carrier)
        return carrier.get("traceparent")


def _context(parent: str) -> Context:
    return _PROPAGATOR.extract({"traceparent": parent})
