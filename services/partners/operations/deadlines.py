"""Deadlines for names that come nearer or are moved: the sign-up service is told, contacts are reminded."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from services.partners import announcements, deadlines
from services.partners.models import LACKING, LIVE, Contact, Event, Kind, Need, Pledge, PledgeStatus
from shared.notices import queue

NOTICE: Final = "names_missing"
"""The kind of the letter that asks for the names that are missing."""


def follow_need(session: Session, need: Need, now: datetime) -> None:
    """Give the pledges for a need its new deadline; where that is later, the units have time again."""
    pledges = _locked(session, select(Pledge).where(Pledge.need_id == need.id))
    for pledge in pledges:
        if pledge.shift is not None:
            _set(pledge, deadlines.release_at(need, pledge.shift, now))
    announcements.retell(session, Pledge.id.in_([pledge.id for pledge in pledges]), now)


def move_deadlines(session: Session, event: Event, distance: timedelta, now: datetime) -> None:
    """Move the deadlines that are still to come as far as the event was moved, but leave everybody some time."""
    pledges = _locked(session, select(Pledge).where(Pledge.event_id == event.id, Pledge.release_at > now))
    for pledge in pledges:
        if pledge.release_at is not None and pledge.shift is not None:
            moved = pledge.release_at + distance
            _set(pledge, moved if moved > now else deadlines.release_at(None, pledge.shift, now))
    announcements.retell(session, Pledge.id.in_([pledge.id for pledge in pledges]), now)


def remind_of_names(session: Session, now: datetime) -> int:
    """Queue the reminders of names that are missing, for every contact of the unit; return how many are new."""
    soon = (
        select(Pledge)
        .join(Pledge.event)
        .where(
            Pledge.status.in_((PledgeStatus.HELD, PledgeStatus.PARTLY_HELD)),
            Pledge.held > Pledge.claimed,
            Pledge.release_at > now,
            Pledge.release_at <= now + max(deadlines.REMINDED),
            Event.status == "published",
        )
    )
    planned = 0
    for pledge in session.scalars(soon.options(joinedload(Pledge.event)).order_by(Pledge.release_at)):
        number = deadlines.reminder(pledge, now)
        if number:
            planned += queue.plan_for_all(
                session,
                select(Contact.id).where(Contact.work_unit_id == pledge.work_unit_id, Contact.active),
                kind=NOTICE,
                event_id=pledge.event_id,
                rule=f"{pledge.id} {number}",
                occurrence=pledge.event.occurrence,
                due_at=now,
                expires_at=pledge.release_at,
                params={"pledge_id": str(pledge.id)},
                now=now,
            )
    return planned


def _locked(session: Session, pledges: Select[Pledge]) -> Sequence[Pledge]:
    """Return those of the pledges for which people still get places, locked until the transaction ends."""
    kept = (Pledge.kind == Kind.PEOPLE, Pledge.status.in_((*LIVE, *LACKING)))
    return session.scalars(pledges.where(*kept).order_by(Pledge.id).with_for_update(of=Pledge)).all()


def _set(pledge: Pledge, moment: datetime) -> None:
    if moment != pledge.release_at:
        pledge.release_at = moment
        pledge.released = 0
