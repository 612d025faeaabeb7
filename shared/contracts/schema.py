"""What all contracts have in common."""

from typing import ClassVar

from marshmallow import EXCLUDE, Schema, fields, validate

Count = validate.Range(min=0)


class MessageSchema(Schema):
    """A message's data. ``message_type`` is also its routing key; ``subject`` names the field with the aggregate's id.

    ``version`` grows with each change of the aggregate: a reader applies a message only when its version is
    higher than that of the reader's copy.
    """

    message_type: ClassVar[str]
    subject: ClassVar[str]

    version = fields.Integer(required=True, strict=True, validate=validate.Range(min=1))


class PartSchema(Schema):
    """A part of a message's data; what a newer writer added to it is ignored, as in the whole."""

    class Meta:
        """Read leniently."""

        unknown = EXCLUDE
