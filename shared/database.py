"""One way to open a transaction, on SQLite and PostgreSQL alike."""

import random
import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from datetime import UTC, datetime
from enum import StrEnum
from threading import RLock
from typing import TYPE_CHECKING, Any, Concatenate, Final, ParamSpec, TypeVar, cast
from uuid import UUID

from sqlalchemy import (
    JSON,
    Connection,
    CursorResult,
    DateTime,
    Delete,
    Dialect,
    Engine,
    Enum,
    Index,
    Insert,
    MetaData,
    TextClause,
    Update,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction
from sqlalchemy.types import TypeDecorator

from shared import engines, sealing, tracing
from shared.crowds import Crowd
from shared.figures import Figures
from shared.marking import Marks

if TYPE_CHECKING:
    from shared.stamps import Stamps

P = ParamSpec("P")
T = TypeVar("T")
W = TypeVar("W")

ATTEMPTS: Final = 4
DEADLOCK_STATES: Final = frozenset({"40001", "40P01"})
"""PostgreSQL's serialization_failure and deadlock_detected: the transaction did nothing and may run again."""


class UtcDateTime(TypeDecorator[datetime]):
    """Stores aware moments in UTC; SQLite, which keeps no zone, gives them back aware as well."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Refuse a naive moment: nobody can know which zone it meant."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment without a time zone: {value!r}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Return the moment aware, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class random_uuid(GenericFunction[UUID]):  # noqa: N801
    """A fresh UUID for each row of a set-based ``INSERT … SELECT``."""

    type = Uuid()
    inherit_cache = True


@compiles(random_uuid, "postgresql")
def _random_uuid_postgresql(element: random_uuid, compiler: SQLCompiler, **kw: Any) -> str:  # noqa: ARG001
    return "gen_random_uuid()"


@compiles(random_uuid, "sqlite")
def _random_uuid_sqlite(element: random_uuid, compiler: SQLCompiler, **kw: Any) -> str:  # noqa: ARG001
    # SQLAlchemy keeps a UUID in SQLite as 32 hex digits; version and variant bits are set as RFC 9562 asks.
    return (
        "(lower(hex(randomblob(6))) || '4' || substr(lower(hex(randomblob(2))), 2)"
        " || substr('89ab', 1 + (abs(random()) % 4), 1) || substr(lower(hex(randomblob(8))), 2))"
    )


TYPES: Final = {datetime: UtcDateTime(), UUID: Uuid(), dict[str, Any]: JSON(), list[str]: JSON()}
"""What an annotation in a model means as a column; each service's ``Base`` takes it as its annotation map."""


def new_metadata() -> MetaData:
    """Return metadata whose constraints have names, so that migrations can alter them."""
    return MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


def one_of(kind: type[StrEnum], name: str) -> Enum:
    """Return the column type that holds one member of the enumeration, by its value.

    It is text to the database, so that a new member needs no change of the column.
    """
    return Enum(
        kind,
        native_enum=False,
        length=20,
        name=name,
        values_callable=lambda members: [member.value for member in members],
    )


def partial_index(name: str, *columns: str, where: str | TextClause, unique: bool = False) -> Index:
    """Return an index of the rows that meet the condition, which both dialects read alike."""
    condition = text(where) if isinstance(where, str) else where
    return Index(name, *columns, unique=unique, postgresql_where=condition, sqlite_where=condition)


def change(session: Session, statement: Delete | Insert | Update) -> int:
    """Execute a set-based statement and return how many rows it touched; objects in the session are not refreshed."""
    # An INSERT's cursor is closed before its rows could be counted, unless asked to keep the count.
    result = session.execute(statement.execution_options(synchronize_session=False, preserve_rowcount=True))
    return cast("CursorResult[Any]", result).rowcount


def planned(session: Session) -> None:
    """Say that the transaction leaves work to the worker, which looks for it as soon as it is committed."""
    session.info["planned_work"] = True


def insert(to: Session | Connection, table: Any) -> postgresql.Insert | sqlite.Insert:
    """Return an INSERT into the table that may say ON CONFLICT, which both dialects spell alike."""
    return insert_on(dialect_of(to), table)


def insert_on(dialect: str, table: Any) -> postgresql.Insert | sqlite.Insert:
    """Return the same for a dialect by its name, to be made once and kept."""
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


def dialect_of(to: Session | Connection) -> str:
    """Return the name of the dialect that is spoken there."""
    dialect = to.get_bind().dialect if isinstance(to, Session) else to.dialect
    return dialect.name


class Database:
    """A service's own database: the engine, and transactions as calls.

    ``write`` and ``read`` run one operation in one transaction, ``write_together`` one for all who wish it at the same
    moment; the operation gets the session first and never commits. ``after_commit`` callbacks run when a transaction
    that wrote messages has been committed, ``after_planning`` ones when it planned work for the worker (``planned``).
    ``keys`` open the sealed columns, the newest first.
    """

    def __init__(self, url: str, service: str, *, pool_size: int = 10, keys: Sequence[str] = ()) -> None:
        self.url = url
        self.service = service
        self.engine = engines.connecting_to(url, pool_size)
        # Whoever waits for SQLite's own lock sleeps for up to 100 ms at a time, and may be passed over for long.
        self._turn = RLock() if url.startswith("sqlite") else nullcontext()
        self.figures = Figures(service)
        engines.count(self.engine, self.figures, pool_size)
        if keys:
            sealing.give(self.engine.dialect, keys)
        self._crowds: dict[Callable[..., Any], Crowd[Any, Any]] = {}
        self.after_commit: list[Callable[[], None]] = []
        self.after_planning: list[Callable[[], None]] = []
        info = {"service": service, "figures": self.figures}
        self._writer = sessionmaker(
            self.engine.execution_options(steward_write=True), expire_on_commit=False, info=info
        )
        self._stamps = _stamps(self.engine)
        self._reader = sessionmaker(self.engine, expire_on_commit=False, info=info)
        alone = {} if url.startswith("sqlite") else {"isolation_level": "AUTOCOMMIT"}
        self._looker = sessionmaker(self.engine.execution_options(**alone), expire_on_commit=False, info=info)
        self.mark = Marks(self.engine, info, engines.CONNECT_TIMEOUT)

    def write(self, operation: Callable[Concatenate[Session, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run the operation in one transaction that is committed on return and rolled back on any error.

        A transaction that the database broke off as the loser of a deadlock is run again, a few times.
        """
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with self._turn, tracing.step(self.service, "transaction", operation), self._writer.begin() as session:
                    result = operation(session, *args, **kwargs)
                    told = self._who_is_told(session)
            except DBAPIError as error:
                if attempt == ATTEMPTS or not _lost_a_deadlock(error):
                    raise
                time.sleep(random.uniform(0.005, 0.05) * attempt)  # noqa: S311
                continue
            for callback in told:
                callback()
            return result
        raise AssertionError("unreachable")

    def write_together(self, operation: Callable[[Session, Sequence[W]], Sequence[T | None]], wish: W) -> T | None:
        """Run the operation for all who wish it of this process at this moment, in one transaction.

        Returns its answer to this wish, None where nothing was done: it is left to ``write`` then.
        """
        crowd = self._crowds.get(operation)
        if crowd is None:
            crowd = self._crowds.setdefault(operation, Crowd(lambda wishes: self.write(operation, wishes)))
        with tracing.step(self.service, "together", operation):
            return cast("T | None", crowd.wish(wish))

    def read(self, query: Callable[Concatenate[Session, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run the query in one read-only transaction; what it changed by mistake is rolled back."""
        with self._reader() as session:
            return query(session, *args, **kwargs)

    def look(self, query: Callable[Concatenate[Session, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a query that is a statement or two, without a transaction around them, which would take two trips more.

        That is for what only reads: nothing would take back what it changed by mistake.
        """
        with self._looker() as session:
            return query(session, *args, **kwargs)

    def stamp(self) -> bytes | None:
        """Return what changes whenever anything is written, by whomever; None where that cannot be told.

        Two readers with the same stamp see the same rows: it is PostgreSQL's own word for what a reader sees.
        """
        return self._stamps.now() if self._stamps is not None else None

    def ping(self) -> None:
        """Raise ``sqlalchemy.exc.DBAPIError`` unless the database answers."""
        self.read(lambda session: session.execute(func.now().select()))

    def _who_is_told(self, session: Session) -> Sequence[Callable[[], None]]:
        messages = self.after_commit if "wrote_messages" in session.info else ()
        return [*messages, *(self.after_planning if "planned_work" in session.info else ())]

    def dispose(self) -> None:
        """Close all connections; the next transaction opens new ones. Called after a fork and at the end."""
        if self._stamps is not None:
            self._stamps.hang_up()
        self.engine.dispose()
        self.mark.hang_up()


def _lost_a_deadlock(error: DBAPIError) -> bool:
    return getattr(error.orig, "sqlstate", None) in DEADLOCK_STATES


def _stamps(engine: Engine) -> "Stamps | None":
    if engine.dialect.name != "postgresql":
        return None
    from shared.stamps import Stamps  # noqa: PLC0415  (its driver is not loaded where all is on SQLite)

    return Stamps(engine)
