"""Asking PostgreSQL whether anything was written, as cheaply as that can be asked."""

from contextlib import suppress
from math import inf
from threading import Lock
from time import perf_counter
from typing import Any, Final

import psycopg
from psycopg.pq import ExecStatus
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from shared.arriving import came

QUESTION: Final = "SELECT pg_current_snapshot()::text"
NAME: Final = b"stamp"


class Stamps:
    """Asks on a connection of its own, which is not the pool's, with a statement that is prepared once.

    An answer counts for those who came before it was asked for (``arriving.came``). Whoever comes while one is under
    way waits for the next, which is asked once for all of them.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._turn = Lock()
        self._told = -inf, b""
        """When PostgreSQL was asked, and what it answered."""
        self._connection: Connection | None = None
        self._driver: Any = None

    def now(self) -> bytes:
        """Return PostgreSQL's own word for what a reader sees; raises sqlalchemy.exc.DBAPIError where it is away."""
        since = came.get() or perf_counter()
        moment, answer = self._told
        if moment >= since:
            return answer
        with self._turn:
            if self._told[0] < since:
                self._told = perf_counter(), self._ask()
            return self._told[1]

    def hang_up(self) -> None:
        """Close the connection; the next question opens another."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(SQLAlchemyError, psycopg.Error):
                connection.close()

    def _ask(self) -> bytes:
        try:
            return self._put()
        except psycopg.Error:  # PostgreSQL may have been started anew since
            self.hang_up()
            with self._engine.connect() as connection:
                return str(connection.exec_driver_sql(QUESTION).scalar_one()).encode()

    def _put(self) -> bytes:
        """Ask without SQLAlchemy and without psycopg's cursors, which would cost forty times as much."""
        if self._connection is None:
            self._connection = self._engine.connect()
            self._driver = self._connection.connection.driver_connection
            self._connection.detach()
            self._driver.pgconn.prepare(NAME, QUESTION.encode())
        result = self._driver.pgconn.exec_prepared(NAME, None)
        answer: bytes | None = result.get_value(0, 0) if result.status == ExecStatus.TUPLES_OK else None
        if answer is None:
            raise psycopg.OperationalError
        return answer
