"""How states and shifts are called on the pages."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from services.signups.models import LIVE, NEEDS_CLEARING, Shift, Signup, SignupStatus
from services.signups.queries import HoldCounts, ShiftCounts
from shared.texts import Text
from shared.texts import text as _
from shared.web.i18n import date_range, translate


class Step(NamedTuple):
    """What an organizer may do with somebody: the last part of its address, its words, picture and look.

    ``folded``: not needed often, so it stands behind "More". ``asks``: a page asks something first.
    """

    name: str
    label: Text
    icon: str
    kind: str = "secondary"
    folded: bool = False
    asks: bool = False


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

CHECK_IN: Final = Step("check-in", _("Check in"), "check")
UNDO: Final = _("Undo")


def steps(signup: Signup, now: datetime) -> list[Step]:
    """Return what an organizer may do with somebody now: what is usual first, what is rare folded away."""
    shift = signup.shift
    begun = now >= shift.starts_at
    found = [Step("clear", _("Confirm skills"), "circle-check")] if signup.is_to_clear else []
    if signup.status is SignupStatus.CONFIRMED:
        found.append(CHECK_IN)
        if begun:
            found.append(Step("absent", _("Did not come"), "circle-x", folded=True))
    elif signup.status is SignupStatus.ATTENDED and signup.checked_in_at is None:
        found.append(Step("undo-check-in", UNDO, "undo-2", "quiet", folded=True))
    elif signup.status is SignupStatus.ATTENDED and signup.checked_out_at is None:
        found += [Step("check-out", _("Check out"), "log-out"), Step("undo-check-in", UNDO, "undo-2", "quiet")]
    elif signup.status is SignupStatus.ATTENDED:
        found.append(Step("undo-check-out", UNDO, "undo-2", "quiet"))
    elif signup.status is SignupStatus.ABSENT:
        found += [CHECK_IN, Step("undo-absent", UNDO, "undo-2", "quiet")]
    if signup.status in LIVE:
        found.append(Step("move", _("Move to another shift"), "arrow-right", folded=True, asks=True))
        if not begun:
            found.append(Step("withdraw", _("Withdraw"), "x", folded=True))
    if signup.cleared_at is not None and signup.status in NEEDS_CLEARING:
        found.append(Step("unclear", _("Confirm skills later"), "undo-2", folded=True))
    return found


def shift_choice(counts: ShiftCounts, hold: HoldCounts | None, now: datetime) -> dict[str, Any]:
    """Return a shift as an option of the form: with its time and places, and greyed out with the reason if need be."""
    shift = counts.shift
    free = counts.free if hold is None else hold.held - hold.claimed
    when = date_range(shift.starts_at, shift.ends_at, shift.event.timezone)
    option: dict[str, Any] = {
        "value": str(shift.id),
        "label": shift.role,
        "hint": [line for line in (when, shift.description, *conditions(shift)) if line],
        "disabled": False,
        "seats": {
            "taken": counts.confirmed + counts.offered,
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


def conditions(shift: Shift) -> list[str]:
    """Return what a shift expects of people, and whether they are insured there, each in a few words."""
    found = [_("from %(age)s years", age=shift.min_age)] if shift.min_age else []
    if shift.training:
        found.append(_("Training needed: %(what)s", what=shift.training))
    if shift.insured:
        found.append(_("Insured against accidents"))
    return [translate(one) for one in found]


def desk_choice(counts: ShiftCounts, now: datetime, *, grace: timedelta = timedelta(0)) -> dict[str, Any]:
    """Return a shift as an option for an organizer, who may still send people to one that is running.

    ``grace`` is how long after its end people may be written down for it.
    """
    option = shift_choice(counts, None, now) | {"disabled": False, "tag": None}
    if now >= counts.shift.ends_at + grace:
        return option | {"disabled": True, "tag": (translate(_("Over")), "neutral")}
    if counts.free <= 0:
        return option | {"disabled": True, "tag": (translate(_("Full")), "neutral")}
    if now >= counts.shift.ends_at:
        return option | {"tag": (translate(_("Over")), "neutral")}
    if now >= counts.shift.starts_at:
        return option | {"tag": (translate(_("Running now")), "info")}
    return option
