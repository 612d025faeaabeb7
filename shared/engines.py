"""How a process connects to SQLite and to PostgreSQL, and what each is told when it does."""

import re
from typing import Any, Final

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from shared import connections
from shared.figures import Figures

BUSY_TIMEOUT_MS: Final = 15_000
"""How long a SQLite writer waits for the one before it."""
MAX_OVERFLOW: Final = 10
"""Connections beyond the pool's size, for moments in which all of it is in use."""
CONNECT_TIMEOUT: Final = 10
"""Seconds; a PostgreSQL that hangs would otherwise be waited for about two minutes."""
SETTINGS: Final = ("SET jit = off", "SET random_page_cost = 1.1")


def connecting_to(url: str, pool_size: int) -> Engine:
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
        pool_use_lifo=True,  # the one that was used last has the statements prepared that are asked most
        hide_parameters=True,
        connect_args={"connect_timeout": CONNECT_TIMEOUT},
    )
    event.listen(engine, "connect", _prepare_postgresql)
    connections.look_after(engine)
    return engine


def count(engine: Engine, figures: Figures, pool_size: int) -> None:
    """Count the connections that are in use."""
    figures.connects_with(pool_size + MAX_OVERFLOW)
    event.listen(engine, "checkout", lambda *_connection: figures.connections(1))
    event.listen(engine, "checkin", lambda *_connection: figures.connections(-1))
    event.listen(engine, "detach", lambda *_connection: figures.connections(-1))


def _prepare_postgresql(connection: Any, _entry: ConnectionPoolEntry) -> None:
    """Have queries planned for what ours are: a few rows out of very many, on disks that need not turn.

    Compiling one takes longer than to run it, and with the costs of turning disks whole tables are read instead.
    """
    for setting in SETTINGS:
        connection.execute(setting)
    connection.commit()


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
