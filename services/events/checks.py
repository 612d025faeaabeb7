"""What a sane event is, and what one that recruits must say before it is published."""

from datetime import datetime, timedelta
from math import ceil
from typing import Any, Final

from services.events.models import Event, Shift
from shared.errors import Invalid
from shared.texts import Text
from shared.texts import text as _

NO_TIME: Final = timedelta(0)
LONGEST_EVENT: Final = timedelta(days=31)
MAX_SHIFTS: Final = 100
MAX_ITEMS: Final = 200
AROUND: Final = timedelta(days=7)
"""How long before and after the event a shift or a programme item may lie: setting up, rehearsing, clearing away."""

OVER: Final = _("This time is already over. Please choose a later one.")


def check(event: Event) -> None:
    """Raise Invalid, with a text beside each field, where times or numbers of the event contradict each other."""
    errors: dict[str, Any] = {}
    if event.ends_at <= event.starts_at:
        errors["ends_at"] = [_("The event ends before it starts.")]
    elif event.ends_at - event.starts_at > LONGEST_EVENT:
        errors["ends_at"] = [
            _("An event may last up to %(n)s days. Please split a longer one into several.", n=LONGEST_EVENT.days)
        ]
    shifts = {at: wrong for at, shift in enumerate(event.shifts) if (wrong := _shift(event, shift, at + 1))}
    if shifts:
        errors["shifts"] = shifts
    too_few = _too_few_hours(event)
    if too_few is not None:
        errors["daily_hours"] = [too_few]
    items = {
        position: {"starts_at": [_("This is far from the time of the event. Please check the date.")]}
        for position, item in enumerate(event.programme)
        if item.starts_at is not None and not _is_near(event, item.starts_at, item.starts_at)
    }
    if items:
        errors["programme"] = items
    if len(event.shifts) > MAX_SHIFTS:
        errors["shifts"] = [_("An event has at most %(n)s shifts.", n=MAX_SHIFTS)]
    if len(event.programme) > MAX_ITEMS:
        errors["programme"] = [_("A programme has at most %(n)s items.", n=MAX_ITEMS)]
    if errors:
        raise Invalid(errors)


def missing(event: Event) -> dict[str, Any]:
    """Return the errors of what the event does not say yet.

    An event that recruits names time, place, content, conditions, number of people, how to sign up, risks and
    safeguards (GB/T 40143-2021, 6.1). The time is always there.
    """
    texts = {
        "summary": (event.summary, _("Say in a few sentences what the event is about.")),
        "conditions": (event.conditions, _("Say who can take part: age, health, skills. Write “none” if all can.")),
        "how_to_sign_up": (event.how_to_sign_up, _("Say how people sign up.")),
        "risks": (event.risks, _("Say what the risks are and how people are protected.")),
    }
    errors: dict[str, Any] = {field: [advice] for field, (value, advice) in texts.items() if not value}
    if not event.venue_name:
        errors["venue"] = {"name": [_("Say where the event takes place.")]}
    if not event.shifts:
        errors["shifts"] = [_("Say how many people are needed: add at least one shift.")]
    return errors


def _shift(event: Event, shift: Shift, number: int) -> dict[str, list[Text]]:
    problems = {}
    if shift.ends_at < shift.starts_at:
        problems["ends_at"] = [_("Shift %(n)s ends before it starts.", n=number)]
    elif shift.ends_at == shift.starts_at:
        problems["ends_at"] = [_("Shift %(n)s ends at the moment it starts. Please give it some time.", n=number)]
    elif not _is_near(event, shift.starts_at, shift.ends_at):
        problems["starts_at"] = [
            _(
                "Shift %(n)s is more than %(days)s days away from the event. Please check its date.",
                n=number,
                days=AROUND.days,
            )
        ]
    if shift.minimum > shift.capacity:
        problems["minimum"] = [_("The least number of people cannot be more than the places.")]
    return problems


def _too_few_hours(event: Event) -> Text | None:
    """Return what is wrong where a shift is longer than anybody may serve in a day."""
    length, role = max(((shift.ends_at - shift.starts_at, shift.role) for shift in event.shifts), default=(NO_TIME, ""))
    if event.daily_hours is None or length <= timedelta(hours=event.daily_hours):
        return None
    return _(
        "“%(role)s” takes more than the %(most)s hours that somebody may serve in a day, so nobody could sign up for"
        " it. Please allow at least %(least)s hours, or shorten the shift.",
        role=role,
        most=event.daily_hours,
        least=ceil(length / timedelta(hours=1)),
    )


def _is_near(event: Event, starts_at: datetime, ends_at: datetime) -> bool:
    return event.starts_at - AROUND <= starts_at and ends_at <= event.ends_at + AROUND
