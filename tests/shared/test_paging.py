"""Keyset pages, on both databases."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from shared.database import TYPES, new_metadata
from shared.paging import Page, fetch

START = datetime(2027, 6, 19, 6, tzinfo=UTC)


class Base(DeclarativeBase):
    metadata = new_metadata()
    type_annotation_map = TYPES


class Row(Base):
    __tablename__ = "rows"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    name: Mapped[str]


@pytest.fixture
def database(open_database):
    database = open_database(Base.metadata, service="board")
    rows = [Row(id=UUID(int=n), at=START + timedelta(hours=n // 3), name=f"row {n}") for n in range(10)]
    database.write(lambda session: session.add_all(rows))
    return database


def walk(database, statement, *, descending=False):
    page, seen = Page(limit=4), []
    while True:
        part = database.read(fetch, statement, (Row.at, Row.id), page, descending=descending)
        seen.append(part.items)
        if part.next is None:
            return seen
        page = Page(limit=4, after=part.next)


def test_rows_of_the_same_time_are_neither_skipped_nor_repeated(database):
    pages = walk(database, select(Row))
    assert [[row.id.int for row in page] for page in pages] == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]


def test_the_newest_first(database):
    pages = walk(database, select(Row), descending=True)
    assert [[row.id.int for row in page] for page in pages] == [[9, 8, 7, 6], [5, 4, 3, 2], [1, 0]]


def test_several_columns_come_as_rows(database):
    pages = walk(database, select(Row.name, Row.at).where(Row.at > START))
    assert [tuple(row) for row in pages[0]][:2] == [
        ("row 3", START + timedelta(hours=1)),
        ("row 4", START + timedelta(hours=1)),
    ]
