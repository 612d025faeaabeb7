"""What a service says about itself to those who keep it running."""

from http import HTTPStatus
from typing import cast

from flask import Blueprint, Flask, Response, current_app, jsonify

from shared.readiness import Readiness, State, worst
from shared.web import metrics

KEY = "readiness"


def init_app(app: Flask, readiness: Readiness) -> None:
    """Keep what is asked whether the service is ready."""
    app.extensions[KEY] = readiness


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
    """Say whether requests can be answered, and what is wrong; 503 where they cannot."""
    found = cast("Readiness", current_app.extensions[KEY]).look()
    status = worst(found)
    each = [{"name": name, "state": one.state, "detail": one.detail} for name, one in found.items()]
    response = jsonify(status=status, checks=each)
    if status is State.UNAVAILABLE:
        response.status_code = HTTPStatus.SERVICE_UNAVAILABLE
    return response
