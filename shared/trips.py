"""Several statements in one trip to the database, and several rows in one statement.

PostgreSQL is sent all of them at once and answers all of them at once, each seeing what those before it did and what
others had committed when it began. For a short statement the trip costs more than the statement: both sides wake up
for it, and the threads of a web process hand each other the interpreter.
"""

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from functools import cache, lru_cache
from operator import methodcaller
from typing import Any, Final, NamedTuple, cast

from sqlalchemy import Connection, Dialect, Executable, Insert, bindparam
from sqlalchemy.exc import DBAPIError, InvalidRequestError
from sqlalchemy.orm import Session

Processor = Callable[[Any], Any]
KEPT: Final = 512
"""Statements that are kept as written for their dialect; those that are asked in one trip are made once and few, with
as many of them again for each number of rows."""


class Question(NamedTuple):
    """A statement that is made once, and its values by their names: all of them, since no default is filled in."""

    statement: Executable
    values: Mapping[str, Any]


def ask(session: Session, *questions: Question) -> list[Sequence[Any]]:
    """Execute the statements in their order and return the rows of each; of one that gives none, an empty list.

    SQLite, to which a trip costs nothing, executes each as it comes. What the session holds is not flushed first.
    Raises ``sqlalchemy.exc.DBAPIError`` as a session does; none of the statements after the one that failed is done.
    """
    connection = session.connection()
    driver: Any = connection.connection.driver_connection
    cursor = _cursor(connection.dialect.name)
    travels = len(questions) > 1 and connection.dialect.name == "postgresql"
    asked = [_written(connection.dialect, statement, tuple(values)) for statement, values in questions]
    try:
        with driver.pipeline() if travels else nullcontext():
            cursors = [
                _executed(connection, cursor(driver), written.text, written.values(question.values))
                for written, question in zip(asked, questions, strict=True)
            ]
        return [written.rows(cursor) for written, cursor in zip(asked, cursors, strict=True)]
    except connection.dialect.loaded_dbapi.Error as error:
        raise _as_known(connection, driver, error) from error


def in_one(questions: Sequence[Question]) -> Question:
    """Return INSERTs that differ in their values only as one INSERT of several rows.

    Its answer are the rows of all of them, in no order that one could rely on.
    """
    first = questions[0]
    if len(questions) == 1:
        return first
    statement = _of_several(cast("Insert", first.statement), tuple(first.values), len(questions))
    return Question(
        statement,
        {f"{name}_{place}": value for place, one in enumerate(questions) for name, value in one.values.items()},
    )


@lru_cache(KEPT)
def _of_several(statement: Insert, names: tuple[str, ...], number: int) -> Insert:
    columns = statement.table.columns
    return statement.values(
        [{name: bindparam(f"{name}_{place}", type_=columns[name].type) for name in names} for place in range(number)]
    )


class _Written:
    """A statement as its dialect writes it, with what makes its values the database's and its rows ours."""

    def __init__(self, dialect: Dialect, statement: Any, names: tuple[str, ...]) -> None:
        compiled = statement.compile(dialect=_writing_places(dialect), column_keys=list(names))
        self.text = str(compiled)
        self._places: list[str] = compiled.positiontup
        self._given: dict[str, Processor] = {}
        self._fixed: dict[str, Any] = {}
        for bind, name in compiled.bind_names.items():
            processor = bind.type.dialect_impl(dialect).bind_processor(dialect) or _as_it_is
            if name in names:
                self._given[name] = processor
            elif bind.value is not None:
                self._fixed[name] = processor(bind.value)
            else:
                raise InvalidRequestError(f"no value for {name}: {self.text}")
        columns = list(statement.exported_columns)
        names_of_row = [str(column.key) for column in columns]
        self._row = namedtuple("Row", names_of_row, rename=True)  # type: ignore[misc]  # noqa: PYI024
        self._from_database = [
            column.type.dialect_impl(dialect).result_processor(dialect, None) or _as_it_is for column in columns
        ]

    def values(self, given: Mapping[str, Any]) -> tuple[Any, ...]:
        """Return the values as the database takes them, in the order of their places."""
        values = self._fixed | {name: processor(given[name]) for name, processor in self._given.items()}
        return tuple(values[name] for name in self._places)

    def rows(self, cursor: Any) -> list[Any]:
        """Return the rows that the database answered."""
        if not self._from_database:
            return []
        return [
            self._row(*(processor(value) for processor, value in zip(self._from_database, row, strict=True)))
            for row in cursor.fetchall()
        ]


def _executed(connection: Connection, cursor: Any, text: str, values: tuple[Any, ...]) -> Any:
    """Execute the statement, and let whoever listens to the engine know of it as of any other."""
    for tell in connection.dispatch.before_cursor_execute:
        tell(connection, cursor, text, values, None, False)
    return cursor.execute(text, values)


@lru_cache(KEPT)
def _written(dialect: Dialect, statement: Any, names: tuple[str, ...]) -> _Written:
    return _Written(dialect, statement, names)


@cache
def _writing_places(dialect: Dialect) -> Dialect:
    """Return the dialect that writes places for values as the server itself reads them: $1 or ?."""
    kind: Any = type(dialect)
    return cast("Dialect", kind(paramstyle="numeric_dollar")) if dialect.name == "postgresql" else dialect


@cache
def _cursor(dialect: str) -> Callable[[Any], Any]:
    """Return what makes a cursor that hands the statement on as it is."""
    if dialect != "postgresql":
        return methodcaller("cursor")
    from psycopg import RawCursor  # noqa: PLC0415  (not loaded where all is on SQLite)

    return RawCursor


def _as_it_is(value: Any) -> Any:
    return value


def _as_known(connection: Connection, driver: Any, error: Exception) -> Exception:
    """Return the error as SQLAlchemy tells of it, without the values, and part from a connection that is lost."""
    lost = bool(getattr(driver, "closed", False))  # SQLite's cannot be lost
    if lost:
        connection.invalidate(error)
    return DBAPIError.instance(
        None, None, error, Exception, hide_parameters=True, connection_invalidated=lost, dialect=connection.dialect
    )
