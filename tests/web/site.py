"""The three services in one process, and the one way in which these tests ask them anything."""

import re
import resource
import shutil
from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit
from uuid import uuid4
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Flask, session
from flask_wtf.csrf import generate_csrf
from sqlalchemy import event
from werkzeug.test import Client, TestResponse

from services.__main__ import NAMES, all_services
from shared import clock, config, embedded
from shared.database import Database
from shared.embedded import Part
from shared.service import build_app
from tests.web.catalogue import english_in

PASSWORD = "for-tests-only-4711"
SIGNING = b"for tests only, and long enough 4711"
GIVEN = {
    "STEWARD_ADMIN_PASSWORD": PASSWORD,
    "STEWARD_RATE_LIMIT": "off",
    "STEWARD_COMMUNITY": "朝阳社区",
    "STEWARD_WEBHOOK_SECRET": f"whsec_{b64encode(SIGNING).decode()}",
}
WORTH_A_LOOK = 0.5
"""Seconds of work from which on an answer's work is compared with a known piece of it."""
MOST_WORK = 250
"""Known pieces of work that no answer may take; one is 20 ms of a quiet machine's time. What hangs takes thousands."""
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
SECRETS = re.compile(
    r"Traceback|sqlalchemy|psycopg|sqlite|SELECT |INSERT INTO|UPDATE \w+ SET|\.py(?![\w-])|/site-packages/"
)
"""What would tell a stranger how we are made."""
ERROR = 400
PROBLEM = "application/problem+json"
MARK = "<script>alert(1)</script>"
"""What all names of things here contain; no page may hold it as it is."""


class Site:
    """All services on SQLite files in a folder, behind one address, with a clock that can be put forward."""

    def __init__(self, folder: Path, parts: Sequence[Part]) -> None:
        self.folder, self.parts = folder, parts
        self.ahead = timedelta(0)
        self.apps: dict[str, Flask] = {
            part.service.name: build_app(part.service, part.config, part.database, clock=self.now) for part in parts
        }
        for part in parts:
            _be_as_strict_as_postgresql(part.database)

    @classmethod
    def new(cls, folder: Path) -> "Site":
        """Return a site without any data."""
        return cls(folder, embedded.open_parts(all_services(), embedded.environment(folder, NAMES, GIVEN)))

    def copy(self, folder: Path) -> "Site":
        """Return another site that begins with this one's data and keys."""
        self.close()
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        environ = embedded.environment(folder, NAMES, GIVEN)
        settings = [(part.service, config.load(part.service.name, environ)) for part in self.parts]
        return Site(
            folder,
            [Part(one, known, Database(known.database_url, one.name, keys=known.data_keys)) for one, known in settings],
        )

    def close(self) -> None:
        """Close the databases, so that their files hold everything."""
        for part in self.parts:
            part.database.dispose()

    def now(self) -> datetime:
        """Return the moment at which the site believes to be."""
        return clock.utc_now() + self.ahead

    def settle(self) -> None:
        """Let every message arrive."""
        embedded.settle(self.parts)

    def visitor(self, **cookies: str) -> "Visitor":
        """Return somebody with a browser of their own."""
        return Visitor(self, cookies)

    def call(self, method: str, path: str, json: Any = None, *, token: str | None = None, **rest: Any) -> TestResponse:
        """Send one request to the JSON API as somebody who keeps no cookies."""
        headers = dict(rest.pop("headers", {})) | ({"Authorization": f"Bearer {token}"} if token is not None else {})
        return self.visitor().ask(method, path, json=json, headers=headers, **rest)

    def done(self, method: str, path: str, json: Any = None, **rest: Any) -> Any:
        """Do something that must work."""
        answer = self.call(method, path, json, **rest)
        assert answer.status_code < 300, (path, answer.status_code, answer.text)
        return answer.json

    def wsgi(self, environ: WSGIEnvironment, start_response: StartResponse) -> Any:
        """Hand the request to the service that its path names."""
        first = environ["PATH_INFO"].split("/", 2)[1:2]
        return self.apps.get(first[0] if first else "events", self.apps["events"])(environ, start_response)


class Answer(TestResponse):
    """An answer; a sheet or another file that is no text has none."""

    @property
    def text(self) -> str:
        """What it says."""
        return super().text if self.mimetype.startswith(("text/", "application/json", PROBLEM)) else ""


class Visitor:
    """A browser or a program. Whatever it asks, the answer must be sound."""

    def __init__(self, site: Site, cookies: Mapping[str, str]) -> None:
        self.apps = site.apps
        self.client = Client(site.wsgi, Answer)
        self.tokens: dict[str, str] = {}
        for name, value in cookies.items():
            self.client.set_cookie("steward-signups-links" if name == "signup" else f"steward-{name}", value)
        self.is_known = bool({"organizer", "contact"} & {name for name, value in cookies.items() if value})

    def ask(self, method: str, path: str, **rest: Any) -> TestResponse:
        """Send a request and return the answer, after a look at everything that holds for all answers."""
        begun = _worked()
        answer = self.client.open(path, method=method, **rest)
        seconds = _worked() - begun
        assert seconds < WORTH_A_LOOK or seconds < MOST_WORK * _known_work(), (method, path[:200], seconds)
        header = rest.get("headers", {}).get("Authorization", "")
        is_known = re.match("Bearer [!-~]", header) is not None if is_api(path) else self.is_known
        _check(answer, method, path, is_known=is_known)
        if answer.content_type == PROBLEM and method != "HEAD" and "Accept-Language" not in rest.get("headers", {}):
            problem: dict[str, Any] = answer.json or {}
            said = [problem.get(part, {}) for part in ("title", "detail", "errors")]
            assert not english_in(said, path.split("/")[1]), (method, path[:200], answer.text)
        return answer

    def get(self, path: str, language: str = "zh-CN") -> TestResponse:
        """Open a page."""
        return self.ask("GET", path, headers={"Accept-Language": language})

    def send(self, path: str, fields: Mapping[str, Any], language: str = "zh-CN") -> TestResponse:
        """Send a form as a page of the same service would, with its token."""
        sent = {"csrf_token": self.token(path.split("/")[1]), **fields}
        return self.ask("POST", path, data=sent, headers={"Accept-Language": language})

    def token(self, service: str) -> str:
        """Return the token of a form, in a session as any page with one would begin it."""
        if service not in self.tokens:
            app = self.apps[service]
            with app.test_request_context():
                self.tokens[service] = generate_csrf()
                signed = app.session_interface.get_signing_serializer(app).dumps(dict(session))
            self.client.set_cookie(app.config["SESSION_COOKIE_NAME"], signed)
        return self.tokens[service]


def later(**distance: float) -> str:
    """Return a moment from now on, as the API writes it."""
    return (datetime.now(UTC).replace(microsecond=0) + timedelta(**distance)).isoformat()


def fresh_key() -> dict[str, str]:
    """Return the header of a request that was never sent before."""
    return {"Idempotency-Key": str(uuid4())}


def is_api(path: str) -> bool:
    """Say whether the path is below ``/<service>/api``."""
    return re.match(rf"/({'|'.join(NAMES)})/api(?:/|\?|$)", path) is not None


def leads_home(location: str) -> bool:
    """Say whether a browser that follows the redirection stays on this site; to it a backslash is a slash."""
    return urlsplit(urljoin("http://localhost/events/", location.replace("\\", "/").strip())).netloc == "localhost"


def _worked() -> float:
    """Return the seconds that this thread has worked; the kernel's, who looks for memory, are not ours."""
    return resource.getrusage(resource.RUSAGE_THREAD).ru_utime


def _known_work() -> float:
    """Return the seconds of work that a known piece of it takes now: a busy or slow machine is not to blame us."""
    begun = _worked()
    sum(number * number % 7 for number in range(200_000))
    return _worked() - begun


def _check(answer: TestResponse, method: str, path: str, *, is_known: bool) -> None:
    """Look at what must hold of every answer, whatever was asked."""
    about = (method, path[:200], answer.status_code, answer.text[:2000])
    assert answer.status_code < 500, about
    headers = answer.headers
    assert {name: headers.get(name) for name in HEADERS} == HEADERS, about
    assert "default-src 'self'" in headers["Content-Security-Policy"], about
    assert "'unsafe" not in headers["Content-Security-Policy"], about
    assert headers["X-Request-ID"], about
    assert "Cache-Control" in headers, about
    if is_known and "/static/" not in path:
        assert "no-store" in headers["Cache-Control"], about
    assert not answer.content_type.startswith("text/html") or MARK not in answer.text, about
    if answer.status_code < ERROR:
        return
    if is_api(path):
        assert answer.content_type == PROBLEM, about
    else:
        assert answer.content_type == "text/html; charset=utf-8", about
    if method == "HEAD":
        return
    assert not SECRETS.search(answer.text), about
    if is_api(path):
        assert answer.json is not None
        assert {"type", "title", "status", "detail"} <= answer.json.keys(), about
        assert answer.json["status"] == answer.status_code, about
        assert answer.json["title"], about
        assert answer.json["detail"], about
    else:
        assert "<main" in answer.text, about


def _be_as_strict_as_postgresql(database: Database) -> None:
    """Refuse what PostgreSQL would refuse and SQLite takes: NUL in a text, and integers of more than 32 bits."""

    @event.listens_for(database.engine, "before_cursor_execute")
    def look(_connection: Any, _cursor: Any, _statement: str, parameters: Any, *_rest: Any) -> None:
        rows = parameters if isinstance(parameters, list) else [parameters]
        values = [value for row in rows for value in (row.values() if isinstance(row, dict) else row)]
        assert not any("\0" in value for value in values if isinstance(value, str)), "PostgreSQL takes no NUL"
        assert all(abs(value) < 2**31 for value in values if isinstance(value, int)), "PostgreSQL: integer out of range"
