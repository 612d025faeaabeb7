"""Databases for pieces that belong to no service."""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import MetaData

from shared.database import Database


@pytest.fixture
def open_database(new_database_url: Callable[..., str]) -> Iterator[Callable[..., Database]]:
    """A function that opens a new database with the tables that are named, once on SQLite and once on PostgreSQL."""
    opened: list[Database] = []

    def open_database(*tables: MetaData, service: str = "signups", pool_size: int = 10) -> Database:
        opened.append(Database(new_database_url(*tables), service, pool_size=pool_size))
        return opened[-1]

    yield open_database
    for database in opened:
        database.dispose()
