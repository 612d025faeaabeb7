"""What may be entered on a volunteer's own pages."""

from marshmallow import ValidationError, fields

from services.signups.schemas import CodeBy, GuardianSchema, says
from shared import catalogues
from shared.fields import Choice, Day, Email, Line, Phone, Schema, true
from shared.texts import text as _


class PersonSchema(Schema):
    """A person, as they are known."""

    name = Line(min=2, max=50, required=True, error_messages=says(_("Please enter the name.")))
    phone = Phone(required=True, error_messages=says(_("Please enter the mobile number, 11 digits.")))


def _known_language(tag: str) -> None:
    if tag not in catalogues.languages("signups"):
        raise ValidationError(_("Please choose a language from the list."))


class DetailsSchema(Schema):
    """What somebody may change of what they entered; name and guardian's phone only where the page has them."""

    name = Line(min=2, max=50, required=True, error_messages=says(_("Please enter the name.")))
    email = Email(allow_none=True)
    guardian_phone = Phone(required=True, error_messages=says(_("Please enter the guardian's mobile number.")))
    language = fields.String(required=True, validate=_known_language)


class TakerForm(Schema):
    """Somebody who takes the place that another gives away; ``key`` was made with the page.

    What the shift asks is read by ``entering``; ``skilled`` holds the shift for whoever has its skills.
    """

    name = Line(min=2, max=50, required=True, error_messages=says(_("Please enter the name.")))
    phone = Phone(required=True, error_messages=says(_("Please enter the mobile number, 11 digits.")))
    email = Email(allow_none=True)
    birth_date = Day(allow_none=True)
    guardian = fields.Nested(GuardianSchema, allow_none=True)
    skilled = fields.List(fields.UUID())
    consent = fields.Boolean(required=True, validate=true)
    code = Line(max=6, min=6, allow_none=True)
    code_by = Choice(CodeBy)
    key = fields.UUID(required=True)
