"""Several statements in one trip, alike on SQLite and PostgreSQL."""

from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID, uuid4

import pytest
from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.event import listen
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from shared.database import TYPES, insert_on, new_metadata, one_of
from shared.trips import Question, Rows, ask, in_one, later
from tests.shared.messaging.conftest import only_postgresql

NOON = datetime(2027, 6, 1, 12, 0, tzinfo=UTC)


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Base(DeclarativeBase):
    metadata = new_metadata()
    type_annotation_map = TYPES


class Boat(Base):
    __tablename__ = "boats"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    colour: Mapped[Colour] = mapped_column(one_of(Colour, "colour"))
    at: Mapped[datetime]
    crew: Mapped[list[str]]
    oars: Mapped[int] = mapped_column(default=10)


BOATS = Boat.__table__
ADD = insert(BOATS)
ALL = select(BOATS).where(BOATS.c.colour == bindparam("wished")).order_by(BOATS.c.at)
RED = select(func.count()).where(BOATS.c.colour == Colour.RED)
PAINT = update(BOATS).where(BOATS.c.id == bindparam("boat")).values(colour=bindparam("paint"))


@pytest.fixture
def database(open_database):
    return open_database(Base.metadata)


def a_boat(**changes):
    return {"id": uuid4(), "colour": Colour.RED, "at": NOON, "crew": ["张喆堃䶮"], "oars": 12} | changes


def test_each_statement_sees_what_those_before_it_did_and_gives_its_own_rows(database):
    boat = a_boat()
    added, red, painted, blue, no_longer_red = database.write(
        ask,
        Question(ADD, boat),
        Question(RED, {}),
        Question(PAINT, {"boat": boat["id"], "paint": Colour.BLUE}),
        Question(ALL, {"wished": Colour.BLUE}),
        Question(RED, {}),
    )
    assert (added, painted) == ([], [])
    assert (red[0][0], no_longer_red[0][0]) == (1, 0)
    assert tuple(blue[0]) == (boat["id"], Colour.BLUE, NOON, ["张喆堃䶮"], 12)
    assert (blue[0].colour, blue[0].at.tzinfo) == (Colour.BLUE, UTC)


def test_whoever_listens_to_the_database_is_told_of_them(database):
    told = []
    listen(database.engine, "before_cursor_execute", lambda *given: told.append(given[2]))
    database.write(ask, Question(ADD, a_boat()), Question(RED, {}))
    assert [statement.split()[0] for statement in told[-2:]] == ["INSERT", "SELECT"]


def test_rows_that_were_there_are_told_from_those_that_were_not(database):
    old, new, other = a_boat(), a_boat(), a_boat()
    database.write(ask, Question(ADD, old))
    fresh = insert_on(database.engine.dialect.name, BOATS).on_conflict_do_nothing().returning(BOATS.c.id)
    [added] = database.write(ask, in_one([Question(fresh, boat) for boat in (new, old, other)]))
    assert {row.id for row in added} == {new["id"], other["id"]}


def test_it_is_part_of_the_transaction(database):
    def fail(session):
        session.add(Boat(**a_boat()))
        session.flush()
        assert ask(session, Question(RED, {}), Question(ADD, a_boat()))[0][0][0] == 1
        raise RuntimeError

    with pytest.raises(RuntimeError):
        database.write(fail)
    assert database.read(ask, Question(RED, {}))[0][0][0] == 0


@pytest.mark.parametrize("number", [1, 2, 300])
def test_an_insert_takes_the_values_of_several_rows(database, number):
    boats = [a_boat(colour=Colour.BLUE, oars=oars) for oars in range(number)]
    database.write(ask, Rows(ADD, boats))
    found = database.read(ask, Question(ALL, {"wished": Colour.BLUE}))[0]
    assert {(boat.id, boat.oars) for boat in found} == {(boat["id"], boat["oars"]) for boat in boats}
    assert {(boat.colour, boat.at, *boat.crew) for boat in found} == {(Colour.BLUE, NOON, "张喆堃䶮")}


def test_what_is_left_for_later_goes_before_the_next_question_and_its_error_comes_then(database):
    boat = a_boat()

    def add_and_count(session):
        later(session, Question(ADD, boat))
        return ask(session, Question(RED, {})), ask(session)

    assert database.write(add_and_count) == ([[(1,)]], [])
    with pytest.raises(IntegrityError):
        database.write(add_and_count)


def test_an_error_is_raised_as_a_session_raises_it_and_quotes_no_values(database):
    boat = a_boat(crew=["13800138000"])
    with pytest.raises(IntegrityError) as raised:
        database.write(ask, Question(ADD, boat), Question(ADD, boat), Question(RED, {}))
    assert "13800138000" not in str(raised.value)
    assert database.read(ask, Question(RED, {}))[0][0][0] == 0


def test_a_value_that_was_forgotten_is_no_null(database):
    with pytest.raises(SQLAlchemyError):
        database.read(ask, Question(ALL, {}))


@only_postgresql
def test_a_connection_that_breaks_is_given_up(database):
    suicide = select(func.pg_terminate_backend(func.pg_backend_pid()))
    with pytest.raises(DBAPIError) as raised:
        database.write(ask, Question(suicide, {}), Question(RED, {}))
    assert raised.value.connection_invalidated
    assert database.write(ask, Question(RED, {}))[0][0][0] == 0
