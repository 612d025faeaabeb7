"""The partners service as an application, and those who use it: over JSON with a token, on pages with a cookie."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from shared.config import Config
from shared.web.auth import issue_token
from tests.partners.conftest import COMMUNITY, NOW, World

API = "/partners/api/v1"
KEY = Ed25519PrivateKey.generate()
CONFIG = Config(
    service="partners",
    database_url="sqlite://",
    secret_key="s" * 40,
    token_private_key=KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
    token_public_key=KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode(),
    origin="http://127.0.0.1:8000",
)


def organizer_token(community: str = COMMUNITY, at: datetime = NOW, role: str = "office") -> str:
    """The token of an organizer."""
    token, _ends = issue_token(
        CONFIG,
        organizer_id=uuid4(),
        username="wang",
        community=community,
        role=role,
        session_id=uuid4(),
        issued_at=at,
    )
    return token


@dataclass
class Api:
    """Somebody who uses the JSON, with a token or without."""

    client: FlaskClient
    token: str | None = None
    language: str = "zh-CN"

    def call(self, method: str, path: str, body: Any = None) -> TestResponse:
        """Send one request."""
        headers = {"Accept-Language": self.language}
        if self.token is not None:
            headers["Authorization"] = f"Bearer {self.token}"
        return self.client.open(f"{API}{path}", method=method, json=body, headers=headers)

    def get(self, path: str, status: int = 200) -> Any:
        """Read something."""
        answer = self.call("GET", path)
        assert answer.status_code == status, answer.text
        return answer.json

    def post(self, path: str, body: Any = None, status: int = 200) -> Any:
        """Do something."""
        answer = self.call("POST", path, {} if body is None else body)
        assert answer.status_code == status, answer.text
        return answer.json


@dataclass
class Browser:
    """Somebody who uses the pages."""

    client: FlaskClient
    language: str = "zh-CN"

    def get(self, path: str, status: int = 200) -> str:
        """Open a page."""
        answer = self.client.get(path, headers={"Accept-Language": self.language})
        assert answer.status_code == status, answer.text
        return answer.text

    def send(self, page: str, path: str, fields: Mapping[str, Any]) -> TestResponse:
        """Send a form that stands on a page."""
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.get(page))
        assert token is not None
        return self.client.post(path, data={"csrf_token": token[1], **fields}, headers=self._headers())

    def _headers(self) -> dict[str, str]:
        return {"Accept-Language": self.language}


def an_organizer(
    app: Flask, language: str = "zh-CN", community: str = COMMUNITY, at: datetime = NOW, role: str = "office"
) -> Browser:
    """An organizer's browser."""
    client = app.test_client()
    client.set_cookie("steward-organizer", organizer_token(community, at, role))
    return Browser(client, language)


def a_contact(app: Flask, world: World, language: str = "zh-CN") -> Browser:
    """The browser of the unit's contact, who has opened the access link."""
    client = app.test_client()
    client.set_cookie("steward-contact", world.unit.token)
    return Browser(client, language)
