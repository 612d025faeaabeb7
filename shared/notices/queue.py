"""Planning notices, and working through those that are due."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy import Select, func, literal, or_, select, update
from sqlalchemy.orm import Session

from shared.database import change, insert, random_uuid
from shared.notices.tables import OPEN, Notice, NoticeState

LEASE: Final = timedelta(minutes=5)
"""Longer than any channel takes to send one notice."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A notice in words, with where it goes. ``phone`` is E.164; a missing address rules its channel out.

    ``short`` is what a text message says, where every character costs; the body where there is nothing shorter.
    ``stop`` is the address at which one press ends letters of this kind, and ``needed_by`` the moment by which its
    reader has to know (the beginning of the shift), for what comes up at night. ``kind`` is the notice's; the sender
    enters it.
    """

    subject: str
    body: str
    phone: str | None
    email: str | None
    language: str
    short: str | None = None
    robot: str | None = None
    """The address of a group robot of a chat service."""
    stop: str | None = None
    needed_by: datetime | None = None
    kind: str = ""


Composer = Callable[[Session, Notice, datetime], Letter | None]
"""Writes a notice from what is true now; None when it no longer applies and must not be sent."""


def plan(
    session: Session,
    *,
    kind: str,
    person_id: UUID,
    event_id: UUID | None,
    now: datetime,
    rule: str = "",
    occurrence: int = 0,
    expires_at: datetime | None = None,
    params: Mapping[str, Any] | None = None,
) -> None:
    """Queue a notice for one person, to be sent at once; planning the same one again changes nothing."""
    session.execute(
        insert(session, Notice)
        .values(
            id=uuid4(),
            person_id=person_id,
            event_id=event_id,
            kind=kind,
            rule=rule,
            occurrence=occurrence,
            channel="",
            state=NoticeState.QUEUED,
            params=dict(params or {}),
            due_at=now,
            expires_at=expires_at,
            created_at=now,
            attempts=0,
            next_at=now,
        )
        .on_conflict_do_nothing()
    )


def plan_for_all(
    session: Session,
    people: Select[UUID],
    *,
    kind: str,
    event_id: UUID,
    now: datetime,
    due_at: datetime,
    rule: str = "",
    occurrence: int = 0,
    expires_at: datetime | None = None,
    params: Mapping[str, Any] | None = None,
    mailing_id: UUID | None = None,
) -> int:
    """Queue a notice for everyone whom ``people`` (a select of ids) finds, at once; return how many are new."""
    chosen = people.distinct().subquery()
    person = chosen.c[0]
    values: dict[str, Any] = {
        "kind": kind,
        "event_id": event_id,
        "rule": rule,
        "occurrence": occurrence,
        "channel": "",
        "state": NoticeState.QUEUED,
        "params": dict(params or {}),
        "due_at": due_at,
        "expires_at": expires_at,
        "created_at": now,
        "attempts": 0,
        "next_at": max(due_at, now),
        "mailing_id": mailing_id,
    }
    columns = Notice.__table__.c
    constants = [literal(value, columns[name].type).label(name) for name, value in values.items()]
    # The condition keeps SQLite from reading ON CONFLICT as a join's ON.
    rows = select(random_uuid(), person, *constants).where(person.is_not(None))
    statement = insert(session, Notice).from_select(["id", "person_id", *values], rows)
    return change(session, statement.on_conflict_do_nothing())


def cancel(
    session: Session, *, event_id: UUID, kind: str, rule: str | None = None, before_occurrence: int | None = None
) -> Sequence[Mapping[str, Any]]:
    """Take back notices of a kind that have not gone out; return the params of each.

    Only those of the rule, and those of earlier occurrences, where these are given.
    """
    condition = [Notice.event_id == event_id, Notice.kind == kind, Notice.state == NoticeState.QUEUED]
    if before_occurrence is not None:
        condition.append(Notice.occurrence < before_occurrence)
    if rule is not None:
        condition.append(Notice.rule == rule)
    statement = update(Notice).where(*condition).values(state=NoticeState.CANCELLED).returning(Notice.params)
    return session.scalars(statement, execution_options={"synchronize_session": False}).all()


def resend(session: Session, *, mailing_id: UUID, states: Collection[NoticeState], now: datetime) -> int:
    """Queue those of a mailing's notices that stand in one of the states anew; return how many there are.

    Each channel is tried again. What would come too late stays as it is.
    """
    in_time = or_(Notice.expires_at.is_(None), Notice.expires_at > now)
    wanted = Notice.mailing_id == mailing_id, Notice.state.in_(states), in_time
    anew = {"attempts": 0, "refused_by": [], "lease_until": None, "last_error": None, "next_at": now}
    return change(session, update(Notice).where(*wanted).values(state=NoticeState.QUEUED, **anew))


def count(session: Session) -> Mapping[NoticeState, int]:
    """Return how many notices stand in each state."""
    rows = session.execute(select(Notice.state, func.count()).group_by(Notice.state))
    found: dict[NoticeState, int] = {state: number for state, number in rows}  # noqa: C416  (a Row is no pair to mypy)
    return {state: found.get(state, 0) for state in NoticeState}


def claim(session: Session, now: datetime) -> Notice | None:
    """Lease the notice that has been due for longest, and return it; those that another sender holds are passed over.

    One that comes as ``sending`` was left so by a sender that died over it.
    """
    notice = session.scalars(
        select(Notice)
        .where(OPEN, Notice.next_at <= now, or_(Notice.lease_until.is_(None), Notice.lease_until <= now))
        .order_by(Notice.next_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).one_or_none()
    if notice is not None:
        notice.lease_until = now + LEASE
    return notice
