"""Messages come in at least once and are applied once: the inbox row commits together with what the handler did.

A handler's error parks its message as ``retry``, so that one bad message holds up nobody; after ``MAX_ATTEMPTS`` it
is ``dead``, listed for a person to replay or discard.
"""

import random
import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final, cast
from uuid import UUID

import structlog
from sqlalchemy import Insert, Table, delete, func, insert, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from shared import calling, failpoints, tracing
from shared.contracts import ContractError, subject
from shared.database import change, dialect_of, insert_on
from shared.errors import DomainError, NotFound, Unready
from shared.logs import correlation_id
from shared.messaging import together
from shared.messaging.envelope import Garbage, Sealed, open_envelope
from shared.messaging.registry import Registry
from shared.messaging.tables import UNSETTLED, InboxStatus, Incoming
from shared.trips import Question, Rows, ask, later

MAX_ATTEMPTS: Final = 15
BACKOFF_FIRST: Final = timedelta(milliseconds=200)
BACKOFF_MAX: Final = timedelta(minutes=5)
"""Fifteen attempts from 0.2 s, doubling up to 5 min, are about a quarter of an hour."""
LEASE: Final = timedelta(seconds=30)
KEEP_DONE: Final = timedelta(days=30)
INBOX: Final = cast("Table", Incoming.__table__)
ADD: Final = insert(INBOX)
NEXT_RETRY: Final = Question(
    select(func.min(INBOX.c.next_at)).where(UNSETTLED, INBOX.c.status == InboxStatus.RETRY), {}
)
"""When the next attempt at a message is due; None where no message waits for one."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Letter:
    """What is listed of a message that is not settled; ``subject`` is the id of what it tells of, if it can be read."""

    message_id: UUID
    type: str
    status: InboxStatus
    attempts: int
    received_at: datetime
    last_error: str | None
    subject: str | None


def accept(session: Session, registry: Registry, batch: Sequence[Sealed], now: datetime) -> list[UUID]:
    """Apply the messages of the batch that have not come before; return which were applied.

    What cannot be applied together is applied one by one, each in a savepoint of its own: what a handler raises parks
    its message alone. A failure of the database itself is raised: the whole batch is rolled back and comes again.
    """
    fresh = _insert(session, batch, now)
    left = {sealed.id: sealed for sealed in batch if sealed.id in fresh}  # the same message may stand there twice
    applied = together.apply(session, registry, left.values(), now)
    for message_id in applied:
        del left[message_id]
    applied += [sealed.id for sealed in left.values() if _apply(session, registry, sealed, attempts=1, now=now)]
    failpoints.reached("consumer.applied")
    return applied


def accept_at_once(session: Session, registry: Registry, batch: Sequence[Sealed], now: datetime) -> list[UUID]:
    """Apply a batch in the fewest trips, all of it or nothing; return the ids of all its messages.

    Nearly every batch can be: nothing in it has come before, batch handlers are there for it (``together.suits``), and
    none of them fails. Whatever is raised says that it is another one; ``accept`` then finds out what is wrong with it.
    """
    messages = {sealed.id: sealed for sealed in batch}
    later(session, Rows(ADD, _rows(batch, now)))
    together.apply_all(session, registry, list(messages.values()), now)
    failpoints.reached("consumer.applied")
    return list(messages)


def park(session: Session, sealed: Sealed, now: datetime) -> None:
    """Note a message whose earlier reader died over it, to be tried alone and counted before it is tried."""
    if _insert(session, [sealed], now):
        _mark(session, sealed.id, InboxStatus.RETRY, attempts=1, next_at=now, error="redelivered")


def claim_retry(session: Session, now: datetime) -> Sealed | None:
    """Count an attempt at the oldest message that is due for one, and lease it; None where nothing is due.

    The attempt is committed before it is made, so that a message that kills its reader runs out of attempts too.
    """
    row = session.execute(
        select(Incoming.message_id, Incoming.attempts, Incoming.body, Incoming.last_error)
        .where(UNSETTLED, Incoming.status == InboxStatus.RETRY, Incoming.next_at <= now)
        .order_by(Incoming.next_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).one_or_none()
    if row is None:
        return None
    if row.attempts >= MAX_ATTEMPTS:
        _mark(session, row.message_id, InboxStatus.DEAD, row.attempts, None, "its reader died of it")
        log.error("message.dead", message_id=str(row.message_id), error="its reader died of it")
        return None
    _mark(session, row.message_id, InboxStatus.RETRY, row.attempts + 1, now + LEASE, row.last_error)
    return open_envelope(row.body)


def retry(session: Session, registry: Registry, sealed: Sealed, now: datetime) -> bool:
    """Apply a claimed message, unless somebody settled it meanwhile; say whether it was applied."""
    row = session.execute(
        select(Incoming.status, Incoming.attempts).where(Incoming.message_id == sealed.id).with_for_update()
    ).one()
    applied = row.status == InboxStatus.RETRY and _apply(session, registry, sealed, row.attempts, now)
    if applied:
        _mark(session, sealed.id, InboxStatus.DONE, row.attempts, None, None)
    return applied


def unsettled(session: Session, status: InboxStatus, limit: int = 100) -> Sequence[Letter]:
    """List messages in the status, oldest first."""
    rows = session.execute(
        select(
            Incoming.message_id,
            Incoming.type,
            Incoming.status,
            Incoming.attempts,
            Incoming.received_at,
            Incoming.last_error,
            Incoming.body,
        )
        .where(UNSETTLED, Incoming.status == status)
        .order_by(Incoming.received_at)
        .limit(limit)
    )
    return [
        Letter(row.message_id, row.type, row.status, row.attempts, row.received_at, row.last_error, _subject(row.body))
        for row in rows
    ]


def one(session: Session, message_id: UUID) -> Incoming:
    """Return what is kept of a message that came in; raises NotFound where none of that id did."""
    found = session.get(Incoming, message_id)
    if found is None:
        raise NotFound(f"No message {message_id} has come in, or it was settled long ago.")
    return found


def count(session: Session) -> dict[InboxStatus, int]:
    """Return how many messages wait for a retry and how many are dead."""
    rows = session.execute(select(Incoming.status, func.count()).where(UNSETTLED).group_by(Incoming.status))
    found = {status: number for status, number in rows}  # noqa: C416  (a Row is no pair to the type checker)
    return {status: found.get(status, 0) for status in (InboxStatus.RETRY, InboxStatus.DEAD)}


def replay(session: Session, message_id: UUID, now: datetime) -> None:
    """Give a dead message its attempts back, now; raises NotFound where there is no such dead message."""
    _settle_dead(session, message_id, status=InboxStatus.RETRY, attempts=0, next_at=now)
    calling.call(session, calling.RETRY)


def discard(session: Session, message_id: UUID) -> None:
    """Declare a dead message settled without applying it; raises NotFound where there is no such dead message."""
    _settle_dead(session, message_id, status=InboxStatus.DONE, next_at=None)


def purge(session: Session, now: datetime) -> int:
    """Forget messages that were applied so long ago that no duplicate can still come; returns how many."""
    return change(
        session, delete(Incoming).where(Incoming.status == InboxStatus.DONE, Incoming.received_at < now - KEEP_DONE)
    )


def _insert(session: Session, batch: Sequence[Sealed], now: datetime) -> set[UUID]:
    """Insert the rows as done and return the ids that were new."""
    return {row.message_id for row in ask(session, Rows(_inserting(dialect_of(session)), _rows(batch, now)))[0]}


def _rows(batch: Sequence[Sealed], now: datetime) -> list[Mapping[str, Any]]:
    rows = {
        sealed.id: {
            "message_id": sealed.id,
            "type": sealed.type,
            "body": sealed.body,
            "status": InboxStatus.DONE,
            "attempts": 1,
            "received_at": now,
        }
        for sealed in sorted(batch, key=lambda sealed: sealed.id)  # one order, so that two readers never deadlock
    }
    return list(rows.values())


@cache
def _inserting(dialect: str) -> Insert:
    return insert_on(dialect, INBOX).on_conflict_do_nothing().returning(INBOX.c.message_id)


def _apply(session: Session, registry: Registry, sealed: Sealed, attempts: int, now: datetime) -> bool:
    """Run the handler in a savepoint; where it does not succeed, note that and return False."""
    begun = time.perf_counter()
    try:
        message = sealed.read()
        handler = registry.handler(message.type)
    except (ContractError, Garbage) as error:
        # A newer reader may understand it: it waits on the dead list for a replay.
        _mark(session, sealed.id, InboxStatus.DEAD, attempts, None, str(error))
        log.error("message.dead", message_id=str(sealed.id), type=sealed.type, error=str(error))
        _count(session, "unknown", InboxStatus.DEAD, begun)
        return False
    token = correlation_id.set(message.correlation_id)
    session.expire_all()  # what an earlier message of the batch left in memory may not be what is true by now
    outcome = InboxStatus.DONE
    try:
        with _traced(session, sealed), session.begin_nested():
            handler(session, message, now)
            session.flush()
    except DBAPIError as error:
        if error.connection_invalidated:
            raise
        outcome = _fail(session, sealed, attempts, now, error)
    except Exception as error:  # noqa: BLE001  (whatever a handler raises, the message is kept and tried again)
        outcome = _fail(session, sealed, attempts, now, error)
    finally:
        correlation_id.reset(token)
    _count(session, message.type, outcome, begun)
    return outcome is InboxStatus.DONE


def _fail(session: Session, sealed: Sealed, attempts: int, now: datetime, error: Exception) -> InboxStatus:
    """Park the message for another attempt, or declare it dead after the last; return which it is."""
    # Values of the database's or the handler's error may be personal: the kind of error is kept, the text only of ours.
    words = f"{type(error).__name__}: {error}" if isinstance(error, DomainError) else type(error).__name__
    if attempts >= MAX_ATTEMPTS:
        _mark(session, sealed.id, InboxStatus.DEAD, attempts, None, words)
        log.error("message.dead", message_id=str(sealed.id), type=sealed.type, error=words)
        return InboxStatus.DEAD
    wait = min(BACKOFF_FIRST * 2 ** (attempts - 1), BACKOFF_MAX) * random.uniform(0.5, 1.0)  # noqa: S311
    _mark(session, sealed.id, InboxStatus.RETRY, attempts, now + wait, words)
    report = log.info if isinstance(error, Unready) else log.warning
    report("message.retry", message_id=str(sealed.id), type=sealed.type, attempts=attempts, error=words)
    return InboxStatus.RETRY


def _traced(session: Session, sealed: Sealed) -> AbstractContextManager[None]:
    name, about = f"handle {sealed.type}", {"messaging.message.id": str(sealed.id)}
    return tracing.span(session.info["service"], name, "consumer", parent=sealed.trace, about=about)


def _count(session: Session, message_type: str, outcome: InboxStatus, begun: float) -> None:
    session.info["figures"].handled(message_type, outcome.value, time.perf_counter() - begun)


def _mark(
    session: Session,
    message_id: UUID,
    status: InboxStatus,
    attempts: int,
    next_at: datetime | None,
    error: str | None,
) -> None:
    change(
        session,
        update(Incoming)
        .where(Incoming.message_id == message_id)
        .values(status=status, attempts=attempts, next_at=next_at, last_error=error),
    )


def _subject(body: bytes) -> str | None:
    """Return the id of what the message tells of; None where no contract says which field that is."""
    sealed = open_envelope(body)
    try:
        return subject(sealed.type, sealed.envelope["data"])
    except (ContractError, KeyError, TypeError):
        return None


def _settle_dead(session: Session, message_id: UUID, **values: object) -> None:
    settled = change(
        session,
        update(Incoming).where(Incoming.message_id == message_id, Incoming.status == InboxStatus.DEAD).values(**values),
    )
    if settled == 0:
        raise NotFound(f"There is no dead message {message_id}.")
