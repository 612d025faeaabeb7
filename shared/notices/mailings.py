"""Mailings: one notice to each of many people, planned in batches, so that nothing else waits for 100,000 of them."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy import Select, exists, func, select, update
from sqlalchemy.orm import Session

from shared.database import change, insert
from shared.errors import NotFound
from shared.logs import current_correlation_id
from shared.notices import queue
from shared.notices.tables import Mailing, MailingState, Notice, NoticeState
from shared.texts import text as _

BATCH: Final = 5_000
"""People that are planned for in one transaction: some tenths of a second."""

UNFINISHED: Final = select(exists().where(Mailing.state == MailingState.RUNNING))
"""Whether there is a mailing to go on with."""

Audience = Callable[[Mapping[str, Any]], Select[UUID]]
"""Selects the ids of the people whom a mailing's ``audience`` means, as it stands in the service's own words."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a mailing has come: how many were planned for, and where their notices stand."""

    planned: int
    states: Mapping[NoticeState, int]

    @property
    def settled(self) -> int:
        """Notices that nothing more will happen to."""
        return self.planned - self.states.get(NoticeState.QUEUED, 0) - self.states.get(NoticeState.SENDING, 0)


def start(
    session: Session,
    find: Audience,
    audience: Mapping[str, Any],
    *,
    kind: str,
    event_id: UUID,
    now: datetime,
    due_at: datetime,
    rule: str = "",
    occurrence: int = 0,
    expires_at: datetime | None = None,
    params: Mapping[str, Any] | None = None,
    created_by: UUID | None = None,
) -> UUID | None:
    """Begin a mailing and plan its first batch at once; return its id, or None where it was begun before.

    Whoever is left is planned for by ``go_on``.
    """
    mailing_id = uuid4()
    begun = change(
        session,
        insert(session, Mailing)
        .values(
            id=mailing_id,
            event_id=event_id,
            kind=kind,
            rule=rule,
            occurrence=occurrence,
            audience=dict(audience),
            params=dict(params or {}),
            due_at=due_at,
            expires_at=expires_at,
            created_at=now,
            created_by=created_by,
            state=MailingState.RUNNING,
            planned=0,
            correlation_id=current_correlation_id(),
        )
        .on_conflict_do_nothing(),
    )
    if not begun:
        return None
    _plan_batch(session, session.get_one(Mailing, mailing_id), find, now)
    return mailing_id


def going_on(find: Audience) -> Callable[[Session, datetime], int]:
    """Return the task that plans the next batch of a mailing that is not finished; those of others are passed over."""

    def go_on_with_mailings(session: Session, now: datetime) -> int:
        mailing = session.scalars(
            select(Mailing)
            .where(Mailing.state == MailingState.RUNNING)
            .order_by(Mailing.created_at)
            .limit(1)
            .with_for_update(skip_locked=True)
        ).one_or_none()
        return 0 if mailing is None else max(_plan_batch(session, mailing, find, now), 1)

    return go_on_with_mailings


def stop(session: Session, mailing_id: UUID, now: datetime) -> int:
    """Stop a mailing: nobody more is planned for, and what has not gone out is taken back; return how many that is.

    Raises NotFound. What is being sent at this moment still arrives.
    """
    mailing = session.get(Mailing, mailing_id, with_for_update=True)
    if mailing is None:
        raise NotFound(_("This mailing is not known."))
    mailing.state, mailing.ended_at = MailingState.STOPPED, now
    queued = Notice.mailing_id == mailing_id, Notice.state == NoticeState.QUEUED
    return change(session, update(Notice).where(*queued).values(state=NoticeState.CANCELLED))


def cancel(session: Session, *, event_id: UUID, kind: str, now: datetime, before_occurrence: int | None = None) -> None:
    """Take back a kind of notice of an event that has not gone out, also from mailings that are still being planned."""
    condition = [Mailing.event_id == event_id, Mailing.kind == kind, Mailing.state == MailingState.RUNNING]
    if before_occurrence is not None:
        condition.append(Mailing.occurrence < before_occurrence)
    change(session, update(Mailing).where(*condition).values(state=MailingState.STOPPED, ended_at=now))
    queue.cancel(session, event_id=event_id, kind=kind, before_occurrence=before_occurrence)


def progress(session: Session, mailing_ids: Collection[UUID]) -> Mapping[UUID, Progress]:
    """Return how far each of the mailings has come."""
    counts: dict[UUID, Counter[NoticeState]] = {mailing_id: Counter() for mailing_id in mailing_ids}
    rows = session.execute(
        select(Notice.mailing_id, Notice.state, func.count())
        .where(Notice.mailing_id.in_(mailing_ids))
        .group_by(Notice.mailing_id, Notice.state)
    )
    for mailing_id, state, number in rows:
        if mailing_id is not None:
            counts[mailing_id][state] = number
    return {mailing_id: Progress(states.total(), states) for mailing_id, states in counts.items()}


def _plan_batch(session: Session, mailing: Mailing, find: Audience, now: datetime) -> int:
    """Plan for the next people by their ids, and note how far that went; return how many notices are new."""
    found = find(mailing.audience).distinct().subquery()
    person = found.c[0]
    left = select(person).where(person.is_not(None))
    if mailing.after is not None:
        left = left.where(person > mailing.after)
    mailing.after = session.scalars(left.order_by(person).offset(BATCH - 1).limit(1)).one_or_none()
    if mailing.after is None:
        mailing.state, mailing.ended_at = MailingState.FINISHED, now
    else:
        left = left.where(person <= mailing.after)
    planned = queue.plan_for_all(
        session,
        left,
        kind=mailing.kind,
        event_id=mailing.event_id,
        now=now,
        due_at=mailing.due_at,
        rule=mailing.rule,
        occurrence=mailing.occurrence,
        expires_at=mailing.expires_at,
        params=mailing.params,
        mailing_id=mailing.id,
        correlation_id=mailing.correlation_id,
    )
    mailing.planned += planned
    return planned
