"""Rules of reminders and of thanks as organizers enter them, in JSON and in forms, and as they are shown in JSON."""

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, Final

from marshmallow import ValidationError, fields, post_load, validates_schema

from services.events.rules import AT_ONCE, Milestone, Rule, Thanks
from services.events.times import Distance
from shared.fields import REQUIRED, Choice, Schema
from shared.texts import text as _

NEVER: Final = "never"
"""What the form sends where nobody is to be thanked."""
CLOCK: Final = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]", re.ASCII)
WHOLE_DAYS: Final = _("A time of day, or a milestone, goes with whole days, like P1D.")


class Of(StrEnum):
    """What a reminder comes before."""

    EVENT = "event"
    SHIFT = "shift"


class Duration(fields.String):
    """A distance, as an ISO 8601 duration; ``or_none`` allows for no distance at all."""

    def __init__(self, *, or_none: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.or_none = or_none

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        duration = super()._deserialize(value, attr, data, **kwargs)
        if self.or_none and duration == AT_ONCE:
            return duration
        try:
            Distance.parse(duration)
        except ValueError:
            text = _("Please write how long, like P1D (a day) or PT2H (two hours); at most 90 days.")
            raise ValidationError(text) from None
        return duration


class TimeOfDay(fields.String):
    """A time of the day in the event's zone: 18:00."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        written = super()._deserialize(value, attr, data, **kwargs)
        if not CLOCK.fullmatch(written):
            raise ValidationError(_("Please write a time of day from 00:00 to 23:59."))
        return written


class ReminderSchema(Schema):
    """When to remind, and of what: everybody of the event, those of each shift, or whoever owes a milestone.

    Only ``records`` come ``after`` the event; all others ``before`` it. It is loaded as the text that is kept.
    """

    before = Duration()
    after = Duration()
    at = TimeOfDay()
    of = Choice(Of)
    milestone = Choice(Milestone)

    @validates_schema
    def check_whole(self, data: Mapping[str, Any], **_kwargs: Any) -> None:
        """Ask for the one distance that goes with the milestone, and refuse what does not go together."""
        needed, other = ("after", "before") if data.get("milestone") is Milestone.RECORDS else ("before", "after")
        errors: dict[str, list[str]] = {}
        if needed not in data:
            errors[needed] = [REQUIRED]
        if other in data:
            errors[other] = [_("Only a reminder of records comes after the event, all others before it.")]
        for name in ("at", "of"):
            if name in data and "milestone" in data:
                errors[name] = [_("A milestone comes in the morning, and is about the whole event.")]
        if ("at" in data or "milestone" in data) and needed in data and Distance.parse(data[needed]).seconds:
            errors.setdefault(needed, [WHOLE_DAYS])
        if errors:
            raise ValidationError(errors)

    @post_load
    def as_text(self, data: dict[str, Any], **_kwargs: Any) -> str:
        """Return the rule as it is kept."""
        milestone = f"{data['milestone']}-" if "milestone" in data else ""
        at = f"@{data['at']}" if "at" in data else ""
        shift = "/shift" if data.get("of") is Of.SHIFT else ""
        return f"{milestone}{data.get('before') or data['after']}{at}{shift}"


class ThanksSchema(Schema):
    """When to thank those who were there: as soon as the event is completed (PT0S), or days after its end."""

    after = Duration(or_none=True, required=True)
    at = TimeOfDay()

    @validates_schema
    def check_whole(self, data: Mapping[str, Any], **_kwargs: Any) -> None:
        """Refuse hours, which nobody could foresee: an event is completed when its organizers come to it."""
        if data["after"] == AT_ONCE:
            if "at" in data:
                raise ValidationError({"at": [WHOLE_DAYS]})
        elif Distance.parse(data["after"]).seconds:
            raise ValidationError({"after": [WHOLE_DAYS]})

    @post_load
    def as_text(self, data: dict[str, Any], **_kwargs: Any) -> str:
        """Return it as it is kept."""
        return f"{data['after']}@{data['at']}" if "at" in data else str(data["after"])


class ThanksText(fields.String):
    """When to thank as the form sends it; None where nobody is to be."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str | None:  # type: ignore[override]  # never is None
        text = super()._deserialize(value, attr, data, **kwargs)
        if text == NEVER:
            return None
        try:
            return str(Thanks.parse(text))
        except ValueError:
            raise ValidationError(_("Please choose one of the answers that are offered.")) from None


def only_rules(chosen: Sequence[str]) -> None:
    """Refuse what is no rule; boxes of ours send no other."""
    if not all(map(is_rule, chosen)):
        raise ValidationError(_("Please choose one of the reminders that are offered."))


def is_rule(text: str) -> bool:
    """Say whether this is a rule of a reminder."""
    try:
        Rule.parse(text)
    except ValueError:
        return False
    return True


def shown(text: str) -> dict[str, str]:
    """Return a rule as JSON has it."""
    rule = Rule.parse(text)
    found = {"milestone": str(rule.milestone)} if rule.milestone else {}
    found["after" if rule.milestone is Milestone.RECORDS else "before"] = rule.duration
    if rule.at:
        found["at"] = f"{rule.at:%H:%M}"
    if rule.of_shift:
        found["of"] = Of.SHIFT.value
    return found


def thanks_shown(text: str | None) -> dict[str, str] | None:
    """Return when people are thanked as JSON has it."""
    if text is None:
        return None
    thanks = Thanks.parse(text)
    return {"after": thanks.after} | ({"at": f"{thanks.at:%H:%M}"} if thanks.at else {})
