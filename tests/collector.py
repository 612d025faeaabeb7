"""A collector of traces on this machine, for tests: what it was sent by OpenTelemetry over HTTP."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


@dataclass(frozen=True)
class Seen:
    """A span as it came in."""

    service: str
    name: str
    trace: str
    about: dict[str, str]


class Collector:
    """Keeps every span that it is sent."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.spans: list[Seen] = []

    def take(self, body: bytes) -> None:
        """Read one export."""
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            named = {one.key: one.value.string_value for one in resource.resource.attributes}
            for scope in resource.scope_spans:
                for span in scope.spans:
                    about = {one.key: str(one.value) for one in span.attributes}
                    self.spans.append(Seen(named["service.name"], span.name, span.trace_id.hex(), about))


@contextmanager
def collecting() -> Iterator[Collector]:
    """A collector that listens meanwhile."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            collector.take(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_words: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    collector = Collector(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield collector
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
