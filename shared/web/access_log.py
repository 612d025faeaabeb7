"""What is noted of each request: an id that ties it to everything it brings about, and one line in the log."""

import re
from contextlib import ExitStack
from time import perf_counter, time
from typing import Final
from wsgiref.types import WSGIEnvironment

import structlog
from flask import Flask, Response, g, request

from shared import tracing
from shared.config import Config
from shared.database import Database
from shared.logs import correlation_id, current_correlation_id, new_id

HEADER: Final = "X-Request-ID"
GIVEN: Final = "HTTP_X_REQUEST_ID"
SANE: Final = re.compile(r"[A-Za-z0-9_.:-]{8,128}")
ARRIVED: Final = "HTTP_X_REQUEST_START"
"""When the gateway took the request, as ``t=seconds.milliseconds``."""
MOMENT: Final = re.compile(r"t=([0-9]{1,12}\.[0-9]{3})")
QUIET: Final = frozenset({"health", "assets"})
"""Blueprints whose requests are noted only when details are asked for."""

log = structlog.get_logger()


class Requests:
    """Notes an application's requests, by the rule that was matched, never the address itself: it may hold a token."""

    def __init__(self, config: Config, database: Database) -> None:
        self._service = config.service
        self._believes_proxies = bool(config.trusted_proxies)
        self._figures = database.figures

    def begin(self, environ: WSGIEnvironment) -> None:
        """Note that a thread took the request up, and give it its id."""
        self._figures.begun(self._waited(environ))
        given = environ.get(GIVEN, "")
        correlation_id.set(given if SANE.fullmatch(given) else new_id())

    def end(self, rule: str, method: str, status: int, seconds: float, *, quietly: bool = False) -> None:
        """Note what was answered after so many seconds."""
        self._figures.answered(rule, method, status, seconds)
        note = log.debug if quietly else log.info
        note("http.request", method=method, route=rule, status=status, ms=round(seconds * 1000, 1))

    def leave(self) -> None:
        """Note that the thread is free again."""
        self._figures.ended()

    def _waited(self, environ: WSGIEnvironment) -> float | None:
        """Return the seconds since the gateway took the request; a client's word for it does not count."""
        said = MOMENT.fullmatch(environ.get(ARRIVED, "")) if self._believes_proxies else None
        return max(time() - float(said[1]), 0.0) if said is not None else None


def init_app(app: Flask, requests: Requests, service: str) -> None:
    """Note every request that the application answers."""

    def begin() -> None:
        g.begun = perf_counter()
        requests.begin(request.environ)
        if tracing.is_on(service) and request.blueprint not in QUIET:
            _trace(service)

    def end(response: Response) -> Response:
        response.headers[HEADER] = current_correlation_id()
        if "span" in g:
            tracing.note(service, {"http.response.status_code": response.status_code})
        quietly = request.blueprint in QUIET
        requests.end(_rule(), request.method, response.status_code, perf_counter() - g.begun, quietly=quietly)
        return response

    def leave(_error: BaseException | None) -> None:
        if "begun" in g:
            requests.leave()
        if "span" in g:
            g.span.close()

    app.before_request(begin)
    app.after_request(end)
    app.teardown_request(leave)


def _rule() -> str:
    return request.url_rule.rule if request.url_rule is not None else "none"


def _trace(service: str) -> None:
    """Begin the request's span; a program in front may say of which trace it is a part."""
    rule = _rule()
    about = {"http.request.method": request.method, "http.route": rule}
    g.span = ExitStack()
    parent = request.headers.get("traceparent")
    g.span.enter_context(tracing.span(service, f"{request.method} {rule}", "server", parent=parent, about=about))
