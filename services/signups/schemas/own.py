"""What may be entered on a volunteer's own pages."""

from marshmallow import ValidationError, fields

from services.signups.schemas import FormSchema, says
from shared import catalogues
from shared.fields import Email, Line, Phone, Schema
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


class TakerForm(FormSchema):
    """Somebody who takes the place that another gives away: the sign-up form of one person, with no shift to choose."""

    class Meta(FormSchema.Meta):
        """What the form of a place that is given away does not have."""

        exclude = ("shift_id", "companions", "may_wait", "claim", "shows_name", "opened", "website")
