"""What a shift asks of those who sign up, and what they answered."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from marshmallow import ValidationError, fields

from shared.errors import Invalid
from shared.fields import Line, Schema, Whole, messages_of
from shared.texts import text as _

LONGEST: Final = 200
MOST: Final = 1_000_000
"""A number beyond this is a slip of the finger."""
YES, NO = _("Yes"), _("No")


def read(questions: Sequence[Mapping[str, Any]], given: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the answers as they are stored, each with its question as it is asked now.

    ``given`` is by the questions' keys; what belongs to other questions is passed over. Raises Invalid beside
    ``answers``.
    """
    if not questions:
        return []
    asked = {question["key"]: _field(question) for question in questions}
    try:
        answers = Schema.from_dict(asked)().load({key: given[key] for key in asked if key in given})
    except ValidationError as error:
        raise Invalid({"answers": messages_of(error)}) from None
    return [
        {
            "key": question["key"],
            "label": question["label"],
            "kind": question["kind"],
            "value": value,
        }
        for question in questions
        if (value := answers.get(question["key"])) not in {None, ""}
    ]


def words(answer: Mapping[str, Any]) -> str:
    """Return what somebody answered, for people to read."""
    value = answer["value"]
    if isinstance(value, bool):
        return YES if value else NO
    return str(value)


def _field(question: Mapping[str, Any]) -> fields.Field[Any]:
    settings: dict[str, Any] = {
        "required": question["required"],
        "allow_none": not question["required"],
        "error_messages": {"required": _("Please answer: %(question)s", question=question["label"])},
    }
    match question["kind"]:
        case "number":
            return Whole(max=MOST, **settings)
        case "yes_no":
            return fields.Boolean(**settings)
        case "choice":
            return Line(max=LONGEST, validate=_one_of(question["options"]), **settings)
        case _:
            return Line(max=LONGEST, **settings)


def _one_of(options: Sequence[str]) -> Callable[[str], None]:
    def check(chosen: str) -> None:
        if chosen and chosen not in options:
            raise ValidationError(_("Please choose one of these: %(names)s.", names=", ".join(options)))

    return check
