"""What may be entered on the pages of the programme and of the shifts, item by item and shift by shift."""

from marshmallow import fields

from services.events.schemas import ItemFormSchema
from services.events.shift_words import MAX_CAPACITY
from shared.fields import Day, Line, LocalMoment, Schema, Whole


class VersionSchema(Schema):
    """The version of the event that the page was drawn from."""

    version = Whole(min=1, required=True)


class ItemSchema(ItemFormSchema, VersionSchema):
    """A programme item, and whether the rest stays where it is."""

    class Meta:
        """The item's id is in the address."""

        exclude = ("id",)

    only_this = fields.Boolean()


class MoveSchema(VersionSchema):
    """Where an item is to go: one place up or down its sequence, or ``before`` another item; without one to the end."""

    direction = fields.String()
    before = fields.UUID()


class ShiftSchema(VersionSchema):
    """What can be changed of a shift in the grid."""

    starts_at = LocalMoment(required=True)
    ends_at = LocalMoment(required=True)
    capacity = Whole(min=1, max=MAX_CAPACITY, required=True)
    minimum = Whole(max=MAX_CAPACITY, load_default=0)


class NewShiftSchema(ShiftSchema):
    """A new shift; what the form does not ask for is as in the shift ``like``."""

    role = Line(max=50, required=True)
    like = fields.UUID()


class CopyDaySchema(VersionSchema):
    """Which day's shifts to copy, and to which day."""

    day = Day(required=True)
    to = Day(required=True)
