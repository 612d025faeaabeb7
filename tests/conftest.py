"""What tests of all folders ask for: databases, a broker, a browser.

A test that needs a real part gets it or fails with one line that says what to install; none is skipped. Whatever
uses such a part is marked ``real``, and `make test-fast` leaves it out.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pika
import psycopg
import pytest
from playwright.sync_api import sync_playwright
from psycopg import sql
from sqlalchemy import make_url

from shared.messaging.transport import EXCHANGE, dead_queue_name, queue_name
from tests import servers
from tools.messages import compile_stale

ON_SQLITE = pytest.mark.parametrize("new_database_url", ["sqlite"], indirect=True)
"""For modules of pages and JSON: what they ask of a database runs on PostgreSQL in the tests of the operations."""

REAL_PARTS = frozenset({"postgres_server_url", "amqp_url", "chromium"})
"""Fixtures that need more than Python."""
KEPT = pytest.StashKey[servers.Servers]()


def pytest_configure(config: pytest.Config) -> None:
    """Compile the texts and be ready to start servers, in the process that began the run."""
    if not hasattr(config, "workerinput"):
        compile_stale()
        config.stash[KEPT] = servers.Servers()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the servers, after an interruption as well."""
    if KEPT in config.stash:
        config.stash[KEPT].stop()


@pytest.hookimpl(tryfirst=True)  # before ``-m`` chooses
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs a real part."""
    for item in items:
        if REAL_PARTS.intersection(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.real)


@pytest.fixture(scope="session")
def postgres_server_url() -> str:
    """The address of a PostgreSQL server whose user may make databases."""
    return os.environ.get("STEWARD_TEST_POSTGRES_URL") or _started("postgres", "STEWARD_TEST_POSTGRES_URL")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.real)])
def new_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], str]]:
    """A function that makes an empty database at each call and returns its address; all of one kind."""
    if request.param == "sqlite":
        yield lambda: f"sqlite:///{tmp_path / uuid4().hex}.db"
        return
    server = make_url(request.getfixturevalue("postgres_server_url"))
    made: list[str] = []

    def make() -> str:
        made.append(f"test_{uuid4().hex}")
        _execute(server.render_as_string(hide_password=False), "CREATE DATABASE {}", made[-1])
        return server.set(database=made[-1]).render_as_string(hide_password=False)

    yield make
    for name in made:
        _execute(server.render_as_string(hide_password=False), "DROP DATABASE {} WITH (FORCE)", name)


@pytest.fixture
def database_url(new_database_url: Callable[[], str]) -> str:
    """The address of an empty database, once on SQLite and once on PostgreSQL."""
    return new_database_url()


@pytest.fixture
def amqp_url() -> Iterator[str]:
    """The address of a vhost without any queues, with its administrator.

    A broker that the environment names has one vhost for all tests, so they take turns there.
    """
    theirs = os.environ.get("STEWARD_TEST_AMQP_URL")
    if not theirs:
        yield _started("amqp", "STEWARD_TEST_AMQP_URL")
        return
    with Path(tempfile.gettempdir(), "steward-tests-broker.lock").open("w", encoding="ascii") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        _remove_topology(theirs)
        yield theirs
        _remove_topology(theirs)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium that Playwright can drive."""
    named = os.environ.get("STEWARD_TEST_CHROMIUM")
    for name in [named] if named else ["chromium", "google-chrome"]:
        found = shutil.which(name)
        if found:
            return found
    with sync_playwright() as playwright:
        if not named and Path(playwright.chromium.executable_path).exists():
            return playwright.chromium.executable_path
    pytest.fail(
        "Chromium is not installed: install the package chromium, or set STEWARD_TEST_CHROMIUM to its path.",
        pytrace=False,
    )


def _started(server: str, variable: str) -> str:
    try:
        return servers.ask(server)
    except RuntimeError as error:
        reason = str(error)
    pytest.fail(f"{reason} Or set {variable} to one that tests may use.", pytrace=False)


def _execute(server_url: str, statement: str, name: str) -> None:
    address = server_url.replace("postgresql+psycopg://", "postgresql://", 1)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(sql.Identifier(name)))


def _remove_topology(url: str) -> None:
    connection = pika.BlockingConnection(pika.URLParameters(url))
    channel = connection.channel()
    for service in servers.SERVICES:
        channel.queue_delete(queue_name(service))
        channel.queue_delete(dead_queue_name(service))
    channel.exchange_delete(EXCHANGE)
    connection.close()
