"""What is read of service hours: what waits, what is due, and one person's ledger, all within one community."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, exists, func, select, true, union
from sqlalchemy.orm import Session, aliased

from services.signups import queries, working_days
from services.signups.models import (
    SEATED,
    Event,
    HourEntry,
    HourReview,
    Record,
    Shift,
    Signup,
    SignupStatus,
    Volunteer,
)
from shared.errors import NotFound
from shared.texts import text as _

LOOKED_BACK: Final = timedelta(days=366)
"""What nobody entered within a year is not going to be."""
_WAITS: Final[ColumnElement[bool]] = exists().where(HourReview.signup_id == Signup.id, HourReview.outcome.is_(None))


@dataclass(frozen=True, slots=True)
class Due:
    """An event whose record is not complete: for ``open`` people hours are missing, to be entered until ``due``."""

    event: Event
    open: int
    due: date
    is_overdue: bool


def waiting(
    session: Session, *, community: str, volunteer_id: UUID | None = None
) -> Sequence[tuple[HourReview, Signup]]:
    """Return the hours that wait for a decision with their sign-ups, of all or of one person, the oldest first."""
    of_whom = Signup.volunteer_id == volunteer_id if volunteer_id is not None else true()
    reviews = session.scalars(
        select(HourReview)
        .join(Signup, Signup.id == HourReview.signup_id)
        .join(Event, Event.id == Signup.event_id)
        .where(Event.community == community, HourReview.outcome.is_(None), of_whom)
        .order_by(HourReview.created_at, HourReview.id)
    ).all()
    signups = _signups(session, [review.signup_id for review in reviews])
    return [(review, signups[review.signup_id]) for review in reviews]


def review(session: Session, review_id: UUID, *, community: str) -> tuple[HourReview, Signup]:
    """Return what is to be decided and its sign-up; raises NotFound, also for another community's."""
    found = session.get(HourReview, review_id)
    if found is None:
        raise NotFound(_("There is nothing to decide here any more. The attendance was changed meanwhile."))
    return found, queries.signup(session, found.signup_id, community=community)


def entry(session: Session, entry_id: UUID, *, community: str) -> tuple[HourEntry, Signup]:
    """Return an entry of the ledger and its sign-up; raises NotFound, also for another community's."""
    found = session.get(HourEntry, entry_id)
    if found is None:
        raise NotFound(_("There is no such entry."))
    return found, queries.signup(session, found.signup_id, community=community)


def due(session: Session, *, community: str, now: datetime) -> Sequence[Due]:
    """Return the events of the last year for which hours are still missing, the first to be due first.

    Missing are those of whoever had a place and of whom nothing was noted, was never checked out, or whose hours wait.
    """
    of_the_year = (
        Event.community == community,
        Event.status.in_(("published", "completed")),
        Event.ends_at.between(now - LOOKED_BACK, now),
    )
    # Each by an index of its own, since what is settled is many times as much.
    is_open = union(
        select(Signup.id)
        .join(Event, Event.id == Signup.event_id)
        .where(*of_the_year, Signup.status == SignupStatus.CONFIRMED),
        select(Signup.id).where(Signup.checked_in_at.is_not(None), Signup.checked_out_at.is_(None)),
        select(HourReview.signup_id).where(HourReview.outcome.is_(None)),
    )
    rows = session.execute(
        select(Event, func.count())
        .join(Shift, Shift.event_id == Event.id)
        .join(Signup, Signup.shift_id == Shift.id)
        .where(*of_the_year, Shift.counts_as_service, Signup.status.in_(SEATED), Signup.id.in_(is_open))
        .group_by(Event.id)
        .order_by(Event.ends_at, Event.id)
    )
    found = []
    for event, missing in rows:
        zone = ZoneInfo(event.timezone)
        last = working_days.due(event.ends_at.astimezone(zone).date())
        found.append(Due(event, missing, last, now.astimezone(zone).date() > last))
    return found


def person(session: Session, volunteer_id: UUID, *, community: str) -> Volunteer:
    """Return somebody who has or had a sign-up in the community; raises NotFound for everybody else."""
    found = session.scalars(
        select(Volunteer).where(
            Volunteer.id == volunteer_id,
            exists().where(
                Signup.volunteer_id == volunteer_id, Signup.event_id == Event.id, Event.community == community
            ),
        )
    ).one_or_none()
    if found is None:
        raise NotFound(_("There is no such person among your volunteers."))
    return found


def ledger(session: Session, volunteer_id: UUID, *, community: str) -> Sequence[tuple[HourEntry, Signup, bool]]:
    """Return the person's entries with their sign-ups and whether they still stand, the newest first."""
    reversal = aliased(HourEntry)
    rows = session.execute(
        select(HourEntry, and_(reversal.id.is_(None), HourEntry.reverses.is_(None)))
        .join(Event, Event.id == HourEntry.event_id)
        .outerjoin(reversal, reversal.reverses == HourEntry.id)
        .where(HourEntry.volunteer_id == volunteer_id, Event.community == community)
        .order_by(HourEntry.at.desc(), HourEntry.minutes.desc(), HourEntry.id)
    ).all()
    signups = _signups(session, [found.signup_id for found, _stands in rows])
    return [(found, signups[found.signup_id], stands) for found, stands in rows]


def without_hours(session: Session, volunteer_id: UUID, *, community: str, now: datetime) -> Sequence[Signup]:
    """Return the person's places on shifts of service that are over and have no hours, nor any that wait."""
    return session.scalars(
        queries.with_people()
        .where(
            Signup.volunteer_id == volunteer_id,
            Event.community == community,
            Shift.counts_as_service,
            Shift.ends_at <= now,
            Signup.status.in_(SEATED),
            Signup.minutes.is_(None),
            ~_WAITS,
        )
        .order_by(Shift.starts_at.desc(), Signup.id)
    ).all()


def records(session: Session, volunteer_id: UUID, *, community: str) -> Sequence[Record]:
    """Return the person's trainings, awards and appraisals, the newest first."""
    return session.scalars(
        select(Record)
        .where(Record.volunteer_id == volunteer_id, Record.community == community)
        .order_by(Record.day.desc(), Record.recorded_at.desc(), Record.id)
    ).all()


def _signups(session: Session, ids: Sequence[UUID]) -> Mapping[UUID, Signup]:
    return {one.id: one for one in session.scalars(queries.with_people().where(Signup.id.in_(set(ids))))}
