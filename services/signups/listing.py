"""A list of people as it is pasted: a line for each, with the name and the mobile number."""

import re
from typing import Final

from marshmallow import ValidationError, fields

from shared.errors import Invalid
from shared.fields import Line, Paragraph, Phone, Schema, messages_of, true
from shared.names import name_key
from shared.texts import Text
from shared.texts import text as _

MOST: Final = 200
"""People on one list."""
LONGEST: Final = 200
"""Characters in a line: more than a name and a number, and few enough to try every place where the name may end."""
PERSON: Final = re.compile(r"(?P<name>.+?)[\s,，、;；:：]+(?P<phone>[+＋]?\d[\d\s()（）-]*)")


class ListForm(Schema):
    """The list and the word of whoever sends it: everybody on it has agreed. ``key`` was made with the page."""

    people = Paragraph(max=20_000, required=True)
    consent = fields.Boolean(required=True, validate=true)
    key = fields.UUID(required=True)


class _PersonSchema(Schema):
    """Somebody on the list."""

    name = Line(min=2, max=50, required=True)
    phone = Phone(required=True)


def read(text: str) -> list[dict[str, str]]:
    """Return name and phone of each line, empty ones left out; raises Invalid that says what is wrong in which line."""
    lines = [(number, line) for number, line in enumerate(text.split("\n"), start=1) if line]
    if len(lines) > MOST:
        raise Invalid({"people": [_("Please enter %(n)s people at most in one go.", n=MOST)]})
    people: list[dict[str, str]] = []
    first_at: dict[tuple[str, str], int] = {}
    errors: list[Text] = []
    for number, line in lines:
        try:
            one = _person(line)
        except ValidationError as error:
            reasons = [text for texts in messages_of(error).values() for text in texts]
            errors += [_("Line %(n)s: %(reason)s", n=number, reason=reason) for reason in reasons]
            continue
        earlier = first_at.setdefault((name_key(one["name"]), one["phone"]), number)
        if earlier != number:
            errors.append(_("Line %(n)s: the same person stands in line %(earlier)s.", n=number, earlier=earlier))
        people.append(one)
    if errors:
        raise Invalid({"people": errors})
    return people


def _person(line: str) -> dict[str, str]:
    if len(line) > LONGEST:
        raise ValidationError(
            {"people": [_("Please write one person in a line, with the name and the mobile number.")]}
        )
    found = PERSON.fullmatch(line)
    if found is None:
        raise ValidationError({"people": [_("Please write the name, a comma and the mobile number.")]})
    loaded: dict[str, str] = _PersonSchema().load(found.groupdict())
    return loaded
