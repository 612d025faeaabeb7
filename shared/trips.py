"""Several statements in one trip to the database, and several rows in one statement.

PostgreSQL is sent all of them at once and answers all of them at once, each seeing what those before it did and what
others had committed when it began. For a short statement the trip costs more than the statement: both sides wake up
for it, and the threads of a web process hand each other the interpreter.
"""

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from functools import cache, lru_cache
from operator import methodcaller
from typing import Any, Final, NamedTuple, cast

from sqlalchemy import BindParameter, Connection, Dialect, Executable, Insert, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.exc import DBAPIError, InvalidRequestError
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

Processor = Callable[[Any], Any]
KEPT: Final = 512
"""Statements that are kept as written for their dialect; those that are asked in one trip are made once and few."""
LEFT: Final = "left_for_later"


class Question(NamedTuple):
    """A statement that is made once, and its values by their names: all of them, since no default is filled in.

    It holds no list that is as long as it happens to be (``in_``): it would not be the same statement each time.
    """

    statement: Executable
    values: Mapping[str, Any]


class Rows(NamedTuple):
    """An INSERT that is made once, and in place of a question's values those of each of its rows, at least one.

    What it answers are the rows of all of them, in no order that one could rely on.
    """

    statement: Insert
    values: Sequence[Mapping[str, Any]]


def numbered(name: str, values: Iterable[Any]) -> dict[str, Any]:
    """Return the values by the names that ``binds`` gives to as many of them."""
    return {f"{name}_{number}": value for number, value in enumerate(values)}


def binds(name: str, number: int, kind: TypeEngine[Any]) -> list[BindParameter[Any]]:
    """Return the places of so many values in a statement, of which each number is a statement of its own."""
    return [bindparam(f"{name}_{place}", type_=kind) for place in range(number)]


def in_one(questions: Sequence[Question]) -> Rows:
    """Return INSERTs that differ in their values only as one of several rows."""
    return Rows(cast("Insert", questions[0].statement), [question.values for question in questions])


def later(session: Session, *questions: Question | Rows) -> None:
    """Leave statements whose rows nobody reads to the next trip; whoever leaves some has to ``ask`` once more.

    That is for transactions without savepoints: one that is rolled back would take along what was left before it.
    """
    session.info.setdefault(LEFT, []).extend(questions)


def ask(session: Session, *questions: Question | Rows) -> list[Sequence[Any]]:
    """Execute the statements in their order and return the rows of each; of one that gives none, an empty list.

    Those that were left for ``later`` go before them. SQLite, to which a trip costs nothing, executes each as it comes.
    What the session holds is not flushed first. Raises ``sqlalchemy.exc.DBAPIError`` as a session does; none of the
    statements after the one that failed is done.
    """
    left = session.info.pop(LEFT, ())
    answers = _answers(session.connection(), [*left, *questions])
    return answers[len(left) :]


def _answers(connection: Connection, questions: Sequence[Question | Rows]) -> list[Sequence[Any]]:
    if not questions:
        return []
    driver: Any = connection.connection.driver_connection
    asked = [_asked(connection.dialect, question) for question in questions]
    try:
        with driver.pipeline() if _pays(connection, driver, len(asked)) else nullcontext():
            answers = [[_executed(connection, written, one) for one in values] for written, values in asked]
        return [
            [row for answer in each for row in written.rows(answer)]
            for (written, _values), each in zip(asked, answers, strict=True)
        ]
    except connection.dialect.loaded_dbapi.Error as error:
        raise _as_known(connection, driver, error) from error


def _pays(connection: Connection, driver: Any, number: int) -> bool:
    """Say whether there is more than one statement; the driver may send BEGIN first, which is another one."""
    if connection.dialect.name != "postgresql":
        return False
    status = driver.info.transaction_status
    return number > 1 or (status == status.IDLE and not driver.autocommit)


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
        self._row: Any = namedtuple("Row", names_of_row, rename=True)  # type: ignore[misc]  # noqa: PYI024
        processors = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns]
        self._from_database = [(place, each) for place, each in enumerate(processors) if each is not None]

    def values(self, given: Mapping[str, Any]) -> tuple[Any, ...]:
        """Return the values as the database takes them, in the order of their places."""
        values = self._fixed | {name: processor(given[name]) for name, processor in self._given.items()}
        return tuple(values[name] for name in self._places)

    def rows(self, cursor: Any) -> list[Any]:
        """Return the rows that the database answered."""
        if not self._row._fields:
            return []
        return [self._row._make(self._ours(row)) for row in cursor.fetchall()]

    def _ours(self, row: Sequence[Any]) -> Sequence[Any]:
        if not self._from_database:
            return row
        values = list(row)
        for place, processor in self._from_database:
            values[place] = processor(values[place])
        return values


def _executed(connection: Connection, written: _Written, given: Mapping[str, Any]) -> Any:
    """Execute the statement, and let whoever listens to the engine know of it as of any other."""
    cursor = _cursor(connection.dialect.name)(connection.connection.driver_connection)
    values = written.values(given)
    for tell in connection.dispatch.before_cursor_execute:
        tell(connection, cursor, written.text, values, None, False)
    return cursor.execute(written.text, values)


def _asked(dialect: Dialect, question: Question | Rows) -> tuple[_Written, Sequence[Mapping[str, Any]]]:
    """Return the statement as it is written, and the values for each time that it is to be executed."""
    if isinstance(question, Question):
        return _written(dialect, question.statement, tuple(question.values)), [question.values]
    statement, rows = question
    names = tuple(rows[0])
    if len(rows) == 1 or dialect.name != "postgresql":
        return _written(dialect, statement, names), rows
    arrays = {f"all_of_{name}": [row[name] for row in rows] for name in names}
    return _written(dialect, _of_arrays(statement, names), tuple(arrays)), [arrays]


@lru_cache(KEPT)
def _written(dialect: Dialect, statement: Any, names: tuple[str, ...]) -> _Written:
    return _Written(dialect, statement, names)


@lru_cache(KEPT)
def _of_arrays(statement: Insert, names: tuple[str, ...]) -> Insert:
    """Take an array for each column: so it is the same statement, and short, however many rows there are."""
    types = statement.table.columns
    arrays = [func.unnest(bindparam(f"all_of_{name}", type_=ARRAY(types[name].type, dimensions=1))) for name in names]
    return statement.from_select(names, select(*arrays))


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
