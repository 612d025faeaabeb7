"""Messages leave with the state they tell of: one commit holds both, and a lease decides who publishes them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any, Final, NamedTuple, cast
from uuid import UUID

from sqlalchemy import BigInteger, Table, any_, bindparam, delete, func, insert, null, or_, select, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from shared import contracts
from shared.database import change, dialect_of
from shared.messaging.envelope import seal, written_at
from shared.messaging.tables import UNPUBLISHED, Outgoing
from shared.trips import Question, ask

LEASE: Final = timedelta(seconds=15)
"""Longer than a publisher waits for the confirms of one window, so that two relays rarely send the same row."""
BACKOFF_FIRST: Final = timedelta(seconds=0.5)
BACKOFF_MAX: Final = timedelta(minutes=1)
KEEP_PUBLISHED: Final = timedelta(days=7)
OUTBOX: Final = cast("Table", Outgoing.__table__)
ADD: Final = insert(OUTBOX).inline()
DUE: Final = (
    select(OUTBOX.c.seq)
    .where(
        UNPUBLISHED,
        OUTBOX.c.next_at <= bindparam("now"),
        or_(OUTBOX.c.lease_until.is_(None), OUTBOX.c.lease_until <= bindparam("now")),
    )
    .order_by(OUTBOX.c.seq)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)
    .cte("due")  # which PostgreSQL reads once; a subquery it might read again, and claim more
)
CLAIM: Final = (
    update(OUTBOX)
    .where(OUTBOX.c.seq.in_(select(DUE.c.seq)))
    .values(lease_until=bindparam("until"), attempts=OUTBOX.c.attempts + 1)
    .returning(OUTBOX.c.seq, OUTBOX.c.message_id, OUTBOX.c.type, OUTBOX.c.body, OUTBOX.c.attempts)
)
CONFIRM: Final = update(OUTBOX).values(published_at=bindparam("now"), lease_until=null(), last_error=null())
CONFIRM_LISTED: Final = CONFIRM.where(OUTBOX.c.seq.in_(bindparam("confirmed", expanding=True)))
CONFIRM_IN_ARRAY: Final = CONFIRM.where(OUTBOX.c.seq == any_(bindparam("confirmed", type_=ARRAY(BigInteger))))
"""The same on SQLite, which has no arrays, and on PostgreSQL, which then reads one short statement for any window."""


class Claimed(NamedTuple):
    """An outbox row that this relay may publish until its lease ends."""

    seq: int
    message_id: UUID
    type: str
    body: bytes
    attempts: int


def add(session: Session, message_type: str, data: Mapping[str, Any], *, now: datetime) -> UUID:
    """Write a message into the outbox of the session's service, in the session's transaction.

    Returns the message's id. Raises ContractError where the data does not fit the contract, or the type belongs to
    another service.
    """
    question = adding(session, message_type, data, now=now)
    ask(session, question)
    message_id: UUID = question.values["message_id"]
    return message_id


def adding(session: Session, message_type: str, data: Mapping[str, Any], *, now: datetime) -> Question:
    """Return what adds the message, for whoever writes more in the same trip; raises what ``add`` does."""
    message_id, body = seal(session.info["service"], message_type, data, now)
    row = {
        "message_id": message_id,
        "aggregate": contracts.subject(message_type, data),
        "version": data["version"],
        "type": message_type,
        "body": body,
        "attempts": 0,
        "next_at": now,
    }
    session.info["wrote_messages"] = True
    return Question(ADD, row)


def claim(session: Session, limit: int, now: datetime) -> Sequence[Claimed]:
    """Lease up to ``limit`` rows that are due, oldest first; rows under another relay's lease are passed over."""
    rows = ask(session, Question(CLAIM, {"limit": limit, "now": now, "until": now + LEASE}))[0]
    return sorted((Claimed(*row) for row in rows), key=attrgetter("seq"))


def end_leases(session: Session) -> None:
    """Take back all leases; only for whoever knows that no other relay lives: what a killed one had is due at once."""
    change(session, update(Outgoing).where(Outgoing.published_at.is_(None)).values(lease_until=None))


def settle(session: Session, confirmed: Collection[int], refused: Mapping[int, tuple[int, str]], now: datetime) -> None:
    """Mark confirmed rows (by ``seq``) as published; put refused ones (``seq`` -> attempts, reason) back."""
    if confirmed:
        values = {"confirmed": list(confirmed), "now": now}
        if dialect_of(session) == "postgresql":
            ask(session, Question(CONFIRM_IN_ARRAY, values))
        else:
            session.connection().execute(CONFIRM_LISTED, values)
    alike: dict[tuple[int, str], list[int]] = {}
    for seq, outcome in refused.items():
        alike.setdefault(outcome, []).append(seq)
    for (attempts, reason), seqs in alike.items():
        wait = min(BACKOFF_FIRST * 2 ** min(attempts, 10), BACKOFF_MAX)
        change(
            session,
            update(Outgoing)
            .where(Outgoing.seq.in_(seqs), UNPUBLISHED)
            .values(next_at=now + wait, lease_until=None, last_error=reason),
        )


def backlog(session: Session, now: datetime) -> tuple[int, float]:
    """Return how many messages wait to be published, and the age in seconds of the oldest.

    Both come from ``ix_outbox_unpublished``. The age is the message's own: ``next_at`` is put off at each attempt.
    """
    waiting = session.scalars(select(func.count()).select_from(Outgoing).where(UNPUBLISHED)).one()
    oldest = session.scalar(select(Outgoing.body).where(UNPUBLISHED).order_by(Outgoing.seq).limit(1))
    return waiting, max((now - written_at(oldest)).total_seconds(), 0.0) if oldest is not None else 0.0


def purge(session: Session, now: datetime) -> int:
    """Forget messages that were published long ago; returns how many."""
    return change(session, delete(Outgoing).where(Outgoing.published_at < now - KEEP_PUBLISHED))
