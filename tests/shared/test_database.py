"""One way to open a transaction, on SQLite and PostgreSQL alike."""

import threading
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from sqlalchemy import func, insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, StatementError
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from shared.database import TYPES, Database, change, new_metadata, random_uuid
from shared.messaging import outbox, tables
from tests.shared.messaging.conftest import only_postgresql, only_sqlite, places

NOON_IN_SHANGHAI = datetime(2027, 6, 1, 12, 0, tzinfo=timezone(timedelta(hours=8)))


class Base(DeclarativeBase):
    metadata = new_metadata()
    type_annotation_map = TYPES


class Counter(Base):
    __tablename__ = "counters"

    number: Mapped[int] = mapped_column(primary_key=True)
    value: Mapped[int] = mapped_column(default=0)
    at: Mapped[datetime | None]


class Ticket(Base):
    __tablename__ = "tickets"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    counter: Mapped[int]


@pytest.fixture
def database(open_database):
    database = open_database(Base.metadata, tables.Base.metadata, pool_size=25)
    database.write(lambda session: session.execute(insert(Counter).values([{"number": 1}, {"number": 2}])))
    return database


def value(database, number=1):
    return database.read(lambda session: session.get(Counter, number).value)


def add_one(session, number=1):
    counter = session.get(Counter, number)
    counter.value += 1
    return counter.value


def in_parallel(count, work):
    """Run ``work`` in many threads at once and return what they raised."""
    errors, together = [], threading.Barrier(count)

    def run():
        together.wait()
        try:
            work()
        except Exception as error:  # noqa: BLE001 - the test looks at it
            errors.append(error)

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return errors


def test_what_an_operation_did_is_committed_when_it_returns(database):
    assert database.write(add_one) == 1
    assert value(database) == 1


def test_and_undone_when_it_raises(database):
    def fail(session):
        add_one(session)
        session.flush()
        raise LookupError

    with pytest.raises(LookupError):
        database.write(fail)
    assert value(database) == 0


def test_arguments_reach_the_operation(database):
    database.write(add_one, number=2)
    database.write(add_one, 2)
    assert value(database, 2) == 2


def test_what_a_query_changed_by_mistake_is_undone(database):
    assert database.read(add_one) == 1
    assert value(database) == 0


def test_a_look_sees_what_was_committed_and_leaves_transactions_as_they_are(database):
    database.write(add_one)
    assert database.look(lambda session, number: session.get(Counter, number).value, 1) == 1
    assert database.read(add_one) == 2
    assert value(database) == 1


@only_postgresql
def test_a_look_is_in_no_transaction(database):
    def moments(session):
        return [session.scalar(select(func.now())) for _statement in range(2)]

    first, second = database.look(moments)
    assert first < second
    first, second = database.read(moments)
    assert first == second


def test_moments_are_kept_in_utc_and_come_back_aware(database):
    database.write(lambda session: session.execute(update(Counter).values(at=NOON_IN_SHANGHAI)))
    at = database.read(lambda session: session.scalars(select(Counter.at)).first())
    assert at == NOON_IN_SHANGHAI
    assert at.tzinfo is UTC
    later = NOON_IN_SHANGHAI + timedelta(seconds=1)
    assert database.read(lambda session: session.scalars(select(Counter.number).where(Counter.at < later)).all())
    assert not database.read(lambda session: session.scalars(select(Counter.number).where(Counter.at > later)).all())


def test_a_moment_without_a_zone_is_refused(database):
    naive = NOON_IN_SHANGHAI.replace(tzinfo=None)
    with pytest.raises(StatementError, match="without a time zone"):
        database.write(lambda session: session.execute(update(Counter).values(at=naive)))


def test_an_absent_moment_stays_absent(database):
    assert database.read(lambda session: session.get(Counter, 1).at) is None


def test_a_set_based_insert_gives_every_row_a_uuid_of_its_own(database):
    def add(session):
        rows = select(random_uuid(), Counter.number)
        many = rows.union_all(*[rows] * 499)
        return change(session, insert(Ticket).from_select(["id", "counter"], many))

    assert database.write(add) == 1000
    ids = database.read(lambda session: session.scalars(select(Ticket.id)).all())
    assert len(set(ids)) == 1000
    assert {(one.version, one.variant) for one in ids} == {(4, "specified in RFC 4122")}
    found = database.read(lambda session: session.get(Ticket, ids[0]))
    assert found.id == ids[0], "it is the same UUID for whoever looks for it"


def test_a_change_says_how_many_rows_it_touched(database):
    assert database.write(lambda session: change(session, update(Counter).values(value=5))) == 2
    assert (
        database.write(lambda session: change(session, update(Counter).where(Counter.number > 9).values(value=5))) == 0
    )


def tell(session):
    return outbox.add(session, "places.held", places(), now=NOON_IN_SHANGHAI)


def test_callbacks_run_after_the_commit_of_a_transaction_that_wrote_messages(database):
    seen = []
    database.after_commit.append(lambda: seen.append(database.read(outbox.backlog, NOON_IN_SHANGHAI)[0]))
    database.write(tell)
    assert seen == [1], "the message could be read by then"


def test_and_after_no_other(database):
    called = []
    database.after_commit.append(lambda: called.append("called"))
    database.write(add_one)
    database.read(tell)

    def fail(session):
        tell(session)
        raise LookupError

    with pytest.raises(LookupError):
        database.write(fail)
    database.write(add_one)
    assert called == []


def test_twenty_threads_that_read_and_then_write_all_get_their_turn(database):
    """On SQLite a transaction that begins by reading fails with SQLITE_BUSY_SNAPSHOT, whatever the timeout."""

    def work():
        for _ in range(5):
            database.write(lambda session: session.execute(update(Counter).values(value=Counter.value + 1)))
            database.write(lambda session: (session.get(Counter, 1), tell(session)))

    assert in_parallel(20, work) == []
    assert value(database) == 100
    assert database.read(outbox.backlog, NOON_IN_SHANGHAI)[0] == 100


@only_sqlite
def test_readers_do_not_wait_for_a_writer(database):
    with database._writer() as writer:
        writer.begin()
        add_one(writer)
        writer.flush()
        assert value(database) == 0
        writer.commit()
    assert value(database) == 1


@only_sqlite
def test_sqlite_is_durable_and_keeps_foreign_keys(database):
    def pragmas(session):
        names = ("journal_mode", "synchronous", "foreign_keys")
        return [session.execute(text(f"PRAGMA {name}")).scalar() for name in names]

    full, on = 2, 1
    assert database.read(pragmas) == ["wal", full, on]


@only_postgresql
def test_queries_are_planned_for_a_few_rows_out_of_very_many(database):
    def setting(session):
        return {name: session.scalar(text(f"SHOW {name}")) for name in ("jit", "random_page_cost")}

    assert database.read(setting) == {"jit": "off", "random_page_cost": "1.1"}


@only_postgresql
def test_the_loser_of_a_deadlock_runs_again(database):
    both_hold_one = threading.Barrier(2)
    attempts = []

    def swap(session, first, second):
        attempts.append(first)
        for number in (first, second):
            session.execute(update(Counter).where(Counter.number == number).values(value=Counter.value + 1))
            if number == first and len(attempts) <= 2:
                both_hold_one.wait(10)

    order = iter([(1, 2), (2, 1)])
    assert in_parallel(2, lambda: database.write(swap, *next(order))) == []
    assert len(attempts) == 3
    assert (value(database, 1), value(database, 2)) == (2, 2)


@only_postgresql
def test_a_transaction_that_always_loses_gives_up_in_the_end(database):
    attempts = []

    def lose(session):
        attempts.append(1)
        session.execute(text("DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '40001'; END $$"))

    with pytest.raises(OperationalError):
        database.write(lose)
    assert len(attempts) == 4


def test_any_other_error_of_the_database_is_raised_at_once(database):
    attempts = []

    def fail(session):
        attempts.append(1)
        session.execute(insert(Counter).values(number=1))

    with pytest.raises(IntegrityError):
        database.write(fail)
    assert len(attempts) == 1


def test_an_error_quotes_no_values(database):
    secret = "13800138000"
    with pytest.raises(DBAPIError) as raised:
        database.write(lambda session: session.execute(text("SELECT nothing FROM nowhere WHERE x = :x"), {"x": secret}))
    assert secret not in str(raised.value)


@only_postgresql
def test_a_connection_that_was_broken_off_is_replaced(database):
    with pytest.raises(DBAPIError):
        database.write(lambda session: session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())")))
    assert database.write(add_one) == 1


def test_a_mark_is_there_for_all_that_come_later(database):
    assert database.mark(add_one) == 1
    assert database.mark(add_one) == 2
    assert value(database) == 2


@only_postgresql
def test_a_mark_waits_for_no_disk_and_everything_else_does(database):
    setting = text("SHOW synchronous_commit")
    assert database.mark(lambda session: session.scalar(setting)) == "off"
    assert database.write(lambda session: session.scalar(setting)) == "on"
    assert database.read(lambda session: session.scalar(setting)) == "on"


@only_postgresql
def test_a_mark_is_made_though_its_connection_was_broken_off(database):
    mine = database.mark(lambda session: session.scalar(text("SELECT pg_backend_pid()")))
    database.write(lambda session: session.execute(text("SELECT pg_terminate_backend(:pid, 60000)"), {"pid": mine}))
    assert database.mark(add_one) == 1
    with pytest.raises(DBAPIError):
        database.mark(lambda session: session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())")))
    assert database.mark(add_one) == 2


def test_a_database_that_answers_can_be_told_from_one_that_does_not(database):
    database.ping()
    away = Database("postgresql+psycopg://nobody:nothing@127.0.0.1:1/nowhere", "signups")
    with pytest.raises(DBAPIError):
        away.ping()
    away.dispose()


def test_an_operation_finds_the_name_of_its_service(database):
    assert database.read(lambda session: session.info["service"]) == "signups"
    assert database.write(lambda session: session.info["service"]) == "signups"
