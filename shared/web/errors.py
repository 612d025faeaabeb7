"""One mapping from what went wrong to what is answered: problem+json for programs, a page for people."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from traceback import extract_tb
from typing import Any, Final

import structlog
from flask import Flask, Response, g, json, render_template
from marshmallow import ValidationError
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import InterfaceError as DriverError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, InternalServerError

from shared.errors import Conflict, DomainError, Invalid, Unauthorized
from shared.fields import messages_of
from shared.logs import current_correlation_id
from shared.texts import Text
from shared.texts import text as _
from shared.web.auth import current_principal
from shared.web.current import is_api
from shared.web.i18n import translate

RETRY_SECONDS: Final = 5
"""A database that restarts is back within this; a client that asks sooner only adds to its load."""

HTTP: Final[Mapping[int, tuple[Text, Text]]] = {
    400: (_("The request could not be read"), _("Something in the address or the form is malformed.")),
    401: (_("Please sign in"), _("Please sign in to see this.")),
    403: (_("Not allowed"), _("This is not yours to see or to do.")),
    404: (_("Not found"), _("There is nothing at this address.")),
    405: (_("Not possible this way"), _("This address does not take this kind of request.")),
    408: (_("That took too long"), _("The request did not arrive in time. Please send it again.")),
    410: (_("No longer there"), _("What was at this address has been taken away.")),
    412: (_("Changed by somebody else"), _("Please read the newest version and make your change again.")),
    413: (_("Too large"), _("What you sent is too large. At most 1 MB can be taken at once.")),
    414: (_("The address is too long"), _("Please use a shorter address.")),
    415: (_("Wrong kind of content"), _("Please send JSON, with Content-Type: application/json.")),
    422: (_("Some entries need a correction"), _("Please check the marked entries.")),
    428: (_("A version is missing"), _('Please send the version that you read, like If-Match: "3".')),
    429: (_("Too many requests"), _("There were too many requests in a short time. Please wait a little.")),
    500: (_("Something went wrong here"), _("This is our fault, and it has been noted.")),
    503: (_("Not available for a moment"), _("The service cannot be reached right now. Please try again in a moment.")),
}
"""Status -> title and what to say of it; others get the words of 400 or 500."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """An error as it is answered, in whichever form."""

    status: int
    kind: str = "about:blank"
    title: str
    detail: str
    errors: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


def init_app(app: Flask) -> None:
    """Answer every error of the application in one of the two forms."""
    app.register_error_handler(DomainError, lambda error: answer(of_domain(error)))
    app.register_error_handler(ValidationError, lambda error: answer(of_domain(Invalid(messages_of(error)))))
    app.register_error_handler(HTTPException, _on_http)
    for kind in (OperationalError, DriverError, PoolTimeout):
        app.register_error_handler(kind, _on_no_database)
    app.register_error_handler(DBAPIError, _on_database)
    app.register_error_handler(Exception, _on_fault)


def answer(problem: Problem) -> Response:
    """Return the problem as problem+json (RFC 9457) under ``/api``, as a page elsewhere, in the reader's language."""
    return as_json(problem) if is_api() else _as_page(problem)


def as_json(problem: Problem) -> Response:
    """Return the problem as problem+json, in the reader's language."""
    title, detail, errors = _translated(problem)
    body = {"type": problem.kind, "title": title, "status": problem.status, "detail": detail}
    if errors:
        body["errors"] = errors
    body["correlation_id"] = current_correlation_id()
    return _response(problem, json.dumps(body), "application/problem+json")


def _as_page(problem: Problem) -> Response:
    title, detail, errors = _translated(problem)
    with suppress(SQLAlchemyError):  # the page's header can do without a name, the reader not without the page
        current_principal()
    page = render_template("error.html", status=problem.status, title=title, detail=detail, errors=errors)
    return _response(problem, page, "text/html; charset=utf-8")


def _translated(problem: Problem) -> list[Any]:
    return [translate(part) for part in (problem.title, problem.detail, problem.errors)]


def _response(problem: Problem, body: str, content_type: str) -> Response:
    return Response(body, problem.status, problem.headers, content_type=content_type)


def of_domain(error: DomainError) -> Problem:
    """Return what an operation or a query refused, as it is answered."""
    headers: dict[str, str] = {}
    if isinstance(error, Conflict) and error.retry_after is not None:
        headers["Retry-After"] = str(error.retry_after)
    if isinstance(error, Unauthorized):
        headers["WWW-Authenticate"] = "Bearer"
    return Problem(
        status=error.status,
        kind=error.kind,
        title=error.title,
        detail=error.detail,
        errors=error.errors,
        headers=headers,
    )


def _on_http(error: HTTPException) -> Response | HTTPException:
    status = error.code or InternalServerError.code
    if error.response is not None or status < 400:  # noqa: PLR2004  # a ready answer, or a redirection
        return error
    title, detail = HTTP.get(status, HTTP[400 if status < InternalServerError.code else 500])
    if isinstance(error.description, Text):
        detail = error.description
    headers = {name: value for name, value in error.get_headers() if name.lower() != "content-type"}
    if status == Unauthorized.status:
        headers.setdefault("WWW-Authenticate", "Bearer")
    return answer(Problem(status=status, title=title, detail=detail, headers=headers))


def _on_no_database(error: Exception) -> Response:
    structlog.get_logger().error("http.no_database", error=type(error).__name__)
    return _answer_without_database(503, {"Retry-After": str(RETRY_SECONDS)})


def _on_database(error: DBAPIError) -> Response:
    return _on_no_database(error) if error.connection_invalidated else _on_fault(error)


def _on_fault(error: Exception) -> Response:
    """Note where it broke; never the error's own words, which may quote what somebody typed."""
    place = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in extract_tb(error.__traceback__)]
    structlog.get_logger().error("http.failed", error=type(error).__name__, place=place)
    return _answer_without_database(500, {})


def _answer_without_database(status: int, headers: Mapping[str, str]) -> Response:
    g.setdefault("principal", None)  # who is asking may be a question for the database
    title, detail = HTTP[status]
    return answer(Problem(status=status, title=title, detail=detail, headers=headers))
