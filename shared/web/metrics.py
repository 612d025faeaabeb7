"""Figures for those who watch over the services, in Prometheus' format; never anything about a person."""

import os
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Final, cast

from flask import Flask, Response, current_app
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from shared.web.current import database, now

Gauges = Callable[[Session, datetime], Mapping[str, float]]
"""Reads figures from the service's database: what is counted ("outbox_waiting") and how many."""

KEY: Final = "metrics"
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
SHARED_FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"
"""Where the processes of a service put their counts together; set, and emptied, by whoever starts them."""


class Requests:
    """What one application counts of its requests, and what it reads from its database when it is asked."""

    def __init__(self, service: str, gauges: Gauges | None) -> None:
        self.registry = CollectorRegistry()
        self.service = service
        self.gauges = gauges
        labels = ("service", "route", "method")
        self.count = Counter("steward_http_requests", "Requests answered", (*labels, "status"), registry=self.registry)
        self.refused = Counter(
            "steward_access_refused",
            "Requests for what is not the asker's, and links that open nothing",
            ("service", "reason"),
            registry=self.registry,
        )
        self.seconds = Histogram(
            "steward_http_request_seconds", "Time to answer a request", labels, registry=self.registry
        )


class _Readings(Collector):
    """The figures of the database, read when they are asked for."""

    def __init__(self, requests: Requests) -> None:
        self._requests = requests

    def collect(self) -> Iterable[Metric]:
        try:
            read = database.read(self._requests.gauges, now()) if self._requests.gauges else {}
            database.ping()
            figures = {**read, "database_up": 1.0}
        except SQLAlchemyError:
            figures = {"database_up": 0.0}
        for name, value in figures.items():
            family = GaugeMetricFamily(f"steward_{name}", name.replace("_", " "), labels=["service"])
            family.add_metric([self._requests.service], value)
            yield family


def init_app(app: Flask, service: str, gauges: Gauges | None) -> None:
    """Begin to count the application's requests."""
    app.extensions[KEY] = Requests(service, gauges)


def observe(route: str, method: str, status: int, seconds: float) -> None:
    """Count a request that was answered."""
    requests = _requests()
    verb = method if method in METHODS else "other"
    requests.count.labels(requests.service, route, verb, status).inc()
    requests.seconds.labels(requests.service, route, verb).observe(seconds)


def count_refusal(reason: str) -> None:
    """Count that somebody asked for what is not theirs."""
    requests = _requests()
    requests.refused.labels(requests.service, reason).inc()


def page() -> Response:
    """Return all figures; those of all processes of the service where these share a folder."""
    requests = _requests()
    registry = CollectorRegistry()
    if SHARED_FOLDER in os.environ:
        from prometheus_client.multiprocess import MultiProcessCollector  # noqa: PLC0415  # refuses to load without it

        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # the library leaves it without types
    else:
        registry.register(requests.registry)
    registry.register(_Readings(requests))
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _requests() -> Requests:
    return cast("Requests", current_app.extensions[KEY])
