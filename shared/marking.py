"""Marks: what is written without waiting for the disk, since its loss only lets something be done once more.

And looks: what is read in passing, to see whether there is anything to do.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Concatenate, Final, ParamSpec, TypeVar

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry

from shared.trips import Question, ask

P = ParamSpec("P")
T = TypeVar("T")

CONNECTIONS: Final = 3
"""Kept, once that many threads of a worker mark and look at the same moment: at rest it is one."""


class Marks:
    """A way into a database beside its transactions; on PostgreSQL it keeps connections of its own."""

    def __init__(self, engine: Engine, info: Mapping[str, Any], connect_timeout: int) -> None:
        self._engine = _marking(engine, connect_timeout) if engine.dialect.name == "postgresql" else None
        self._session = sessionmaker(self._engine or engine.execution_options(steward_write=True), info=dict(info))
        self._looking = sessionmaker(self._engine or engine)

    def __call__(self, operation: Callable[Concatenate[Session, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run an operation that a crash of the database may take back without harm, and that may be run twice.

        On PostgreSQL each of its statements is a transaction of its own. It is run again where the connection turns out
        to be lost, which nobody looked after first.
        """
        return _twice(lambda: self._run(operation, *args, **kwargs))

    def look(self, *questions: Question) -> list[Sequence[Any]]:
        """Return the rows of each question; on PostgreSQL it is one trip, without a transaction around it."""
        return _twice(lambda: self._ask(questions))

    def hang_up(self) -> None:
        """Close the connection; the next mark opens another one."""
        if self._engine is not None:
            self._engine.dispose()

    def _run(self, operation: Callable[Concatenate[Session, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        with self._session.begin() as session:
            return operation(session, *args, **kwargs)

    def _ask(self, questions: Sequence[Question]) -> list[Sequence[Any]]:
        with self._looking() as session:
            return ask(session, *questions)


def _twice(run: Callable[[], T]) -> T:
    try:
        return run()
    except DBAPIError as error:
        if not error.connection_invalidated:
            raise
    return run()


def _marking(engine: Engine, connect_timeout: int) -> Engine:
    about = {"connect_timeout": connect_timeout}
    marking = create_engine(
        engine.url, pool_size=CONNECTIONS, isolation_level="AUTOCOMMIT", hide_parameters=True, connect_args=about
    )
    event.listen(marking, "connect", _wait_for_no_disk)
    return marking


def _wait_for_no_disk(connection: Any, _entry: ConnectionPoolEntry) -> None:
    connection.autocommit = True
    connection.execute("SET synchronous_commit = off")
