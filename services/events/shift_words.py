"""What may be entered for a shift, be it as JSON, in a form or in a sheet; it knows no web."""

from typing import Final

from marshmallow import fields

from shared.fields import Line, Paragraph, Schema, Whole, size

MAX_CAPACITY: Final = 2000


class ShiftWords(Schema):
    """What a shift says besides its times."""

    role = Line(max=50, required=True)
    description = Paragraph(max=500)
    capacity = Whole(min=1, max=MAX_CAPACITY, required=True)
    minimum = Whole(max=MAX_CAPACITY)
    min_age = Whole(max=100, allow_none=True)
    skills = fields.List(Line(max=30, required=True), validate=size(10))
    counts_as_service = fields.Boolean()
    training = Line(max=200)
    insured = fields.Boolean()
