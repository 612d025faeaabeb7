"""Connections that were kept: one that leads nowhere is never given out, and one that does is not asked each time."""

import pytest
from sqlalchemy import text

from shared import connections
from shared.database import Database
from tests.shared.messaging.conftest import only_postgresql

pytestmark = only_postgresql
MINE = text("SELECT pg_backend_pid()")
OTHERS = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = :pid")


@pytest.fixture
def database(new_database_url):
    database = Database(new_database_url(), "board")
    yield database
    database.dispose()


@pytest.fixture
def pings(database, monkeypatch):
    """How often the server was asked whether it is there."""
    asked = []
    ping = database.engine.dialect.do_ping
    monkeypatch.setattr(database.engine.dialect, "do_ping", lambda connection: asked.append(1) or ping(connection))
    return asked


def process(database):
    """The server's process that answers."""
    return database.read(lambda session: session.scalar(MINE))


def end(database, pid):
    other = Database(database.url, database.service)
    other.read(lambda session: session.execute(OTHERS, {"pid": pid}).all())
    while other.read(lambda session: session.scalar(text("SELECT 1 FROM pg_stat_activity WHERE pid = :p"), {"p": pid})):
        pass
    other.dispose()


def test_a_connection_is_used_again_without_asking(database, pings):
    assert process(database) == process(database)
    assert pings == []


def test_one_whose_server_has_ended_is_replaced_before_anybody_gets_it(database, pings):
    first = process(database)
    for _ in range(2):
        end(database, first)
        second = process(database)
        assert second != first
        first = second
    assert pings == []
    assert database.engine.pool.checkedout() == 0
    assert 'steward_database_connections{service="board"} 0.0' in database.figures.text().decode()


def test_one_that_has_rested_for_long_is_asked(database, pings, monkeypatch):
    monkeypatch.setattr(connections, "LONG", -1.0)
    first = process(database)
    assert process(database) == first
    assert pings == [1]


def test_one_that_was_forgotten_on_the_way_is_replaced_after_a_long_rest(database, monkeypatch):
    """Whatever stands between drops it without a word: nothing shows before something is sent."""
    monkeypatch.setattr(connections, "LONG", -1.0)
    monkeypatch.setattr(connections, "_says_something", lambda _socket: False)
    first = process(database)
    end(database, first)
    assert process(database) != first
