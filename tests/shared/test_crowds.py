"""Writes that come at the same moment are done together, each with an outcome of its own."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from sqlalchemy import Integer, insert, select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from shared.crowds import MOST, Crowd
from shared.database import new_metadata

PATIENCE = 60


class Desk:
    """Somebody who writes down what people say, and can be kept busy meanwhile."""

    def __init__(self) -> None:
        self.written: list[list[int]] = []
        self.has_begun = threading.Event()
        self.may_go_on = threading.Event()
        self.crowd = Crowd(self.write)

    def write(self, numbers):
        self.written.append(list(numbers))
        if numbers == [0]:
            self.has_begun.set()
            assert self.may_go_on.wait(PATIENCE)
        if 13 in numbers:
            raise ValueError("13")
        return [number * 2 if number != 7 else None for number in numbers]


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def come() -> Iterator[Callable[..., list[Future]]]:
    """A function that lets people come while the first, number 0, is being written down, one after the other."""
    with ThreadPoolExecutor(MOST * 3) as people:

        def come(desk: Desk, *numbers: int) -> list[int | None]:
            first = people.submit(desk.crowd.wish, 0)
            assert desk.has_begun.wait(PATIENCE)
            others = []
            for place, number in enumerate(numbers, start=1):
                others.append(people.submit(desk.crowd.wish, number))
                while len(desk.crowd._waiting) < place:
                    assert not others[-1].done()
            desk.may_go_on.set()
            return [one.result(PATIENCE) for one in (first, *others)]

        yield come


def test_whoever_comes_alone_is_written_down_at_once(desk):
    assert [desk.crowd.wish(number) for number in (1, 2)] == [2, 4]
    assert desk.written == [[1], [2]]


def test_those_who_come_meanwhile_are_written_down_together_in_their_order(desk, come):
    assert come(desk, 3, 1, 2) == [0, 6, 2, 4]
    assert desk.written == [[0], [3, 1, 2]]


def test_no_more_than_a_statement_bears_are_written_down_together(desk, come):
    numbers = range(20, 21 + MOST)
    assert come(desk, *numbers) == [0, *(number * 2 for number in numbers)]
    assert list(map(len, desk.written)) == [1, MOST, 1]


def test_whoever_needs_more_is_told_so_alone(desk, come):
    assert come(desk, 6, 7, 8) == [0, 12, None, 16]


def test_where_writing_fails_nothing_was_done_for_anybody_and_the_next_are_served(desk, come):
    assert come(desk, 12, 13, 14) == [0, None, None, None]
    assert desk.crowd.wish(15) == 30


class Base(DeclarativeBase):
    metadata = new_metadata()


class Name(Base):
    __tablename__ = "names"

    number: Mapped[int] = mapped_column(Integer, primary_key=True)


def write_down(session, numbers):
    session.execute(insert(Name), [{"number": number} for number in numbers])
    if 13 in numbers:
        raise ValueError("13")
    return [f"number {number}" for number in numbers]


@pytest.fixture
def database(open_database):
    return open_database(Base.metadata)


def test_what_is_written_down_is_committed_and_what_fails_leaves_nothing(database):
    assert database.write_together(write_down, 12) == "number 12"
    assert database.write_together(write_down, 13) is None
    assert database.read(lambda session: session.scalars(select(Name.number)).all()) == [12]
