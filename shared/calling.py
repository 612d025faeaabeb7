"""Calling a service's worker from its web processes, through PostgreSQL: nobody has to look for what nobody wrote.

A call is no message: it says only that something was committed. One that is lost costs the time until the worker looks
by itself. It is made after the commit and not in it, since PostgreSQL lets transactions that notify commit one by one.
"""

import contextlib
import select
import socket
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, Final

import structlog
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from shared.database import Database, dialect_of

CHANNEL: Final = "steward"
MESSAGES: Final = "messages"
WORK: Final = "work"
RETRY: Final = "retry"
"""What can be called: that there are messages for the relay, work for the scheduler and the senders, or messages that
the consumer is to try again."""
BREATH: Final = 0.005
"""Seconds between two calls: those of a crowd are made as one."""
CHECK: Final = 30.0
"""Seconds after which a listener that hears nothing looks whether its connection is still there."""
CALL: Final = text("SELECT pg_notify(:channel, :what)")

log = structlog.get_logger()


def can_call(database: Database) -> bool:
    """Say whether the database carries calls; on SQLite there is one process, which needs none."""
    return database.engine.dialect.name == "postgresql"


def call(session: Session, what: str) -> None:
    """Call with the commit of the transaction, from whatever process; for what is rare."""
    if dialect_of(session) == "postgresql":
        session.connection().execute(CALL, {"channel": CHANNEL, "what": what})


class Caller:
    """Tells the other processes of what this one commits, on a thread of its own that begins with the first call."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._to_say = {what: threading.Event() for what in (MESSAGES, WORK)}
        self._awake = threading.Event()
        self._over = threading.Event()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        database.after_commit.append(lambda: self._say(MESSAGES))
        database.after_planning.append(lambda: self._say(WORK))

    def end(self) -> None:
        """Call what is left to be called, and end."""
        self._over.set()
        self._awake.set()
        if self._thread is not None:
            self._thread.join()

    def _say(self, what: str) -> None:
        self._to_say[what].set()
        self._awake.set()
        if self._thread is None:
            self._start()

    def _start(self) -> None:
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._keep_calling, name="caller", daemon=True)
                self._thread.start()

    def _keep_calling(self) -> None:
        is_last = False
        while not is_last:
            self._awake.wait()
            self._awake.clear()
            is_last = self._over.is_set()
            for what, to_say in self._to_say.items():
                if to_say.is_set():
                    to_say.clear()
                    self._call(what)
            time.sleep(BREATH)

    def _call(self, what: str) -> None:
        try:
            self._database.mark(call, what)
        except DBAPIError as error:
            log.info("call.failed", error=type(error).__name__)


class Listener:
    """Hears what other processes call, and does what is to be done then; belongs to one thread."""

    def __init__(self, database: Database, hear: Mapping[str, Callable[[], None]]) -> None:
        self._database = database
        self._hear = hear
        self._connection: Connection | None = None
        self._alarm: tuple[socket.socket, socket.socket] | None = None
        self._over = threading.Event()

    def run_once(self) -> None:
        """Wait for calls, and hear them; raises DBAPIError where the database is away."""
        if self._alarm is None:
            self._alarm = socket.socketpair()
        try:
            connection = self._listening()
            if not self._over.is_set():
                driver: Any = connection.connection.driver_connection
                heard = select.select([driver, self._alarm[0]], [], [], CHECK)[0]
                calls = _calls(driver)
                if not calls and self._alarm[0] not in heard:
                    connection.exec_driver_sql("SELECT 1")  # raises where the server is gone
                    calls = _calls(driver)
                for call in calls:
                    self._hear[call]()
        except DBAPIError:
            self._part()
            raise

    def end(self) -> None:
        """End the waiting for good; may be called from any thread."""
        self._over.set()
        if self._alarm is not None:
            with contextlib.suppress(OSError):  # it may be closed by now
                self._alarm[1].send(b"!")

    def close(self) -> None:
        """Hang up."""
        self._part()
        for end in self._alarm or ():
            end.close()

    def _listening(self) -> Connection:
        if self._connection is None:
            self._connection = self._database.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            self._connection.exec_driver_sql(f"LISTEN {CHANNEL}")
        return self._connection

    def _part(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.invalidate()  # back in the pool it would go on hearing
            connection.close()


def _calls(driver: Any) -> list[str]:
    """Return what was called, without a word to the server; nothing where it is gone."""
    with contextlib.suppress(driver.OperationalError):
        return [call.payload for call in driver.notifies(timeout=0)]
    return []
