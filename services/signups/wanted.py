"""A shift as somebody wants it: what decides whether they may have it, read in one trip with what else is asked."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from services.signups.models import Event, Shift
from shared.errors import Conflict, Invalid, field_error
from shared.texts import text as _
from shared.trips import Question, ask


class WantedEvent(NamedTuple):
    """The event of a shift that is wanted; as in the model of that name."""

    status: str
    timezone: str
    waitlist: bool
    asks_code: bool
    venue_name: str
    venue_address: str
    travel_minutes: int
    daily_hours: int | None
    rest_hours: int | None


class WantedShift(NamedTuple):
    """A shift that is wanted; as in the model of the other name, of which sign-ups need the smaller part."""

    id: UUID
    event_id: UUID
    listed: bool
    role: str
    starts_at: datetime
    ends_at: datetime
    min_age: int | None
    questions: list[Any]
    event: WantedEvent


AnyShift = TypeVar("AnyShift", Shift, WantedShift)
GUARDIAN_BELOW: Final = 14
"""Years: the data of younger children need a guardian's consent (PIPL, art. 31)."""
OLDEST: Final = 120
NO_SHIFT: Final = _("There is no such shift. Please choose one from the list.")
NOT_OPEN: Final = _("Sign-up for this event is not open at the moment. Please look again later.")
OF_SHIFT: Final = WantedShift._fields[:-1]
COLUMNS: Final = (
    *(getattr(Shift, name) for name in OF_SHIFT),
    *(getattr(Event, name) for name in WantedEvent._fields),
)
WANTED: Final = select(*COLUMNS).join(Event, Event.id == Shift.event_id).where(Shift.id == bindparam("shift"))


def asking(shift_id: UUID) -> Question:
    """Return the question for a shift; ``answered`` reads its rows."""
    return Question(WANTED, {"shift": shift_id})


def answered(rows: Sequence[Sequence[Any]]) -> WantedShift | None:
    """Return the shift, or None where there is none such."""
    return read(rows[0]) if rows else None


def read(row: Sequence[Any]) -> WantedShift:
    """Return a shift from a row of ``COLUMNS``; more may follow."""
    values = tuple(row)
    return WantedShift._make((*values[: len(OF_SHIFT)], WantedEvent._make(values[len(OF_SHIFT) : len(COLUMNS)])))


def open_shift(session: Session, shift_id: UUID, now: datetime) -> WantedShift:
    """Return the shift if it takes sign-ups; raises Invalid where there is none such, Conflict where it does not."""
    return refuse_closed(answered(ask(session, asking(shift_id))[0]), now)


def refuse_closed(shift: AnyShift | None, now: datetime) -> AnyShift:
    """Return the shift, unless it takes no sign-ups; raises as ``open_shift``."""
    if shift is None or not shift.listed:
        raise Invalid(field_error("shift_id", NO_SHIFT))
    refuse_over(shift, now)
    if now >= shift.starts_at:
        raise Conflict(_("This shift has begun and takes no more sign-ups."))
    return shift


def refuse_over(shift: Shift | WantedShift, now: datetime, *, grace: timedelta = timedelta(0)) -> None:
    """Raise Conflict where the shift takes nobody any more; while it is running, it takes whom an organizer sends.

    With a ``grace`` it still takes people for so long after its end, also once the event was completed.
    """
    if shift.event.status == "draft":
        raise Conflict(NOT_OPEN)
    if shift.event.status == "cancelled":
        raise Conflict(_("This event has been cancelled."))
    if shift.event.status == "completed" and not grace:
        raise Conflict(_("This event is over."))
    if now >= shift.ends_at + grace:
        raise Conflict(_("This shift is over."))


def check_age(shift: Shift | WantedShift, born: date | None, *, guarded: bool) -> None:
    """Apply the shift's minimum age, and the rule that a child needs a guardian, on the day of the shift.

    ``guarded``: whether a guardian has agreed. Raises Invalid.
    """
    if born is None:
        if shift.min_age:
            raise Invalid(
                field_error(
                    "birth_date",
                    _("This shift is for people of %(age)s and older: please enter the birth date.", age=shift.min_age),
                )
            )
        return
    age = age_on(shift, born)
    if not 0 <= age <= OLDEST:
        raise Invalid(field_error("birth_date", _("Please check the year of birth.")))
    if shift.min_age and age < shift.min_age:
        raise Invalid(field_error("birth_date", _("This shift is for people of %(age)s and older.", age=shift.min_age)))
    if age < GUARDIAN_BELOW and not guarded:
        raise Invalid(
            field_error(
                "guardian",
                _("For children under %(age)s a parent or guardian must agree.", age=GUARDIAN_BELOW),
            )
        )


def age_on(shift: Shift | WantedShift, born: date) -> int:
    """Return the years that somebody born then counts on the day of the shift."""
    day = shift.starts_at.astimezone(ZoneInfo(shift.event.timezone)).date()
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
