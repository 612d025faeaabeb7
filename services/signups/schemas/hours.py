"""What may be entered about hours and the record beside them."""

import re
import unicodedata
from typing import Any, Final

from marshmallow import ValidationError, fields, validates_schema

from services.signups.models import Outcome, RecordKind
from services.signups.schemas import says
from shared.fields import Choice, Day, Line, Paragraph, Schema, Whole
from shared.texts import text as _

DAY: Final = 24 * 60
"""Minutes."""


def _reason() -> Line:
    said = says(_("Please give a reason: the volunteer may ask for it."))
    return Line(min=2, max=200, required=True, error_messages=said)


class DecisionForm(Schema):
    """What becomes of hours that wait; without ``minutes`` they are taken as they are."""

    minutes = Whole(max=DAY, load_default=None)
    reason = Line(max=200, load_default="")
    outcome = Choice(Outcome, required=True, error_messages=says(_("Please say whether the hours count.")))


class CorrectionForm(Schema):
    """The right minutes of an entry, 0 where nothing counts."""

    minutes = Whole(max=DAY, required=True, error_messages=says(_("Please enter the right number of minutes.")))
    reason = _reason()


class ProposalForm(Schema):
    """Minutes of somebody who was there without having been checked in."""

    signup_id = fields.UUID(required=True, error_messages=says(_("Please choose a shift.")))
    minutes = Whole(min=1, max=DAY, required=True, error_messages=says(_("Please enter the number of minutes.")))
    reason = _reason()


class RecordForm(Schema):
    """A training, an award or an appraisal. Trainings have minutes, and all but appraisals a name."""

    kind = Choice(RecordKind, required=True, error_messages=says(_("Please choose what it is.")))
    title = Line(max=100, load_default="")
    content = Paragraph(max=500, load_default="")
    minutes = Whole(min=1, max=100 * DAY, load_default=None)
    by_whom = Line(max=50, required=True, error_messages=says(_("Please say who taught, awarded or judged it.")))
    day = Day(required=True, error_messages=says(_("Please enter the day.")))

    @validates_schema
    def check_what_the_kind_needs(self, data: dict[str, Any], **_kwargs: Any) -> None:
        """Ask for what the rules want of each kind (民政部令第67号, art. 7 to 9)."""
        if data["kind"] is RecordKind.APPRAISAL:
            if not data["content"]:
                raise ValidationError(_("Please write down the appraisal."), "content")
            return
        if not data["title"]:
            raise ValidationError(_("Please enter the name of the training or award."), "title")
        if data["kind"] is RecordKind.TRAINING and data["minutes"] is None:
            raise ValidationError(_("Please enter how long the training was."), "minutes")


class IdNumber(fields.String):
    """A resident's ID number of 18 signs with its check digit (GB 11643-1999); loaded with a capital X."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        written = super()._deserialize(value, attr, data, **kwargs)
        number = "".join(unicodedata.normalize("NFKC", written).upper().split())
        if not re.fullmatch(r"[1-9][0-9]{16}[0-9X]", number) or number[-1] != _check_digit(number[:-1]):
            raise ValidationError(_("This ID number is not right. Please enter all 18 signs, or leave it out."))
        return number


class CertificateForm(Schema):
    """What a certificate is to say. The ID number is printed without its middle, and the whole one is not kept."""

    since = Day(required=True, error_messages=says(_("Please enter the first day.")))
    until = Day(required=True, error_messages=says(_("Please enter the last day.")))
    id_number = IdNumber(load_default=None)


class OwnCertificateForm(CertificateForm):
    """The same, where the person asks: who of those that the links open, and of which community."""

    person = fields.UUID(required=True)
    community = Line(max=100, required=True, error_messages=says(_("Please choose the community.")))


class RevocationForm(Schema):
    """Why a certificate holds no more."""

    reason = Line(min=2, max=200, required=True, error_messages=says(_("Please give a reason.")))


def _check_digit(digits: str) -> str:
    """Return the last sign of an ID number (ISO 7064, MOD 11-2)."""
    total = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(digits))
    return "10X98765432"[total % 11]
