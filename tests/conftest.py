"""What tests of all folders ask for: databases, a broker, a browser, and a watch over personal data.

A test that needs a real part gets it or fails with one line that says what to install; none is skipped. Whatever
uses such a part is marked ``real``, and `make test-fast` leaves it out.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

import pika
import psycopg
import pytest
import structlog
from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from playwright.sync_api import Browser, sync_playwright
from psycopg import sql
from sqlalchemy import URL, MetaData, make_url
from werkzeug.routing import Rule

from shared.database import Database
from shared.messaging.transport import EXCHANGE, dead_queue_name, queue_name
from tests import servers
from tests.watching import WATCH
from tools.messages import compile_stale

ON_SQLITE = pytest.mark.parametrize("new_database_url", ["sqlite"], indirect=True)
"""For modules of pages and JSON: what they ask of a database runs on PostgreSQL in the tests of the operations."""

REAL_PARTS = frozenset({"postgres_server_url", "amqp_url", "chromium"})
"""Fixtures that need more than Python."""
KEPT = pytest.StashKey[servers.Servers]()


class Templates(BytecodeCache):
    """Templates that were compiled for one application are good for all that the tests build."""

    def __init__(self) -> None:
        self.compiled: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Take what is there."""
        if bucket.key in self.compiled:
            bucket.bytecode_from_string(self.compiled[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled."""
        self.compiled[bucket.key] = bucket.bytecode_to_string()


def keep_compiled_rules() -> None:
    """Let the code that writes a rule's addresses be good for all applications that the tests build: half of each."""
    compile_anew, known = Rule._compile_builder, dict[tuple[object, ...], Any]()

    def compiled(rule: Rule, append_unknown: bool = True) -> Any:  # noqa: FBT001, FBT002  # as Werkzeug declares it
        key = (rule.rule, *rule._trace, repr(rule.defaults), append_unknown)
        if key not in known:
            known[key] = compile_anew(rule, append_unknown)
        return known[key]

    Rule._compile_builder = compiled


def pytest_configure(config: pytest.Config) -> None:
    """Keep what was compiled; in the process that began the run, compile the texts and be ready to start servers."""
    Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": Templates()}
    keep_compiled_rules()
    WATCH.install()
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


@pytest.fixture(autouse=True)
def logs_as_before() -> Iterator[None]:
    """A command that is tried in this process sets up logs for its own."""
    before = structlog.get_config()
    yield
    structlog.configure(**before)


@pytest.fixture(autouse=True)
def nobody_is_named() -> Iterator[None]:
    """Fail the test in which a message, a log line, a figure or an address named somebody who was stored."""
    yield
    leaks, WATCH.leaks = WATCH.leaks, []
    assert leaks == []


@pytest.fixture(scope="session")
def postgres_server_url() -> str:
    """The address of a PostgreSQL server whose user may make databases."""
    return os.environ.get("STEWARD_TEST_POSTGRES_URL") or _started("postgres", "STEWARD_TEST_POSTGRES_URL")


@pytest.fixture(scope="session")
def sqlite_patterns(tmp_path_factory: pytest.TempPathFactory) -> "Patterns":
    """Files with tables and nothing in them, to be copied."""
    folder = tmp_path_factory.mktemp("patterns")
    return Patterns(lambda: f"sqlite:///{folder / uuid4().hex}.db")


@pytest.fixture(scope="session")
def postgres_patterns(postgres_server_url: str) -> Iterator["Patterns"]:
    """Databases with tables and nothing in them, to be copied."""
    server = make_url(postgres_server_url)
    patterns = Patterns(lambda: _create(server))
    yield patterns
    for address in patterns.known.values():
        _drop(server, address)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.real)])
def new_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[..., str]]:
    """A function that makes a database at each call and returns its address; all of one kind.

    It holds the empty tables of the metadata that are named, or nothing. To copy tables takes a quarter of the time
    that it takes to make them, and most of the suite's tests begin so.
    """
    if request.param == "sqlite":

        def copy(*tables: MetaData) -> str:
            new = tmp_path / f"{uuid4().hex}.db"
            if tables:
                shutil.copyfile(request.getfixturevalue("sqlite_patterns").of(tables).removeprefix("sqlite:///"), new)
            return f"sqlite:///{new}"

        yield copy
        return
    server = make_url(request.getfixturevalue("postgres_server_url"))
    made: list[str] = []

    def create(*tables: MetaData) -> str:
        pattern = request.getfixturevalue("postgres_patterns").of(tables) if tables else None
        made.append(_create(server, pattern))
        return made[-1]

    yield create
    for address in made:
        _drop(server, address)


@pytest.fixture
def database_url(new_database_url: Callable[..., str]) -> str:
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


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    """A browser, one for the whole run: Playwright allows no second. The tests open their own windows."""
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--lang=zh-CN"])
        yield running
        running.close()


def _started(server: str, variable: str) -> str:
    try:
        return servers.ask(server)
    except RuntimeError as error:
        reason = str(error)
    pytest.fail(f"{reason} Or set {variable} to one that tests may use.", pytrace=False)


class Patterns:
    """Databases that are made once and then copied, each with the tables of some metadata."""

    def __init__(self, new: Callable[[], str]) -> None:
        self.known: dict[frozenset[str], str] = {}
        self._new = new

    def of(self, tables: Sequence[MetaData]) -> str:
        """Return the address of the one with these tables; nobody is connected to it."""
        names = frozenset(name for metadata in tables for name in metadata.tables)
        if names not in self.known:
            database = Database(self._new(), "pattern")
            for metadata in tables:
                metadata.create_all(database.engine)
            database.dispose()
            self.known[names] = database.engine.url.render_as_string(hide_password=False)
        return self.known[names]


def _create(server: URL, pattern: str | None = None) -> str:
    """Make a database on the server, as a copy of the pattern if there is one; return its address."""
    address = server.set(database=f"test_{uuid4().hex}")
    name = sql.Identifier(address.database or "")
    statement = sql.SQL("CREATE DATABASE {}").format(name)
    if pattern is not None:
        statement += sql.SQL(" TEMPLATE {}").format(sql.Identifier(make_url(pattern).database or ""))
    _execute(server, statement)
    return address.render_as_string(hide_password=False)


def _drop(server: URL, address: str) -> None:
    name = sql.Identifier(make_url(address).database or "")
    _execute(server, sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


def _execute(server: URL, statement: sql.Composed) -> None:
    with psycopg.connect(
        server.set(drivername="postgresql").render_as_string(hide_password=False), autocommit=True
    ) as connection:
        connection.execute(statement)


def _remove_topology(url: str) -> None:
    connection = pika.BlockingConnection(pika.URLParameters(url))
    channel = connection.channel()
    for service in servers.SERVICES:
        channel.queue_delete(queue_name(service))
        channel.queue_delete(dead_queue_name(service))
    channel.exchange_delete(EXCHANGE)
    connection.close()
