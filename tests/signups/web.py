"""What tests of JSON and pages ask for: the application, and somebody who uses it."""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from services.signups.app import service
from shared.config import Config
from shared.service import build_app
from shared.web.auth import issue_token
from tests.signups.conftest import LINKS, NOW, World

API = "/signups/api/v1"
HIDDEN = r'type="hidden" name="(csrf_token|key|opened)" value="([^"]+)"'
KEY = Ed25519PrivateKey.generate()
CONFIG = Config(
    service="signups",
    secret_key=LINKS.secret_key,
    token_private_key=KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
    token_public_key=KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode(),
)


@dataclass
class Site:
    """The application with a clock that can be set, and one browser."""

    world: World
    now: datetime = NOW
    app: Flask = field(init=False)
    browser: FlaskClient = field(init=False)

    def __post_init__(self) -> None:
        self.app = build_app(service, CONFIG, self.world.database, clock=lambda: self.now)
        self.browser = self.app.test_client()

    def call(
        self, method: str, path: str, json: Any = None, *, token: str | None = None, **headers: str
    ) -> TestResponse:
        """Send a request to the API."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if token is not None:
            sent["Authorization"] = f"Bearer {token}"
        return self.app.test_client(use_cookies=False).open(f"{API}{path}", method=method, json=json, headers=sent)

    def apply(self, number: int = 1, *, key: str | None = None, **changes: Any) -> TestResponse:
        """Sign somebody up, a moment after the one before; ``number`` makes their phone."""
        self.now += timedelta(milliseconds=1)
        body = {
            "shift_id": str(self.world.shift_id),
            "name": f"志愿者{number}",
            "phone": f"138{number:08d}",
            "consent": True,
        }
        return self.call("POST", "/signups", body | changes, Idempotency_Key=key or str(uuid4()))

    def organizer(self, community: str = "朝阳社区", role: str = "office") -> str:
        """The token of an organizer."""
        token, _expires = issue_token(
            CONFIG,
            organizer_id=uuid4(),
            username="wang",
            community=community,
            role=role,
            session_id=uuid4(),
            issued_at=self.now,
        )
        return token

    def sign_in(self, community: str = "朝阳社区", role: str = "office") -> None:
        """Let the browser belong to an organizer."""
        self.browser.set_cookie("steward-organizer", self.organizer(community, role))

    def open(self, path: str, **headers: str) -> str:
        """Open a page that must be there."""
        answer = self.browser.get(path, headers=headers)
        assert answer.status_code == 200, answer.status_code
        return answer.text

    def send(self, page: str, path: str, form: dict[str, Any], **headers: str) -> TestResponse:
        """Send a form that stands on the page, with its hidden fields, after a few seconds of filling it in."""
        hidden = dict(re.findall(HIDDEN, self.open(page, **headers)))
        self.now += timedelta(seconds=3)
        return self.browser.post(path, data=hidden | form, headers=headers)
