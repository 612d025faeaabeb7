"""Connections that a pool has kept: whether they still lead anywhere, without asking each time."""

import select
import time
from typing import Any, Final

from sqlalchemy import Engine, event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry

LONG: Final = 30.0
"""Seconds of rest after which something on the way to the server may have forgotten the connection without a word."""
RESTED_SINCE: Final = "rested_since"


def look_after(engine: Engine) -> None:
    """Never give out a connection whose server is gone: the pool opens another in its place.

    A server that ends, however it does, closes its end, which shows here at once and for the price of a look. Asking
    every time instead is a round trip for each transaction, and half of the work of one that reads a single row.
    """

    def looked_at(connection: Any, entry: ConnectionPoolEntry, _proxy: object) -> None:
        rested_since = entry.info.pop(RESTED_SINCE, None)
        if rested_since is None:
            return  # it is new
        if connection.closed or _says_something(connection.fileno()):  # unasked, it says only that it ends
            raise DisconnectionError
        if time.monotonic() - rested_since > LONG:
            try:
                engine.dialect.do_ping(connection)
            except engine.dialect.loaded_dbapi.Error as error:
                raise DisconnectionError from error

    def put_away(_connection: Any, entry: ConnectionPoolEntry) -> None:
        entry.info[RESTED_SINCE] = time.monotonic()

    event.listen(engine, "checkout", looked_at)
    event.listen(engine, "checkin", put_away)


def _says_something(socket: int) -> bool:
    poll = select.poll()
    poll.register(socket, select.POLLIN)
    return bool(poll.poll(0))
