"""Whether a person may take a shift besides their others: the one place that says so.

Where two events have different rules, the stricter one counts, so that it does not matter which was taken first.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session

from services.signups.models import KEEPS_TIME, Event, Shift, Signup
from services.signups.wanted import WantedShift
from shared.texts import Text
from shared.texts import text as _

AnyShift = Shift | WantedShift
NEAR: Final = timedelta(days=7)
"""No rule reaches farther than from a shift to those of the week before and after it."""
COUNTED: Final = ("published", "completed")
"""States of events whose shifts leave no time for others."""
LEAVES_NO_TIME: Final = and_(
    or_(*(Signup.status == status for status in KEEPS_TIME), Signup.offered_until.is_not(None)),
    or_(*(Event.status == status for status in COUNTED)),
)
"""Whether the person has a place on the shift, or is offered one; without ``in_``, for ``shared.trips``."""
OVERLAPS: Final = _(
    "There is already a place at an overlapping time. Please give that one up first, or choose another shift."
)


def refusal(session: Session, volunteer_id: UUID, shift: AnyShift) -> Text | None:
    """Say why the person may not take the shift besides those on which they have a place, or None where they may.

    A place that is offered to them counts as well. To be sure of it until the transaction ends, lock the person first.
    """
    return conflict(shift, session.scalars(_others(volunteer_id, shift)).all())


def overlap(session: Session, volunteer_id: UUID, shift: AnyShift) -> Text | None:
    """Say that the person is expected elsewhere at the same time, or None: for somebody who stands there already."""
    others = session.scalars(_others(volunteer_id, shift))
    return OVERLAPS if any(_pause(shift, other) < timedelta(0) for other in others) else None


def among(shifts: Sequence[AnyShift]) -> Text | None:
    """Say why nobody may take all of the shifts together, or None where one may."""
    found = (conflict(shift, shifts[:number]) for number, shift in enumerate(shifts))
    return next((text for text in found if text is not None), None)


def conflict(shift: AnyShift, others: Sequence[AnyShift]) -> Text | None:
    """Say why the shift may not be taken besides the others, or None where it may; back to back is fine."""
    if any(_pause(shift, other) < timedelta(0) for other in others):
        return OVERLAPS
    return _too_far(shift, others) or _too_much(shift, others) or _too_soon(shift, others)


def _too_far(shift: AnyShift, others: Iterable[AnyShift]) -> Text | None:
    """Apply the time that it takes from one venue to another."""
    for other in others:
        minutes = max(shift.event.travel_minutes, other.event.travel_minutes)
        if _venue(shift) != _venue(other) and _pause(shift, other) < timedelta(minutes=minutes):
            return _("From one place to another there must be %(minutes)s minutes between two shifts.", minutes=minutes)
    return None


def _too_much(shift: AnyShift, others: Iterable[AnyShift]) -> Text | None:
    """Apply the most that anybody may work in a day; a shift counts for the day on which it begins."""
    together = [shift, *(other for other in others if _day(other, shift) == _day(shift, shift))]
    limits = [one.event.daily_hours for one in together if one.event.daily_hours is not None]
    worked = sum((one.ends_at - one.starts_at for one in together), timedelta(0))
    if not limits or worked <= timedelta(hours=min(limits)):
        return None
    return _("That would be more than the %(hours)s hours that are allowed in one day.", hours=min(limits))


def _too_soon(shift: AnyShift, others: Iterable[AnyShift]) -> Text | None:
    """Apply the rest between the shifts of one day and those of the next."""
    for other in others:
        hours = max(shift.event.rest_hours or 0, other.event.rest_hours or 0)
        if _day(other, shift) != _day(shift, shift) and _pause(shift, other) < timedelta(hours=hours):
            return _("Between the shifts of two days there must be %(hours)s hours of rest.", hours=hours)
    return None


def _pause(one: AnyShift, other: AnyShift) -> timedelta:
    """Return the time between two shifts, whichever comes first; below zero where they overlap."""
    return max(one.starts_at - other.ends_at, other.starts_at - one.ends_at)


def _venue(shift: AnyShift) -> tuple[str, str]:
    return shift.event.venue_name, shift.event.venue_address


def _day(shift: AnyShift, seen_from: AnyShift) -> date:
    """Return the day on which a shift begins, where the other one takes place."""
    return shift.starts_at.astimezone(ZoneInfo(seen_from.event.timezone)).date()


def _others(volunteer_id: UUID, shift: AnyShift) -> Select[Shift]:
    """Select the shifts near this one on which the person has a place, or is offered one."""
    return (
        select(Shift)
        .join(Signup, Signup.shift_id == Shift.id)
        .join(Event, Event.id == Shift.event_id)
        .where(
            Signup.volunteer_id == volunteer_id,
            Signup.shift_id != shift.id,
            LEAVES_NO_TIME,
            Shift.ends_at > shift.starts_at - NEAR,
            Shift.starts_at < shift.ends_at + NEAR,
        )
    )
