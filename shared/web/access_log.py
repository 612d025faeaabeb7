"""What is noted of each request: an id that ties it to everything it brings about, and one line in the log."""

import re
from contextlib import ExitStack
from time import perf_counter, time
from typing import Final
from uuid import uuid4

import structlog
from flask import Flask, Response, g, request

from shared import tracing
from shared.logs import correlation_id, current_correlation_id
from shared.web.current import config, database

HEADER: Final = "X-Request-ID"
SANE: Final = re.compile(r"[A-Za-z0-9_.:-]{8,128}")
ARRIVED: Final = "X-Request-Start"
"""When the gateway took the request, as ``t=seconds.milliseconds``."""
MOMENT: Final = re.compile(r"t=([0-9]{1,12}\.[0-9]{3})")
QUIET: Final = frozenset({"health", "assets"})
"""Blueprints whose requests are noted only when details are asked for."""


def init_app(app: Flask) -> None:
    """Note every request of the application."""
    app.before_request(_begin)
    app.after_request(_end)
    app.teardown_request(_leave)


def _begin() -> None:
    g.begun = perf_counter()
    database.figures.begun(_waited())
    given = request.headers.get(HEADER, "")
    correlation_id.set(given if SANE.fullmatch(given) else str(uuid4()))
    if tracing.is_on(config.service) and request.blueprint not in QUIET:
        _trace()


def _end(response: Response) -> Response:
    """Note the rule that was matched, never the address itself: it may hold a token."""
    seconds = perf_counter() - g.begun
    rule = request.url_rule.rule if request.url_rule is not None else "none"
    response.headers[HEADER] = current_correlation_id()
    database.figures.answered(rule, request.method, response.status_code, seconds)
    if "span" in g:
        tracing.note(config.service, {"http.response.status_code": response.status_code})
    log = structlog.get_logger()
    note = log.debug if request.blueprint in QUIET else log.info
    note("http.request", method=request.method, route=rule, status=response.status_code, ms=round(seconds * 1000, 1))
    return response


def _leave(_error: BaseException | None) -> None:
    if "begun" in g:
        database.figures.ended()
    if "span" in g:
        g.span.close()


def _trace() -> None:
    """Begin the request's span; a program in front may say of which trace it is a part."""
    rule = request.url_rule.rule if request.url_rule is not None else "none"
    about = {"http.request.method": request.method, "http.route": rule}
    g.span = ExitStack()
    parent = request.headers.get("traceparent")
    g.span.enter_context(tracing.span(config.service, f"{request.method} {rule}", "server", parent=parent, about=about))


def _waited() -> float | None:
    """Return the seconds since the gateway took the request; a client's word for it does not count."""
    said = MOMENT.fullmatch(request.headers.get(ARRIVED, "")) if config.trusted_proxies else None
    return max(time() - float(said[1]), 0.0) if said is not None else None
