"""What an event asks at the volunteer's door: its settings, and the questions of its shifts; it knows no web."""

import re
import secrets
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, Final

from marshmallow import ValidationError, fields, post_load, validates_schema

from services.events.checks import MAX_SHIFTS
from services.events.series import Scope
from shared.fields import Choice, Line, Schema, Whole, size
from shared.texts import Text
from shared.texts import text as _

SETTINGS: Final[Mapping[str, Any]] = {
    "offer_minutes": 120,
    "asks_code": False,
    "travel_minutes": 0,
    "daily_hours": None,
    "rest_hours": None,
}
"""What an event asks of everybody, as it is where nobody says otherwise; None is no bound."""
OF_SHIFT: Final[Mapping[str, Any]] = {"questions": [], "swap_approval": False}
"""What a shift asks, as it is where nobody says otherwise."""
MAX_QUESTIONS: Final = 8
MAX_LABEL: Final = 100
OPTIONS: Final = range(2, 13)
"""How many answers a choice may offer."""
KEY: Final = re.compile(r"[a-z0-9][a-z0-9_]{0,31}")


class QuestionKind(StrEnum):
    """What an answer is."""

    TEXT = "text"
    CHOICE = "choice"
    NUMBER = "number"
    YES_NO = "yes_no"


class QuestionSchema(Schema):
    """A question; answers are kept under its ``key``, which stays when the words change. Without one it is new."""

    key = fields.String()
    kind = Choice(QuestionKind, required=True)
    label = Line(max=MAX_LABEL, required=True)
    options = fields.List(Line(max=MAX_LABEL, required=True), load_default=list)
    required = fields.Boolean(load_default=False)

    @validates_schema
    def check_whole(self, data: Mapping[str, Any], **_kwargs: Any) -> None:
        """Ask a choice for what it offers, and refuse a key that could not be part of a form."""
        errors = {}
        if "key" in data and not KEY.fullmatch(data["key"]):
            errors["key"] = [_("A key has up to 32 small letters, digits and underscores. Leave it out for a new one.")]
        wrong = _wrong_options(data["kind"], data["options"])
        if wrong is not None:
            errors["options"] = [wrong]
        if errors:
            raise ValidationError(errors)

    @post_load
    def plain(self, data: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        """Return the question as it is stored and sent; one without a key gets its own."""
        return {
            "key": data.get("key") or secrets.token_hex(4),
            "kind": data["kind"].value,
            "label": data["label"],
            "options": data["options"],
            "required": data["required"],
        }


class ShiftAsks(Schema):
    """What a shift asks of those who sign up for it."""

    questions = fields.List(fields.Nested(QuestionSchema), validate=size(MAX_QUESTIONS))
    swap_approval = fields.Boolean()

    @validates_schema
    def check_keys(self, data: Mapping[str, Any], **_kwargs: Any) -> None:
        """Refuse two questions whose answers would be kept in the same place."""
        keys = [question["key"] for question in data.get("questions", ())]
        twice = {
            place: {"key": [_("Two questions have this key. Leave it out for a new question.")]}
            for place, key in enumerate(keys)
            if key in keys[:place]
        }
        if twice:
            raise ValidationError({"questions": twice})


class EventAsks(Schema):
    """What an event asks of everybody who signs up."""

    offer_minutes = Whole(min=15, max=2880)
    asks_code = fields.Boolean()
    travel_minutes = Whole(max=240)
    daily_hours = Whole(min=1, max=24, allow_none=True)
    rest_hours = Whole(min=1, max=24, allow_none=True)


class Lines(fields.String):
    """What a box of several lines holds, a text for each line; empty lines mean nothing."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[str]:  # type: ignore[override]  # one box, many texts
        written = super()._deserialize(value, attr, data, **kwargs)
        line = Line(max=MAX_LABEL)
        return [text for row in written.splitlines() if (text := line.deserialize(row))]


class QuestionFormSchema(QuestionSchema):
    """A question as a form sends it."""

    options = Lines(load_default=list)  # type: ignore[assignment]  # one box


class ShiftAsksFormSchema(ShiftAsks):
    """What the form says of a shift that is there."""

    id = fields.UUID(required=True)
    questions = fields.List(fields.Nested(QuestionFormSchema), validate=size(MAX_QUESTIONS), load_default=list)


class AsksFormSchema(EventAsks):
    """All that an event asks, as its form sends it; an empty box means no bound."""

    version = Whole(min=1, required=True)
    scope = Choice(Scope, load_default=Scope.ONE)
    offer_minutes = Whole(min=15, max=2880, required=True)
    travel_minutes = Whole(max=240, load_default=0)
    daily_hours = Whole(min=1, max=24, load_default=None)
    rest_hours = Whole(min=1, max=24, load_default=None)
    shifts = fields.List(fields.Nested(ShiftAsksFormSchema), validate=size(MAX_SHIFTS), load_default=list)


def _wrong_options(kind: QuestionKind, options: Sequence[str]) -> Text | None:
    if kind is not QuestionKind.CHOICE:
        return _("Only a choice has answers to choose from. Please leave this empty.") if options else None
    if len(options) not in OPTIONS:
        return _(
            "A choice offers %(least)s to %(most)s answers, each in a line of its own.",
            least=OPTIONS.start,
            most=OPTIONS.stop - 1,
        )
    return _("One answer stands here twice.") if len(set(options)) < len(options) else None
