"""What organizers enter for a message to many volunteers."""

from enum import StrEnum
from uuid import UUID

from marshmallow import fields

from shared.fields import Choice, Ids, Schema, size
from shared.web import mailings

MOST_SHIFTS = 200


class Whom(StrEnum):
    """Which of an event's volunteers."""

    PLACED = "placed"
    WAITLIST = "waitlist"
    EVERYBODY = "everybody"


class AudienceQuery(Schema):
    """Which of an event's volunteers, on all of its shifts or on those that are named."""

    whom = Choice(Whom, required=True)
    shift_ids: fields.List[UUID] = Ids(fields.UUID(), validate=size(MOST_SHIFTS))


class BroadcastSchema(mailings.BroadcastSchema, AudienceQuery):
    """A message to many volunteers of an event, sent at once or at ``due_at``."""

    shift_ids = fields.List(fields.UUID(), validate=size(MOST_SHIFTS))  # a program is told which one is wrong


class BroadcastForm(mailings.BroadcastForm, AudienceQuery):
    """The same as a form."""
