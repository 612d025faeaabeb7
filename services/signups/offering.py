"""The shifts as the sign-up form offers them: by day, with places left, greyed out with the reason where need be."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from services.signups import timing
from services.signups.models import KEEPS_TIME, Shift, Signup, SignupStatus
from services.signups.queries import HoldCounts, ShiftCounts
from services.signups.questions import NO, YES
from services.signups.words import conditions, shift_choice
from shared.texts import text as _
from shared.web import i18n

Card = Mapping[str, Any]


def by_day(
    offered: Sequence[ShiftCounts], hold: HoldCounts | None, earlier: Sequence[Signup], now: datetime
) -> list[tuple[str, list[Card]]]:
    """Return the days, each with its shifts as cards; ``earlier`` are the sign-ups that this browser has made."""
    return [
        (day, [_card(counts, hold, earlier, now) for counts in of_day])
        for day, of_day in groupby(offered, lambda one: i18n.day(one.shift.starts_at, one.shift.event.timezone))
    ]


def asked(shift: Shift) -> dict[str, Any]:
    """Return what a shift asks of those who sign up, as the form shows it."""
    return {
        "value": str(shift.id),
        "questions": [question | {"options": _options(question)} for question in shift.questions],
        "skills": shift.skills,
    }


def _card(counts: ShiftCounts, hold: HoldCounts | None, earlier: Sequence[Signup], now: datetime) -> Card:
    shift = counts.shift
    card = (
        shift_choice(counts, hold, now)
        | asked(shift)
        | {
            "left": counts.free if hold is None else hold.held - hold.claimed,
            "facts": [_times(shift), *conditions(shift)],
            "hint": [shift.description] if shift.description else [],
        }
    )
    own = next((one for one in earlier if _is_in_the_way(one, shift)), None)
    if own is None or card["disabled"]:
        return card
    if own.shift_id == shift.id:
        return card | {"own": True, "disabled": True, "tag": (i18n.translate(_("Signed up")), "good")}
    reason = timing.conflict(shift, [own.shift])
    if reason is timing.OVERLAPS:
        named = {"role": own.shift.role, "event": own.shift.event.title}
        reason = _("At the same time as your sign-up: %(role)s, %(event)s", **named)
    return card | {
        "own": True,
        "disabled": True,
        "tag": (i18n.translate(_("Clashes")), "neutral"),
        "hint": [*card["hint"], i18n.translate(reason)],
    }


def _options(question: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what can be chosen, each as it is sent and as it is read; nothing where one writes."""
    if question["kind"] == "yes_no":
        return [("true", i18n.translate(YES)), ("false", i18n.translate(NO))]
    return [(option, option) for option in question["options"]]


def _is_in_the_way(signup: Signup, shift: Shift) -> bool:
    if signup.shift_id == shift.id:
        return signup.status is not SignupStatus.WITHDRAWN
    keeps_time = signup.status in KEEPS_TIME or signup.offered_until is not None
    return keeps_time and signup.shift.event.status in timing.COUNTED and bool(timing.conflict(shift, [signup.shift]))


def _times(shift: Shift) -> str:
    """Return from when to when; the day stands above, unless the shift goes over midnight."""
    zone = shift.event.timezone
    days = {moment.astimezone(ZoneInfo(zone)).date() for moment in (shift.starts_at, shift.ends_at)}
    if len(days) > 1:
        return i18n.date_range(shift.starts_at, shift.ends_at, zone)
    return f"{i18n.time(shift.starts_at, zone)}–{i18n.time(shift.ends_at, zone)}"
