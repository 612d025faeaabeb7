"""What is entered for a message to many, and how mailings are told to programs."""

from typing import Final

from marshmallow import fields

from shared.fields import Choice, Line, LocalMoment, Moment, Paragraph, Schema
from shared.notices.tables import MailingState
from shared.web import paging

MAX_SUBJECT: Final = 60
MAX_BODY: Final = 1000


class MessageSchema(Schema):
    """A message in one language."""

    subject = Line(max=MAX_SUBJECT, required=True)
    body = Paragraph(max=MAX_BODY, required=True)


class WordsSchema(Schema):
    """What a message says; whoever reads English gets the Chinese text where there is no other."""

    chinese = fields.Nested(MessageSchema, required=True)
    english = fields.Nested(MessageSchema)


class BroadcastSchema(WordsSchema):
    """A message to many about an event, sent at once or at ``due_at``; each service adds whom it is for."""

    event_id = fields.UUID(required=True)
    due_at = Moment()


class BroadcastForm(WordsSchema):
    """The same as a form, whose times are those of the event's place. ``key`` was made with the page."""

    due_at = LocalMoment()
    key = fields.UUID(required=True)


class MailingQuery(paging.PageQuery):
    """Which mailings are wanted: those of the community's events, or of one of them."""

    event_id = fields.UUID()


class MailingSchema(Schema):
    """One notice to each of many people: ``total`` of them, ``planned`` so far, ``states`` by where they stand.

    A broadcast has its text with it.
    """

    id = fields.UUID()
    event_id = fields.UUID()
    kind = fields.String()
    state = Choice(MailingState)
    due_at = fields.AwareDateTime()
    expires_at = fields.AwareDateTime(allow_none=True)
    created_at = fields.AwareDateTime()
    ended_at = fields.AwareDateTime(allow_none=True)
    total = fields.Integer()
    planned = fields.Integer()
    states = fields.Dict(keys=fields.String(), values=fields.Integer())
    chinese = fields.Nested(MessageSchema, allow_none=True)
    english = fields.Nested(MessageSchema, allow_none=True)


MailingPageSchema = paging.page_of(MailingSchema)


class StoppedSchema(Schema):
    """What a stop came to: how many notices had gone out, and how many were taken back."""

    gone = fields.Integer()
    taken_back = fields.Integer()
