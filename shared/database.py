"""One way to open a transaction, on SQLite and PostgreSQL alike."""

import random
import re
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from enum import StrEnum
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
    Insert,
    MetaData,
    Update,
    Uuid,
    create_engine,
    event,
    func,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction
from sqlalchemy.types import TypeDecorator

from shared import connections, sealing, tracing
from shared.figures import Figures

if TYPE_CHECKING:
    from shared.stamps import Stamps

P = ParamSpec("P")
T = TypeVar("T")

ATTEMPTS: Final = 4
DEADLOCK_STATES: Final = frozenset({"40001", "40P01"})
"""PostgreSQL's serialization_failure and deadlock_detected: the transaction did nothing and may run again."""
BUSY_TIMEOUT_MS: Final = 15_000
"""How long a SQLite writer waits for the one before it."""
MAX_OVERFLOW: Final = 10
"""Connections beyond the pool's size, for moments in which all of it is in use."""
CONNECT_TIMEOUT: Final = 10
"""Seconds; a PostgreSQL that hangs would otherwise be waited for about two minutes."""


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

    ``write`` and ``read`` run one operation in one transaction; the operation gets the session first and never
    commits. ``after_commit`` callbacks run when a transaction that wrote messages has been committed,
    ``after_planning`` ones when it planned work for the worker (``planned``). ``keys`` open the sealed columns, the
    newest first.
    """

    def __init__(self, url: str, service: str, *, pool_size: int = 10, keys: Sequence[str] = ()) -> None:
        self.url = url
        self.service = service
        self.engine = _engine(url, pool_size)
        self.figures = Figures(service)
        _count_connections(self.engine, self.figures, pool_size + MAX_OVERFLOW)
        if keys:
            sealing.give(self.engine.dialect, keys)
        self.after_commit: list[Callable[[], None]] = []
        self.after_planning: list[Callable[[], None]] = []
        info = {"service": service, "figures": self.figures}
        self._writer = sessionmaker(
            self.engine.execution_options(steward_write=True), expire_on_commit=False, info=info
        )
        self._stamps = _stamps(self.engine)
        self._reader = sessionmaker(self.engine, expire_on_commit=False, info=info)

    def write(self, operation: Callable[Concatenate[Session, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run the operation in one transaction that is committed on return and rolled back on any error.

        A transaction that the database broke off as the loser of a deadlock is run again, a few times.
        """
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with tracing.step(self.service, "transaction", operation), self._writer.begin() as session:
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

    def read(self, query: Callable[Concatenate[Session, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run the query in one read-only transaction; what it changed by mistake is rolled back."""
        with self._reader() as session:
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


def _lost_a_deadlock(error: DBAPIError) -> bool:
    return getattr(error.orig, "sqlstate", None) in DEADLOCK_STATES


def _engine(url: str, pool_size: int) -> Engine:
    """Return an engine that connects on first use; its errors quote no parameters, since those may be personal."""
    if url.startswith("sqlite"):
        engine = create_engine(
            url, poolclass=QueuePool, pool_size=pool_size, max_overflow=MAX_OVERFLOW, hide_parameters=True
        )
        _prepare_sqlite(engine)
        return engine
    engine = create_engine(
        re.sub("^postgres(ql)?://", "postgresql+psycopg://", url),  # hosts and keepers of databases name no driver
        pool_size=pool_size,
        max_overflow=MAX_OVERFLOW,
        hide_parameters=True,
        connect_args={"connect_timeout": CONNECT_TIMEOUT},
    )
    connections.look_after(engine)
    return engine


def _stamps(engine: Engine) -> "Stamps | None":
    if engine.dialect.name != "postgresql":
        return None
    from shared.stamps import Stamps  # noqa: PLC0415  (its driver is not loaded where all is on SQLite)

    return Stamps(engine)


def _count_connections(engine: Engine, figures: Figures, limit: int) -> None:
    """Count the connections that are in use."""
    figures.connects_with(limit)
    event.listen(engine, "checkout", lambda *_connection: figures.connections(1))
    event.listen(engine, "checkin", lambda *_connection: figures.connections(-1))
    event.listen(engine, "detach", lambda *_connection: figures.connections(-1))


def _prepare_sqlite(engine: Engine) -> None:
    """Make SQLite durable, and its writers take turns from their first statement.

    A deferred transaction that reads before it writes fails at once with SQLITE_BUSY_SNAPSHOT when another
    writer came between; ``BEGIN IMMEDIATE`` waits for its turn instead.
    """

    @event.listens_for(engine, "connect")
    def on_connect(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        cursor = connection.cursor()
        for pragma in (
            f"busy_timeout={BUSY_TIMEOUT_MS}",
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "secure_delete=ON",  # what was erased or sealed is not left in the file's free pages
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def on_begin(connection: Any) -> None:
        write = connection.get_execution_options().get("steward_write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
