"""The notice board as an application, on a database of its own, and people who use it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache

from shared.config import Config
from shared.database import Database
from shared.web import application
from shared.web.auth import issue_token
from tests.shared.web import board

NOW = datetime(2027, 6, 1, 4, tzinfo=UTC)
ZH = {"Accept-Language": "zh-CN,zh;q=0.9"}
EN = {"Accept-Language": "en-GB,en;q=0.9"}


def key_pair() -> tuple[str, str]:
    private = Ed25519PrivateKey.generate()
    return (
        private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
        private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode(),
    )


PRIVATE, PUBLIC = key_pair()


def csrf_of(client: FlaskClient, path: str = "/board/notes/new") -> str:
    return re.search(r'name="csrf_token" value="([^"]+)"', client.get(path).text)[1]


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return Config(
        service="board",
        database_url=f"sqlite:///{tmp_path / 'board.db'}",
        secret_key="s" * 40,
        token_private_key=PRIVATE,
        token_public_key=PUBLIC,
    )


@pytest.fixture
def database(config: Config) -> Database:
    database = Database(config.database_url, "board")
    board.Base.metadata.create_all(database.engine)
    yield database
    database.dispose()


@pytest.fixture(scope="session")
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    """Where templates are kept compiled, since each test makes an application of its own."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture
def build(config: Config, database: Database, compiled_templates: FileSystemBytecodeCache) -> Callable[..., Flask]:
    """A function that makes the application, with other settings where some are named."""

    def make(*, now: datetime = NOW, database: Database = database, **settings: Any) -> Flask:
        app = application.build(
            replace(config, **settings),
            database,
            lambda: now,
            public=[board.door, board.api_door],
            organizer=[board.desk, board.api_desk],
            contact=[board.unit, board.api_unit],
            identify=board.identify,
            confirm=board.confirm,
            gauges=board.gauges,
        )
        app.jinja_env.bytecode_cache = compiled_templates
        return app

    return make


@pytest.fixture
def app(build: Callable[..., Flask]) -> Flask:
    return build()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def token(config: Config) -> Callable[..., str]:
    """A function that issues an organizer's token."""

    def issue(*, at: datetime = NOW, session_id: UUID | None = None, private_key: str = PRIVATE) -> str:
        made, _ends = issue_token(
            replace(config, token_private_key=private_key),
            organizer_id=uuid4(),
            username="wang",
            community="示范社区",
            role="organizer",
            session_id=session_id or uuid4(),
            issued_at=at,
        )
        return made

    return issue


def bearer(token: str) -> Mapping[str, str]:
    return {"Authorization": f"Bearer {token}"}
