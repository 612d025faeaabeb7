"""What a service says about itself to those who keep it running."""

import socket
from typing import Final
from urllib.parse import urlsplit

from flask import Blueprint, Response, jsonify
from sqlalchemy.exc import SQLAlchemyError

from shared.web import metrics
from shared.web.current import config, database

BROKER_SECONDS: Final = 0.5
AMQP_PORTS: Final = {"amqp": 5672, "amqps": 5671}


def blueprint(service: str) -> Blueprint:
    """Return the addresses ``/<service>/healthz``, ``/readyz`` and ``/metrics``."""
    pages = Blueprint("health", __name__, url_prefix=f"/{service}")
    pages.add_url_rule("/healthz", "alive", _alive)
    pages.add_url_rule("/readyz", "ready", _ready)
    pages.add_url_rule("/metrics", "metrics", metrics.page)
    return pages


def _alive() -> Response:
    return jsonify(status="ok")


def _ready() -> Response:
    """Say whether requests can be answered: 503 without the database; without the broker sign-ups go on."""
    broker = _broker()
    try:
        database.ping()
    except SQLAlchemyError:
        response = jsonify(status="unavailable", database="unreachable", broker=broker)
        response.status_code = 503
        return response
    return jsonify(status="degraded" if broker == "unreachable" else "ok", database="ok", broker=broker)


def _broker() -> str:
    if not config.amqp_url:
        return "in this process"
    url = urlsplit(config.amqp_url)
    port = url.port or AMQP_PORTS.get(url.scheme, AMQP_PORTS["amqp"])
    try:
        with socket.create_connection((url.hostname or "localhost", port), timeout=BROKER_SECONDS):
            return "ok"
    except OSError:
        return "unreachable"
