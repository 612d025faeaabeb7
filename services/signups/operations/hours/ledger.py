"""The ledger of service hours: what an entry is worth, and how it is written and taken back."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from services.signups import announcements
from services.signups.models import EntryKind, HourEntry, HourReview, ReviewKind, Shift, Signup
from shared.errors import Invalid, field_error
from shared.texts import text as _

EARLY: Final = timedelta(minutes=15)
"""Whoever comes before the shift is there to be shown the work; what is earlier is waiting, not serving."""
LATE: Final = timedelta(minutes=30)
"""Clearing up takes that long; what is longer was no part of what was planned, and needs no credit."""
SHORT_PERCENT: Final = 60
"""Of the plan: below it, somebody may have left at once, or been checked out by mistake."""
FORGOTTEN: Final = timedelta(hours=2)
"""After the end of the shift: nobody is there any more, so a check-out then says nothing of when they left."""


def planned(shift: Shift) -> int:
    """Return the length of the shift in minutes."""
    return _minutes(shift.ends_at - shift.starts_at)


def most(shift: Shift) -> int:
    """Return the most minutes that the shift can count for."""
    return planned(shift) + _minutes(LATE)


def standing(session: Session, signup_id: UUID) -> list[HourEntry]:
    """Return the sign-up's entries that nothing has taken back."""
    reversal = aliased(HourEntry)
    return list(
        session.scalars(
            select(HourEntry)
            .outerjoin(reversal, reversal.reverses == HourEntry.id)
            .where(HourEntry.signup_id == signup_id, HourEntry.reverses.is_(None), reversal.id.is_(None))
        )
    )


def credited(shift: Shift, came: datetime, left: datetime) -> int:
    """Return the minutes from coming to leaving, as far as the plan and its tolerances allow."""
    began = max(came, shift.starts_at - EARLY)
    return max(min(_minutes(left - began), most(shift)), 0)


def check(shift: Shift, minutes: int) -> None:
    """Raise Invalid for minutes that the shift cannot have."""
    if not 0 < minutes <= most(shift):
        text = _("This shift can count for 1 to %(most)s minutes.", most=most(shift))
        raise Invalid(field_error("minutes", text))


def enter(
    session: Session,
    signup: Signup,
    minutes: int,
    kind: EntryKind,
    *,
    reason: str = "",
    recorded_by: UUID | None = None,
    approved_by: UUID | None = None,
    now: datetime,
) -> None:
    """Write minutes into the ledger; ``recorded_by`` is None for Steward itself."""
    session.add(
        HourEntry(
            id=uuid4(),
            volunteer_id=signup.volunteer_id,
            signup_id=signup.id,
            event_id=signup.event_id,
            minutes=minutes,
            kind=kind,
            reason=reason,
            recorded_by=recorded_by,
            approved_by=approved_by,
            at=now,
        )
    )
    reload(session, signup)


def reverse(session: Session, entry: HourEntry, *, organizer_id: UUID | None, reason: str, now: datetime) -> None:
    """Take an entry back, with one of the same minutes below zero; ``organizer_id`` is None for Steward itself."""
    session.add(
        HourEntry(
            id=uuid4(),
            volunteer_id=entry.volunteer_id,
            signup_id=entry.signup_id,
            event_id=entry.event_id,
            minutes=-entry.minutes,
            kind=EntryKind.REVERSAL,
            reason=reason,
            recorded_by=organizer_id,
            at=now,
            reverses=entry.id,
        )
    )


def ask(
    session: Session,
    signup: Signup,
    kind: ReviewKind,
    minutes: int,
    now: datetime,
    *,
    reason: str = "",
    organizer_id: UUID | None = None,
) -> HourReview:
    """Let the hours wait for a decision; ``organizer_id`` is who proposes them, None for Steward itself."""
    review = HourReview(
        id=uuid4(),
        signup_id=signup.id,
        kind=kind,
        minutes=minutes,
        reason=reason,
        proposed_by=organizer_id,
        created_at=now,
    )
    session.add(review)
    session.flush()
    return review


def announce(session: Session, signup: Signup, now: datetime) -> None:
    """Send the sign-up with the minutes that it has now."""
    signup.version += 1
    reload(session, signup)
    announcements.signup_changed(session, signup, now)


def reload(session: Session, signup: Signup) -> None:
    """Let the sign-up know what the ledger says now."""
    session.flush()
    session.refresh(signup, ["minutes"])


def _minutes(length: timedelta) -> int:
    return int(length.total_seconds() // 60)
