"""What is read on the day itself: who is expected now, whom a code stands for, and who forgot to check out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.orm import Session

from services.signups import queries, rosters
from services.signups.models import SEATED, CheckInCode, Event, HourReview, Shift, Signup, SignupStatus
from services.signups.models.check_in import DIGITS
from services.signups.operations.hours import ledger
from shared.paging import Page

LATE_AFTER: Final = timedelta(minutes=15)
"""After the start of the shift; who comes sooner is on time."""
EARLY: Final = timedelta(hours=2)
"""How long before its start people come to a shift."""
LINGERING: Final = timedelta(hours=1)
"""How long after its end somebody may still check themselves in or out."""
LISTED: Final = timedelta(hours=12)
"""How long after its end a shift's people stay on the list of those to check in and out."""
MOST_FOUND: Final = 50
SHOWN: Final = (*SEATED, SignupStatus.WAITLISTED)
"""States of people whom one may look for at the entrance."""
COMING_OR_GOING: Final = (SignupStatus.CONFIRMED, SignupStatus.ATTENDED)


@dataclass(frozen=True, slots=True)
class Remaining:
    """A shift that is over, and how many of its people nobody has seen."""

    shift: Shift
    number: int


def is_late(signup: Signup, now: datetime) -> bool:
    """Say whether somebody came late, or can only come late by now."""
    came = now if signup.status is SignupStatus.CONFIRMED else signup.checked_in_at
    return came is not None and came > signup.shift.starts_at + LATE_AFTER


def expected(session: Session, event_id: UUID, now: datetime) -> Sequence[Signup]:
    """Return those with a place in a shift that is about to begin, running or just over; without such, all of them."""
    everybody = (
        queries.with_people().where(*queries.of_event(event_id), Signup.status.in_(SEATED)).order_by(*rosters.BY_SHIFT)
    )
    soon = everybody.where(Shift.starts_at <= now + EARLY, Shift.ends_at >= now - LISTED)
    return session.scalars(soon).all() or session.scalars(everybody).all()


def found(session: Session, event: Event, search: str) -> Sequence[Signup]:
    """Return whoever of the event has this code, else those with this part of a name or end of a phone number."""
    if len(search) == DIGITS and search.isdecimal():
        by_code = session.scalars(_with_code(event.id, search)).all()
        if by_code:
            return by_code
    wanted = rosters.Filter(community=event.community, event_id=event.id, search=search)
    return [one for one in rosters.part(session, Page(MOST_FOUND), wanted).items if one.status in SHOWN]


def codes(session: Session, signups: Sequence[Signup]) -> Mapping[UUID, str]:
    """Return sign-up id -> its six digits, in one query."""
    wanted = [signup.id for signup in signups]
    rows = session.execute(select(CheckInCode.signup_id, CheckInCode.code).where(CheckInCode.signup_id.in_(wanted)))
    return {signup_id: code for signup_id, code in rows}  # noqa: C416  (a Row is no pair to the type checker)


def by_code(session: Session, event_id: UUID, code: str, now: datetime) -> Signup | None:
    """Return the sign-up that the six digits stand for, where its person may check in or out now."""
    signup = session.scalars(_with_code(event_id, code)).one_or_none()
    return signup if signup is not None and is_now(signup, now) else None


def is_now(signup: Signup, now: datetime) -> bool:
    """Say whether the person may check themselves in or out at this moment."""
    shift = signup.shift
    is_on = shift.event.status in {"published", "completed"}
    return is_on and signup.status in COMING_OR_GOING and shift.starts_at - EARLY <= now <= shift.ends_at + LINGERING


def unseen(session: Session, event_id: UUID, now: datetime) -> Sequence[Remaining]:
    """Return the event's shifts that are over, with how many of their people were neither checked in nor missed."""
    rows = session.execute(
        select(Shift, func.count())
        .join(Signup, Signup.shift_id == Shift.id)
        .where(Shift.event_id == event_id, Shift.ends_at <= now, Signup.status == SignupStatus.CONFIRMED)
        .group_by(Shift.id)
        .order_by(Shift.starts_at, Shift.id)
    )
    return [Remaining(shift, number) for shift, number in rows]


def to_settle(session: Session, event_id: UUID, now: datetime) -> Sequence[Signup]:
    """Return those who came and never checked out, once their shift has long been over, or were written down later.

    No time is made up for them: until an organizer decides on them, they have no hours.
    """
    decided = exists().where(HourReview.signup_id == Signup.id, HourReview.outcome.is_not(None))
    return session.scalars(
        queries.with_people()
        .where(
            *queries.of_event(event_id),
            Signup.status == SignupStatus.ATTENDED,
            ~decided,
            Signup.checked_out_at.is_(None),
            Signup.minutes.is_(None),
            Shift.counts_as_service,
            or_(Shift.ends_at < now - ledger.FORGOTTEN, Signup.checked_in_at.is_(None)),
        )
        .order_by(*rosters.BY_SHIFT)
    ).all()


def _with_code(event_id: UUID, code: str) -> Select[Signup]:
    return (
        queries.with_people()
        .join(CheckInCode, CheckInCode.signup_id == Signup.id)
        .where(CheckInCode.event_id == event_id, CheckInCode.code == code, Signup.status.in_(SHOWN))
    )
