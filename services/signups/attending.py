"""What may be entered on the day: a phone's scans, and six digits at the wall."""

import unicodedata
from enum import StrEnum
from typing import Any

from marshmallow import ValidationError, fields

from services.signups.models import ScanKind
from services.signups.models.check_in import DIGITS
from shared.fields import Choice, Line, Moment, Schema
from shared.texts import text as _


class Digits(Line):
    """Six digits, in any dress and however they are spaced."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max=4 * DIGITS, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        written = unicodedata.normalize("NFKC", super()._deserialize(value, attr, data, **kwargs))
        digits = "".join(written.split())
        if len(digits) != DIGITS or not (digits.isascii() and digits.isdecimal()):
            raise ValidationError(_("Please enter the six digits."))
        return digits


class ScanSchema(Schema):
    """A scan as a phone sends it, once or several times."""

    nonce = fields.UUID(required=True)
    signup_id = fields.UUID(required=True)
    kind = Choice(ScanKind, required=True)
    at = Moment(required=True)


class RestForm(Schema):
    """Of which shift nobody else will come."""

    shift_id = fields.UUID(required=True)


class HereStep(StrEnum):
    """What somebody may note of themselves."""

    CHECK_IN = "check-in"
    CHECK_OUT = "check-out"


class HereForm(Schema):
    """Somebody who has come or leaves: ``wall`` is the code that they scanned, ``code`` their own six digits."""

    wall = Line(max=100, load_default="")
    step = Choice(HereStep, load_default=HereStep.CHECK_IN)
    signup_id = fields.UUID()
    code = Digits()
