"""The page for Prometheus: what the service's processes count, and what is read from its database when it is asked."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Final, cast

from flask import Flask, Response, current_app
from prometheus_client import CONTENT_TYPE_LATEST
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from shared.database import Database
from shared.web.current import database, now

Gauges = Callable[[Session, datetime], Mapping[str, float]]
"""Reads figures from the service's database: what is counted ("outbox_waiting") and how many."""

KEY: Final = "metrics"


class Readings(Collector):
    """The figures of the database, read when they are asked for."""

    def __init__(self, database: Database, gauges: Gauges | None, moment: datetime) -> None:
        self._database = database
        self._gauges = gauges
        self._moment = moment

    def collect(self) -> Iterable[Metric]:
        """Read them; without the database only that it does not answer."""
        try:
            read = self._database.read(self._gauges, self._moment) if self._gauges else {}
            self._database.ping()
            figures = {**read, "database_up": 1.0}
        except SQLAlchemyError:
            figures = {"database_up": 0.0}
        for name, value in figures.items():
            family = GaugeMetricFamily(f"steward_{name}", name.replace("_", " "), labels=["service"])
            family.add_metric([self._database.service], value)
            yield family


def init_app(app: Flask, gauges: Gauges | None) -> None:
    """Keep what reads the figures of the database."""
    app.extensions[KEY] = gauges


def count_refusal(reason: str) -> None:
    """Count that somebody asked for what is not theirs."""
    database.figures.refused(reason)


def page() -> Response:
    """Return all figures; those of all processes of the service where these share a folder."""
    gauges = cast("Gauges | None", current_app.extensions[KEY])
    return Response(database.figures.text(Readings(database, gauges, now())), content_type=CONTENT_TYPE_LATEST)
