"""Marks: what is written without waiting for the disk, since its loss only lets something be done once more."""

from collections.abc import Callable, Mapping
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry

P = ParamSpec("P")
T = TypeVar("T")


class Marks:
    """A way into a database beside its transactions; on PostgreSQL it keeps connections of its own.

    There are two at most: the relay marks one window while it claims the next.
    """

    def __init__(self, engine: Engine, info: Mapping[str, Any], connect_timeout: int) -> None:
        self._engine = _marking(engine, connect_timeout) if engine.dialect.name == "postgresql" else None
        self._session = sessionmaker(self._engine or engine.execution_options(steward_write=True), info=dict(info))

    def __call__(self, operation: Callable[Concatenate[Session, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run an operation that a crash of the database may take back without harm, and that may be run twice.

        On PostgreSQL each of its statements is a transaction of its own. It is run again where the connection turns out
        to be lost, which nobody looked after first.
        """
        try:
            return self._run(operation, *args, **kwargs)
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
        return self._run(operation, *args, **kwargs)

    def hang_up(self) -> None:
        """Close the connection; the next mark opens another one."""
        if self._engine is not None:
            self._engine.dispose()

    def _run(self, operation: Callable[Concatenate[Session, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        with self._session.begin() as session:
            return operation(session, *args, **kwargs)


def _marking(engine: Engine, connect_timeout: int) -> Engine:
    about = {"connect_timeout": connect_timeout}
    marking = create_engine(
        engine.url, pool_size=2, max_overflow=0, isolation_level="AUTOCOMMIT", hide_parameters=True, connect_args=about
    )
    event.listen(marking, "connect", _wait_for_no_disk)
    return marking


def _wait_for_no_disk(connection: Any, _entry: ConnectionPoolEntry) -> None:
    connection.autocommit = True
    connection.execute("SET synchronous_commit = off")
