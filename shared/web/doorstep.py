"""Gives kept pages as the application gave them to somebody alike before, without asking it once more.

Somebody alike asked with the same headers and choices, and with cookies of the same names. The answer has the headers
of the application's own, so that it cannot differ from it. Fresh are the id and, on a page with a form, its token and
the session of whoever was never here. Whoever has the same page already is told so (304). Counts, limits and the line
in the log are as for every request.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from secrets import token_hex
from time import perf_counter
from typing import Any, Final
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import orjson
from flask import Flask
from itsdangerous import BadData, URLSafeTimedSerializer
from itsdangerous.encoding import base64_encode
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.http import parse_cookie, parse_etags, remove_entity_headers

from shared import tracing
from shared.logs import current_correlation_id
from shared.web import access_log, i18n, limits, preferences
from shared.web.access_log import Requests
from shared.web.current import Surroundings
from shared.web.kept import GIVEN, MOST, TOKEN, Given

ASKED: Final = (
    "wsgi.url_scheme",
    "HTTP_HOST",
    "SCRIPT_NAME",
    "PATH_INFO",
    "QUERY_STRING",
    "HTTP_ACCEPT_LANGUAGE",
    "HTTP_ACCEPT_ENCODING",
)
"""What an answer depends on, besides cookies."""
CHOICES: Final = frozenset({i18n.COOKIE, *preferences.COOKIES})
OWN: Final = frozenset({"Content-Length", "Set-Cookie", access_log.HEADER})
"""Headers that are each answer's own."""

Asked = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody of whom nothing is known but the secret of their session, if they have one."""

    secret: str | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What the application answered: a page that it keeps, its headers, and a new session's cookie around its value.

    ``same`` is the body of a page that is the same for all.
    """

    given: Given
    headers: Sequence[tuple[str, str]]
    packed: bool
    cookie: tuple[str, str] | None
    same: bytes | None

    def is_known_to(self, environ: WSGIEnvironment) -> bool:
        """Say whether whoever asks has it already."""
        tag = self.given.page.tag
        return tag is not None and parse_etags(environ.get("HTTP_IF_NONE_MATCH")).contains_weak(tag)


class Doorstep:
    """Stands before an application, behind what says where a request comes from (``ProxyFix``)."""

    def __init__(self, app: Flask, around: Surroundings, requests: Requests) -> None:
        self._app = app
        self._inside: WSGIApplication = app.wsgi_app
        self._around = around
        self._requests = requests
        self._answers: dict[Asked, Answer] = {}
        self._sessions = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]  # ours does
        self._sign_session = _signer(self._sessions)
        self._sign_token = _signer(
            URLSafeTimedSerializer(around.config.secret_key, salt="wtf-csrf-token")
        )  # as Flask-WTF does
        self._session_name: str = app.config["SESSION_COOKIE_NAME"]

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request."""
        begun = perf_counter()
        if environ["REQUEST_METHOD"] != "GET" or tracing.is_on(self._around.config.service):
            return self._inside(environ, start_response)
        cookies = parse_cookie(environ.get("HTTP_COOKIE")).to_dict()
        visitor = self._visitor(cookies)
        if visitor is None:
            return self._inside(environ, start_response)
        asked = (*map(environ.get, ASKED), visitor.secret is None, frozenset(map(_what_counts, cookies.items())))
        answer = self._answers.get(asked)
        if answer is None or not self._still_holds(answer) or not limits.lets_in(self._app, environ):
            return self._inside(environ, self._remembering(asked, environ, start_response))
        self._requests.begin(environ)
        try:
            if answer.is_known_to(environ):
                status, body, headers = "304 NOT MODIFIED", b"", list(answer.headers)
                remove_entity_headers(headers)
            else:
                status, (body, headers) = "200 OK", self._filled_in(answer, visitor)
            start_response(status, [*headers, (access_log.HEADER, current_correlation_id())])
            self._requests.end(answer.given.rule, "GET", int(status[:3]), perf_counter() - begun)
        finally:
            self._requests.leave()
        return [body]

    def _visitor(self, cookies: dict[str, str]) -> Visitor | None:
        """Take the session out of the cookies and return whose it is; None where it holds more than a secret."""
        session = cookies.pop(self._session_name, None)
        if session is None:
            return Visitor(None)
        try:
            known = self._sessions.loads(session, max_age=int(self._app.permanent_session_lifetime.total_seconds()))
        except BadData:
            return None
        return Visitor(known[TOKEN]) if known.keys() == {TOKEN} else None

    def _still_holds(self, answer: Answer) -> bool:
        """Say whether nothing was written, and no second has passed, since the page was drawn."""
        try:
            stamp = self._around.database.stamp()
        except SQLAlchemyError:
            return False  # the application knows what to say then
        return (stamp, int(self._around.clock().timestamp())) == answer.given.moment

    def _filled_in(self, answer: Answer, visitor: Visitor) -> tuple[bytes, list[tuple[str, str]]]:
        if answer.same is not None:
            return answer.same, [*answer.headers, ("Content-Length", str(len(answer.same)))]
        secret = visitor.secret or token_hex(20)
        fresh = {TOKEN: self._sign_token(secret)}
        if answer.given.fresh is not None:
            with self._app.app_context():
                fresh |= answer.given.fresh()
        body = answer.given.page.body(fresh, packed=answer.packed)
        headers = [*answer.headers, ("Content-Length", str(len(body)))]
        if answer.cookie is not None:
            headers.append(("Set-Cookie", self._sign_session({TOKEN: secret}).join(answer.cookie)))
        return body, headers

    def _remembering(self, asked: Asked, environ: WSGIEnvironment, start_response: StartResponse) -> StartResponse:
        """Return what starts the application's answer, and keeps what may be given to others as well."""

        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Callable[[bytes], object]:
            given: Given | None = environ.get(GIVEN)
            if given is not None:
                if len(self._answers) >= MOST:
                    self._answers.clear()
                packed = ("Content-Encoding", "gzip") in headers
                self._answers[asked] = Answer(
                    given,
                    [(name, value) for name, value in headers if name not in OWN],
                    packed=packed,
                    cookie=next((_around_value(value) for name, value in headers if name == "Set-Cookie"), None),
                    same=given.page.body({}, packed=packed) if given.page.tag is not None else None,
                )
            return start_response(status, headers, *error)

        return start


def _what_counts(cookie: tuple[str, str]) -> tuple[str, str]:
    """Return a choice as it is, and any other cookie without its value: by its name alone pages are kept or not."""
    name, value = cookie
    return name, value if name.removeprefix("__Host-") in CHOICES else ""


def _around_value(cookie: str) -> tuple[str, str]:
    name, _equals, rest = cookie.partition("=")
    return f"{name}=", rest[rest.index(";") :]


def _signer(serializer: URLSafeTimedSerializer) -> Callable[[object], str]:
    """Return what signs as the serializer does, which would make what it needs anew each time."""
    signer = serializer.make_signer(serializer.salt)
    return lambda value: signer.sign(base64_encode(orjson.dumps(value))).decode()
