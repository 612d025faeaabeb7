"""How states and shifts are called on the pages."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from services.signups.models import SignupStatus
from services.signups.queries import HoldCounts, ShiftCounts
from shared.texts import Text
from shared.texts import text as _
from shared.web.i18n import date_range, translate

STATES: Final[Mapping[SignupStatus, tuple[Text, str]]] = {
    SignupStatus.CONFIRMED: (_("Signed up"), "good"),
    SignupStatus.WAITLISTED: (_("On the waitlist"), "warning"),
    SignupStatus.WITHDRAWN: (_("Withdrawn"), "neutral"),
    SignupStatus.ATTENDED: (_("Checked in"), "info"),
    SignupStatus.ABSENT: (_("Did not come"), "bad"),
}
"""State -> its word and tone."""

HEADINGS: Final[Mapping[SignupStatus, Text]] = {
    SignupStatus.CONFIRMED: _("You are signed up"),
    SignupStatus.WAITLISTED: _("You are on the waitlist"),
    SignupStatus.WITHDRAWN: _("You have withdrawn"),
    SignupStatus.ATTENDED: _("You have been checked in"),
    SignupStatus.ABSENT: _("You were missed"),
}
"""State -> what a person's own page says first."""

MOVES: Final[Mapping[SignupStatus, list[tuple[str, Text, str]]]] = {
    SignupStatus.CONFIRMED: [
        ("check-in", _("Check in"), "secondary"),
        ("absent", _("Did not come"), "quiet"),
        ("withdraw", _("Withdraw"), "quiet"),
    ],
    SignupStatus.WAITLISTED: [("withdraw", _("Withdraw"), "quiet")],
    SignupStatus.ATTENDED: [("check-out", _("Check out"), "secondary")],
    SignupStatus.ABSENT: [("check-in", _("Check in"), "secondary")],
    SignupStatus.WITHDRAWN: [],
}
"""State -> what an organizer may do: last part of the address, label, kind of button."""


def shift_choice(counts: ShiftCounts, hold: HoldCounts | None, now: datetime) -> dict[str, Any]:
    """Return a shift as an option of the form: with its time and places, and greyed out with the reason if need be."""
    shift = counts.shift
    free = counts.free if hold is None else hold.held - hold.claimed
    when = date_range(shift.starts_at, shift.ends_at, shift.event.timezone)
    age = translate(_("from %(age)s years", age=shift.min_age)) if shift.min_age else ""
    option: dict[str, Any] = {
        "value": str(shift.id),
        "label": shift.role,
        "hint": [line for line in (when, age, shift.description) if line],
        "disabled": False,
        "seats": {
            "taken": counts.confirmed,
            "total": counts.capacity,
            "held": counts.held,
            "waiting": counts.waitlisted,
            "minimum": shift.minimum,
        },
    }
    if now >= shift.starts_at:
        option |= {"disabled": True, "tag": (translate(_("Has begun")), "neutral")}
    elif free <= 0 and hold is not None:
        option |= {"disabled": True, "tag": (translate(_("All kept places are taken")), "neutral")}
    elif free <= 0 and not shift.event.waitlist:
        option |= {"disabled": True, "tag": (translate(_("Full")), "neutral")}
    elif free <= 0:
        option["tag"] = (translate(_("Waitlist")), "warning")
    return option
