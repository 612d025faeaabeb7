"""Several statements in one trip to the database.

PostgreSQL is sent all of them at once and answers all of them at once, each seeing what those before it did and what
others had committed when it began. For a short statement the trip costs more than the statement: both sides wake up
for it, and the threads of a web process hand each other the interpreter.
"""

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import Connection, Dialect, Executable, Insert, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.exc import DBAPIError, InvalidRequestError
from sqlalchemy.orm import Session

if TYPE_CHECKING:
    import psycopg  # not loaded where all is on SQLite

Processor = Callable[[Any], Any]
KEPT: Final = 256
"""Statements that are kept as written for their dialect; those that are asked in one trip are made once and few."""
LEFT: Final = "left_for_later"
ALL_OF: Final = "all_of_"


class Question(NamedTuple):
    """A statement that is made once, and its values by their names: all of them, since no default is filled in."""

    statement: Executable
    values: Mapping[str, Any]


class Rows(NamedTuple):
    """An INSERT that is made once, and in place of a question's values those of each of its rows, at least one."""

    statement: Insert
    values: Sequence[Mapping[str, Any]]


def later(session: Session, *questions: Question | Rows) -> None:
    """Leave statements whose rows nobody reads to the next trip; whoever leaves some has to ``ask`` once more."""
    session.info.setdefault(LEFT, []).extend(questions)


def ask(session: Session, *questions: Question | Rows) -> list[Sequence[Any]]:
    """Execute the statements in their order and return the rows of each; of one that gives none, an empty list.

    Those that were left for ``later`` go before them. On SQLite, whose trips cost nothing, each is executed by itself.
    What the session holds is not flushed first. Raises ``sqlalchemy.exc.DBAPIError`` as a session does; none of the
    statements after the one that failed is done.
    """
    left = session.info.pop(LEFT, ())
    answers = _answers(session.connection(), [*left, *questions])
    return answers[len(left) :]


def _answers(connection: Connection, questions: Sequence[Question | Rows]) -> list[Sequence[Any]]:
    if not questions:
        return []
    if connection.dialect.name != "postgresql":
        return _one_by_one(connection, questions)
    driver: psycopg.Connection[Any] = connection.connection.driver_connection  # type: ignore[assignment]
    asked = [_asked(connection.dialect, question) for question in questions]
    try:
        with driver.pipeline() if len(asked) > 1 or _has_yet_to_begin(driver) else nullcontext():
            cursors = [driver.execute(written.text, written.values(values)) for written, values in asked]
        return [written.rows(cursor) for (written, _values), cursor in zip(asked, cursors, strict=True)]
    except connection.dialect.loaded_dbapi.Error as error:
        raise _as_known(connection, driver, error) from error


def _has_yet_to_begin(driver: "psycopg.Connection[Any]") -> bool:
    """Say whether the driver will send a BEGIN first, which in a pipeline takes no trip of its own."""
    status = driver.info.transaction_status
    return status == status.IDLE and not driver.autocommit


class _Written:
    """A statement as its dialect writes it, with what makes its values the database's and its rows ours."""

    def __init__(self, dialect: Dialect, statement: Any, names: tuple[str, ...]) -> None:
        compiled = statement.compile(dialect=dialect, column_keys=list(names))
        self.text = str(compiled)
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

    def values(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return the values as the database takes them."""
        return self._fixed | {name: processor(given[name]) for name, processor in self._given.items()}

    def rows(self, cursor: "psycopg.Cursor[Any]") -> list[Any]:
        """Return the rows that the database answered."""
        if not self._from_database:
            return []
        return [
            self._row(*(processor(value) for processor, value in zip(self._from_database, row, strict=True)))
            for row in cursor.fetchall()
        ]


def _asked(dialect: Dialect, question: Question | Rows) -> tuple[_Written, Mapping[str, Any]]:
    """Return the statement as it is written, and its values; those of several rows as one array for each column.

    So it is the same statement, and short, however many rows there are.
    """
    if isinstance(question, Question):
        return _written(dialect, question.statement, tuple(question.values)), question.values
    statement, rows = question
    names = tuple(rows[0])
    if len(rows) == 1:
        return _written(dialect, statement, names), rows[0]
    arrays = {ALL_OF + name: [row[name] for row in rows] for name in names}
    return _written(dialect, _of_arrays(statement, names), tuple(arrays)), arrays


@lru_cache(KEPT)
def _written(dialect: Dialect, statement: Any, names: tuple[str, ...]) -> _Written:
    return _Written(dialect, statement, names)


@lru_cache(KEPT)
def _of_arrays(statement: Insert, names: tuple[str, ...]) -> Insert:
    columns = statement.table.columns
    arrays = [func.unnest(bindparam(ALL_OF + name, type_=ARRAY(columns[name].type, dimensions=1))) for name in names]
    return statement.from_select(names, select(*arrays))


def _as_it_is(value: Any) -> Any:
    return value


def _one_by_one(connection: Connection, questions: Iterable[Question | Rows]) -> list[Sequence[Any]]:
    results = (connection.execute(question.statement, question.values) for question in questions)
    return [result.all() if result.returns_rows else [] for result in results]


def _as_known(connection: Connection, driver: "psycopg.Connection[Any]", error: Exception) -> Exception:
    """Return the error as SQLAlchemy tells of it, without the values, and part from a connection that is lost."""
    lost = driver.closed
    if lost:
        connection.invalidate(error)
    return DBAPIError.instance(
        None, None, error, Exception, hide_parameters=True, connection_invalidated=lost, dialect=connection.dialect
    )
