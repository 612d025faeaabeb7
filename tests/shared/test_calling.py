"""Calls between processes: what one commits, the worker of another looks for at once."""

import threading

import pytest
from sqlalchemy import text

from shared import calling
from shared.clock import utc_now
from shared.database import Database, planned
from shared.messaging import outbox, tables
from tests.shared.messaging.conftest import only_postgresql, only_sqlite, places


@pytest.fixture
def database(new_database_url):
    database = Database(new_database_url(tables.Base.metadata), "signups")
    yield database
    database.dispose()


@pytest.fixture
def elsewhere(database):
    """The same database as another process has it."""
    other = Database(database.url, database.service)
    yield other
    other.dispose()


@pytest.fixture
def heard(database, elsewhere):
    """What a listener heard, by its name; it listens already."""
    events = {what: threading.Event() for what in (calling.MESSAGES, calling.WORK)}
    listener = calling.Listener(database, {what: event.set for what, event in events.items()})
    stopping = threading.Event()

    def listen() -> None:
        while not stopping.is_set():
            listener.run_once()
        listener.close()

    thread = threading.Thread(target=listen)
    thread.start()
    words = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()"
    listening = text(words)
    while not elsewhere.read(lambda session: session.scalar(listening)):
        pass
    yield events
    stopping.set()
    listener.end()
    thread.join(60)
    assert not thread.is_alive()


@pytest.fixture
def caller(elsewhere):
    """What the other process calls with."""
    caller = calling.Caller(elsewhere)
    yield caller
    caller.end()


@only_postgresql
@pytest.mark.usefixtures("caller")
def test_a_commit_in_one_process_is_heard_in_another(elsewhere, heard):
    for _ in range(3):
        elsewhere.write(lambda session: outbox.add(session, "places.held", places(), now=utc_now()))
        assert heard[calling.MESSAGES].wait(60)
        heard[calling.MESSAGES].clear()
    assert not heard[calling.WORK].is_set()
    elsewhere.write(planned)
    assert heard[calling.WORK].wait(60)


@only_postgresql
def test_what_was_committed_last_is_called_before_the_process_ends(elsewhere, caller, heard):
    elsewhere.write(planned)
    caller.end()
    assert "caller" not in {thread.name for thread in threading.enumerate()}
    assert heard[calling.WORK].wait(60)


@only_postgresql
@pytest.mark.usefixtures("caller")
def test_what_is_rolled_back_is_not_called(elsewhere, heard):
    def fail(session):
        planned(session)
        raise LookupError

    with pytest.raises(LookupError):
        elsewhere.write(fail)
    elsewhere.write(lambda session: outbox.add(session, "places.held", places(), now=utc_now()))
    assert heard[calling.MESSAGES].wait(60)
    assert not heard[calling.WORK].is_set()


@only_sqlite
def test_sqlite_serves_one_process_that_needs_no_calls(database):
    assert not calling.can_call(database)
