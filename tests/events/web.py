"""What tests of JSON and pages ask for: the application, and somebody who uses it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from html import unescape
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from services.events.app import service
from shared.config import Config
from shared.database import Database
from shared.service import build_app
from tests.events.world import NOW

PASSWORD = "correct horse battery"
ENGLISH = {"Accept-Language": "en"}
API = "/events/api/v1"
DESK = "/events/desk"
KEY = Ed25519PrivateKey.generate()
CONFIG = Config(
    service="events",
    secret_key="a key for tests that is long enough, really",
    token_private_key=KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
    token_public_key=KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode(),
    admin_password=PASSWORD,
    community="朝阳社区",
)


@dataclass
class Site:
    """The application with a clock that can be set, and one browser."""

    database: Database
    now: datetime = NOW
    app: Flask = field(init=False)
    browser: FlaskClient = field(init=False)

    def __post_init__(self) -> None:
        self.database.write(service.prepare, CONFIG, NOW)
        self.app = build_app(service, CONFIG, self.database, clock=lambda: self.now)
        self.browser = self.app.test_client()

    @contextmanager
    def at(self, moment: datetime) -> Iterator[None]:
        """Set the clock for a while."""
        before, self.now = self.now, moment
        yield
        self.now = before

    def call(
        self, method: str, path: str, json: Any = None, *, token: str | None = None, **headers: str
    ) -> TestResponse:
        """Send one request to the API, in English; header names have underscores."""
        sent = ENGLISH | {name.replace("_", "-"): value for name, value in headers.items()}
        if token:
            sent["Authorization"] = f"Bearer {token}"
        return self.app.test_client().open(API + path, method=method, json=json, headers=sent)

    def token(self, username: str = "admin", password: str = PASSWORD) -> str:
        """Sign in as a program does."""
        answer = self.call("POST", "/sessions", {"username": username, "password": password})
        assert answer.status_code == 201, answer.text
        return answer.json["token"]

    def get(self, path: str, status: int = 200, *, language: str = "en") -> str:
        """Open a page in the browser."""
        answer = self.browser.get(path, headers={"Accept-Language": language})
        assert answer.status_code == status, answer.text
        return answer.text

    def send(self, path: str, form: dict[str, Any], status: int = 303, *, page: str | None = None) -> TestResponse:
        """Fill in a form of the page and send it; the page is the form's own address unless another is named."""
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.get(page or path))[1]
        answer = self.browser.post(path, data={"csrf_token": token, **form}, headers=ENGLISH)
        assert answer.status_code == status, answer.text
        return answer

    def sign_in(self, username: str = "admin", password: str = PASSWORD) -> None:
        """Sign in as a person does."""
        self.send("/events/login", {"username": username, "password": password})


def fields_of(page: str) -> dict[str, Any]:
    """Return what the boxes of a form page hold, as a browser would send it."""
    form = re.search(r'<form class="form".*?</form>', page, re.DOTALL)[0]
    values: dict[str, Any] = {}
    for tag in re.findall(r"<input [^>]*>", form):
        attributes = dict(re.findall(r'([a-z-]+)="([^"]*)"', tag))
        if attributes.get("type") in {"checkbox", "radio"} and " checked" not in tag:
            continue
        values.setdefault(attributes["name"], []).append(unescape(attributes.get("value", "")))
    for name, text in re.findall(r'<textarea [^>]*name="([^"]+)"[^>]*>\n?(.*?)</textarea>', form, re.DOTALL):
        values[name] = [text]
    for name, options in re.findall(r'<select [^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        values[name] = [re.search(r'value="([^"]*)" selected', options)[1]]
    values.pop("csrf_token")
    return values


def texts_of(page):
    """Return the page's words without markup, each run of white space as one space."""
    main = re.search(r"<main.*</main>", page, re.DOTALL)[0]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())
