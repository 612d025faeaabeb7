"""What a service's processes count of their work, in Prometheus' format; never anything about a person.

Each database object has figures of its own, so that web and worker count alike, wherever they run. The processes of one
gunicorn put their counts together in a folder (``shared.web.metrics``).
"""

import os
from collections import Counter as Counted
from collections.abc import Iterable
from functools import cached_property
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.registry import Collector

SHARED_FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"
"""Where the processes of a service put their counts together; set, and emptied, by whoever starts them."""
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
WINDOWS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Figures:
    """The counts of one service in one process. Labels have few values: rules, types and kinds, never an address."""

    def __init__(self, service: str) -> None:
        self.service = service
        self.registry = CollectorRegistry()
        self._requests = self._counter("http_requests", "Requests answered", "route", "method", "status")
        self._request_seconds = self._histogram("http_request_seconds", "Time to answer a request", "route", "method")
        self._waited = self._histogram("http_waiting_seconds", "Time from the gateway to the thread that answers")
        self._busy = self._gauge("http_busy_threads", "Requests that are being answered")
        self._threads = self._gauge("http_threads", "Threads that can answer requests")
        self._refused = self._counter(
            "access_refused", "Requests for what is not the asker's, and links that open nothing", "reason"
        )
        self._connections = self._gauge("database_connections", "Connections to the database that are in use")
        self._most_connections = self._gauge("database_connections_limit", "Connections that may be in use")
        self._published = self._counter("messages_published", "Messages that the broker confirmed", "type")
        self._unpublished = self._counter("messages_refused", "Messages that the broker did not take", "type")
        self._publish_seconds = self._histogram("publish_seconds", "Time to publish a window of messages")
        self._handled = self._counter("messages_handled", "Attempts at applying a message", "type", "outcome")
        self._handler_seconds = self._histogram("handler_seconds", "Time to apply a message", "type")
        self._garbage = self._counter("messages_garbage", "What came in and was no message at all")
        self._sends = self._counter("sends", "Letters handed to a channel", "channel", "outcome")
        self._send_seconds = self._histogram("send_seconds", "Time to hand a letter to a channel", "channel")
        self._settled = self._counter("notices_settled", "Notices that came to a state", "channel", "state")
        self._repeated = self._counter("notices_repeated", "Notices sent once more, as nobody knew of the first time")
        self._answers: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}

    @cached_property
    def _busy_here(self) -> Gauge:
        return self._busy.labels(self.service)

    def begun(self, waited: float | None) -> None:
        """Count a request that a thread took up; ``waited`` are the seconds since the gateway had it, if it says so."""
        self._busy_here.inc()
        if waited is not None:
            self._waited.labels(self.service).observe(waited)

    def ended(self) -> None:
        """Count that a thread is free again."""
        self._busy_here.dec()

    def answered(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count a request that was answered, by the rule that was matched: an address may hold a token."""
        verb = method if method in METHODS else "other"
        kept = self._answers.get((route, verb, status))  # finding them by their labels takes as long as counting
        if kept is None:
            kept = self._answers[route, verb, status] = (
                self._requests.labels(self.service, route, verb, status),
                self._request_seconds.labels(self.service, route, verb),
            )
        requests, request_seconds = kept
        requests.inc()
        request_seconds.observe(seconds)

    def refused(self, reason: str) -> None:
        """Count that somebody asked for what is not theirs."""
        self._refused.labels(self.service, reason).inc()

    def serves_with(self, threads: int) -> None:
        """Note how many threads of this process answer requests."""
        self._threads.labels(self.service).set(threads)

    def connects_with(self, limit: int) -> None:
        """Note how many connections this process may have in use."""
        self._most_connections.labels(self.service).set(limit)

    def connections(self, change: int) -> None:
        """Count connections that were taken from the pool, or given back."""
        self._connections.labels(self.service).inc(change)

    def published(self, confirmed: Iterable[str], refused: Iterable[str], seconds: float) -> None:
        """Count a window of messages, by their types."""
        for message_type, number in Counted(confirmed).items():
            self._published.labels(self.service, message_type).inc(number)
        for message_type, number in Counted(refused).items():
            self._unpublished.labels(self.service, message_type).inc(number)
        self._publish_seconds.labels(self.service).observe(seconds)

    def handled(self, message_type: str, outcome: str, seconds: float) -> None:
        """Count an attempt at a message: ``done``, ``retry`` or ``dead``; also one that is rolled back with others."""
        self._handled.labels(self.service, message_type, outcome).inc()
        self._handler_seconds.labels(self.service, message_type).observe(seconds)

    def buried(self) -> None:
        """Count bytes that came in and were no message."""
        self._garbage.labels(self.service).inc()

    def sent(self, channel: str, outcome: str, seconds: float) -> None:
        """Count a letter that was handed to a channel: ``sent``, ``refused`` or ``in_doubt``."""
        self._sends.labels(self.service, channel, outcome).inc()
        self._send_seconds.labels(self.service, channel).observe(seconds)

    def settled(self, channel: str, state: str, notices: int = 1) -> None:
        """Count notices that came to a state; the channel is empty where none was tried."""
        self._settled.labels(self.service, channel, state).inc(notices)

    def repeated(self, notices: int) -> None:
        """Count notices that may have come twice."""
        self._repeated.labels(self.service).inc(notices)

    def text(self, *more: Collector) -> bytes:
        """Return everything that is counted, by all processes that share a folder, and what else is collected."""
        registry = CollectorRegistry()
        if SHARED_FOLDER in os.environ:
            from prometheus_client.multiprocess import MultiProcessCollector  # noqa: PLC0415  # needs the folder

            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # the library leaves it without types
        else:
            registry.register(self.registry)
        for collector in more:
            registry.register(collector)
        return generate_latest(registry)

    def _counter(self, name: str, words: str, *labels: str) -> Counter:
        return Counter(f"steward_{name}", words, ("service", *labels), registry=self.registry)

    def _histogram(self, name: str, words: str, *labels: str) -> Histogram:
        return Histogram(f"steward_{name}", words, ("service", *labels), registry=self.registry, buckets=WINDOWS)

    def _gauge(self, name: str, words: str) -> Gauge:
        name, labels = f"steward_{name}", ("service",)  # summed up over the processes that are alive
        return Gauge(name, words, labels, registry=self.registry, multiprocess_mode="livesum")


def forget_process(pid: int) -> None:
    """Take what a process that ended had in hand out of the sums; what it counted stays."""
    if SHARED_FOLDER in os.environ:
        from prometheus_client.multiprocess import mark_process_dead  # noqa: PLC0415  # needs the folder

        mark_process_dead(pid)  # type: ignore[no-untyped-call]
