"""Stamps: PostgreSQL's word for whether anything was written."""

import threading
from time import perf_counter

import pytest
from sqlalchemy import text

from shared.arriving import came
from shared.clock import utc_now
from shared.database import Database
from shared.messaging import outbox, tables
from shared.stamps import Stamps
from tests.shared.messaging.conftest import only_postgresql, places

pytestmark = only_postgresql
OTHERS = 8


@pytest.fixture
def database(new_database_url):
    database = Database(new_database_url(tables.Base.metadata), "signups")
    yield database
    database.dispose()


def told_twice(database):
    """Say whether two that ask one after the other are told the same, once nobody else writes just then."""
    return any(database.stamp() == database.stamp() for _ in range(1000))


def write(database):
    database.write(lambda session: outbox.add(session, "places.held", places(), now=utc_now()))


def end_connections(database):
    """End all other connections, as a start of the server does."""
    other = Database(database.url, database.service)
    others = "pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()"
    other.read(lambda session: session.execute(text(f"SELECT pg_terminate_backend(pid) FROM {others}")).all())
    other.dispose()


def test_it_changes_with_what_anybody_writes_and_not_without(database):
    other = Database(database.url, database.service)
    assert told_twice(database)
    before = database.stamp()
    for writer in (database, other):
        write(writer)
        after = database.stamp()
        assert after != before
        before = after
    other.dispose()


def test_it_takes_no_connection_of_the_pool(database):
    database.stamp()
    assert database.engine.pool.checkedout() == 0


def test_after_a_start_of_the_server_it_is_told_again(database):
    before = database.stamp()
    write(database)
    end_connections(database)
    assert database.stamp() != before
    assert told_twice(database)


def test_what_was_asked_since_a_request_came_counts_for_it_and_nothing_that_was_asked_before(database):
    before = perf_counter()
    asked = database.stamp()
    after = perf_counter()
    write(database)
    told = {}
    for since in (before, after):
        token = came.set(since)
        told[since] = database.stamp()
        came.reset(token)
    assert told[before] == asked
    assert told[after] != asked


class Turn:
    """A lock that knows how many have come to it."""

    def __init__(self):
        self.lock = threading.Lock()
        self.come = threading.Semaphore(0)

    def __enter__(self):
        self.come.release()
        self.lock.acquire()

    def __exit__(self, *error):
        self.lock.release()


class Watched(Stamps):
    """Stays with the first question until it may go on; the second one fails where it is told to."""

    def __init__(self, engine, *, fails=False):
        super().__init__(engine)
        self._turn = self.turn = Turn()
        self.fails = fails
        self.asked = 0
        self.has_answer, self.go_on = threading.Event(), threading.Event()

    def _ask(self):
        self.asked += 1
        if self.asked == 2 and self.fails:
            raise ConnectionError
        answer = super()._ask()
        if self.asked == 1:
            self.has_answer.set()
            assert self.go_on.wait(60)
        return answer


def ask_together(database, *, fails=False):
    """One asks; something is written before the answer is back, and then others come. Returns what each was told."""
    stamps, answers = Watched(database.engine, fails=fails), []

    def ask():
        try:
            answers.append(stamps.now())
        except ConnectionError:
            answers.append(None)

    threads = [threading.Thread(target=ask) for _ in range(1 + OTHERS)]
    for thread in threads:
        thread.start()
        assert stamps.turn.come.acquire(timeout=60)
        if thread is threads[0]:
            assert stamps.has_answer.wait(60)
            write(database)
    stamps.go_on.set()
    for thread in threads:
        thread.join(60)
    stamps.hang_up()
    return stamps, answers


def test_whoever_comes_while_it_is_asked_is_told_of_what_was_written_meanwhile_and_all_are_told_at_once(database):
    stamps, (first, *others) = ask_together(database)
    assert len(others) == OTHERS
    assert len(set(others)) == 1
    assert first not in others
    assert stamps.asked == 2


def test_nobody_is_told_what_was_true_before_they_came_because_asking_failed(database):
    stamps, (first, *others) = ask_together(database, fails=True)
    assert others.count(None) == 1
    assert len(set(others)) == 2
    assert first not in others
    assert stamps.asked == 3
