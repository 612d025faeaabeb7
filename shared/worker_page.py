"""The little page of a worker, for those who watch over it: ``/healthz`` and ``/metrics``, on an address of its own."""

import json
import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Final

from prometheus_client import CONTENT_TYPE_LATEST
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from shared.database import Database
from shared.messaging.worker import Worker

STUCK_SECONDS: Final = 300.0
"""A step that has not come round for so long hangs: no batch and no channel takes as long."""
PATIENCE_SECONDS: Final = 5.0
"""For whoever connects and then says nothing."""


class Steps(Collector):
    """How long ago each step of the worker came round."""

    def __init__(self, worker: Worker, service: str) -> None:
        self._worker = worker
        self._service = service

    def collect(self) -> Iterable[Metric]:
        """Look at the steps as they stand."""
        words = "Seconds since the step came round"
        family = GaugeMetricFamily("steward_worker_step_age_seconds", words, labels=["service", "step"])
        for step, age in self._worker.ages().items():
            family.add_metric([self._service, step], age)
        yield family


class Page(ThreadingHTTPServer):
    """Waits for whoever asks without looking at a clock, which the server's own loop does twice a second."""

    daemon_threads = True
    is_over = False

    def answer(self) -> None:
        """Answer whoever asks, until ``end``."""
        while not self.is_over:
            self.handle_request()

    def end(self) -> None:
        """End the wait, by asking for nothing; may be called from any thread."""
        self.is_over = True
        address = str(self.server_address[0]), self.server_port
        with suppress(OSError), socket.create_connection(address, PATIENCE_SECONDS):
            pass


@contextmanager
def served(bind: str, worker: Worker, database: Database) -> Iterator[tuple[str, int] | None]:
    """Serve the page at ``bind`` (host:port) meanwhile, and nothing where it is empty; yields the address."""
    if not bind:
        yield None
        return
    host, _colon, port = bind.rpartition(":")
    server = Page((host, int(port)), _handler(worker, database))
    thread = Thread(target=server.answer, name="worker-page", daemon=True)
    thread.start()
    try:
        yield host, server.server_port
    finally:
        server.end()
        thread.join(PATIENCE_SECONDS)
        server.server_close()


def _handler(worker: Worker, database: Database) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = PATIENCE_SECONDS

        def do_GET(self) -> None:
            if self.path == "/metrics":
                self._answer(HTTPStatus.OK, CONTENT_TYPE_LATEST, database.figures.text(Steps(worker, database.service)))
            elif self.path == "/healthz":
                stuck = sorted(step for step, age in worker.ages().items() if age > STUCK_SECONDS)
                body = {"status": "stuck" if stuck else "ok", "stuck": stuck}
                status = HTTPStatus.SERVICE_UNAVAILABLE if stuck else HTTPStatus.OK
                self._answer(status, "application/json", json.dumps(body).encode())
            else:
                self._answer(HTTPStatus.NOT_FOUND, "application/json", b"{}")

        def _answer(self, status: HTTPStatus, content_type: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_words: object) -> None:
            """Note nothing: it is asked every few seconds."""

    return Handler
