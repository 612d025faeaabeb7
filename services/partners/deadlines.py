"""By when a unit's people enter their names: places without one go to others then, after two reminders."""

from datetime import datetime, timedelta
from typing import Final

from services.partners.models import Need, Pledge, Shift

USUALLY: Final = timedelta(hours=48)
"""Before the shift begins, where the need has no deadline of its own."""
REMINDED: Final = (timedelta(days=7), timedelta(days=2))
"""Before the deadline; where it is nearer, each reminder comes in the middle of the time that is left."""


def release_at(need: Need | None, shift: Shift, now: datetime) -> datetime:
    """Return the deadline of a pledge of people that is made now: the need's, else some time before the shift begins.

    Where that has passed already, they have half of the time that is left.
    """
    due_at = need.due_at if need is not None else None
    moment = min(due_at or shift.starts_at - USUALLY, shift.starts_at)
    return still_ahead(moment, shift.starts_at, now)


def still_ahead(moment: datetime, last: datetime, now: datetime) -> datetime:
    """Return the moment, or where it has passed, the middle of the time that is left until the last one."""
    return moment if moment > now else now + (last - now) / 2


def reminder(pledge: Pledge, now: datetime) -> int:
    """Return which of the reminders is due: the first or the second, or 0 where neither is."""
    if pledge.release_at is None:
        return 0
    due, before = 0, pledge.release_at - pledge.created_at
    for number, usual in enumerate(REMINDED, start=1):
        before = usual if usual < before else before / 2
        if now >= pledge.release_at - before:
            due = number
    return due
