"""What is sent and shown of needs and of invitations to them."""

from typing import Final

from marshmallow import fields

from services.partners.models import Kind
from services.partners.operations.pledges import MAX_QUANTITY
from shared.fields import Choice, Ids, Line, LocalMoment, Moment, Paragraph, Schema, Whole, size
from shared.web.paging import PageQuery, page_of

MAX_NOTE: Final = 500
MAX_SUPPLIES: Final = 200
"""Rows of an event's own list."""
MAX_INVITED: Final = 500
"""Units asked at once."""


class NeedFields(Schema):
    """What an organizer asks partners for, wherever it is entered."""

    kind = Choice(Kind, required=True)
    shift_id = fields.UUID(load_default=None, allow_none=True)
    quantity = Whole(required=True, min=1, max=MAX_QUANTITY)
    unit = Line(load_default="", max=20)
    description = Paragraph(required=True, max=MAX_NOTE)
    returnable = fields.Boolean(load_default=False)


class NeedSchema(NeedFields):
    """A need as a program posts it."""

    event_id = fields.UUID(required=True)
    due_at = Moment(load_default=None, allow_none=True)


class NeedFormSchema(NeedFields):
    """A need from a form: the address names the event, and times are those of its place."""

    due_at = LocalMoment(load_default=None)


class NeedChangeSchema(Schema):
    """What is said differently of a need, by a form on its page."""

    quantity = Whole(required=True, max=MAX_QUANTITY)
    unit = Line(load_default="", max=20)
    description = Paragraph(required=True, max=MAX_NOTE)
    due_at = LocalMoment(load_default=None)


class InvitingSchema(Schema):
    """Which units are asked for a need, and until when their links work."""

    units = Ids(fields.UUID(), required=True, validate=size(MAX_INVITED, 1))
    expires_at = LocalMoment(load_default=None)


class ResendSchema(Schema):
    """How often an invitation had been sent when its button was shown."""

    seen = Whole(required=True)


class TakeOverSchema(Schema):
    """Which rows of the event's own list are asked of partners."""

    supplies = Ids(fields.UUID(), required=True, validate=size(MAX_SUPPLIES, 1))


class NeedViewSchema(Schema):
    """A need and how much of it has been pledged."""

    id = fields.UUID(attribute="need.id")
    event_id = fields.UUID(attribute="need.event_id")
    shift_id = fields.UUID(attribute="need.shift_id", allow_none=True)
    kind = Choice(Kind, attribute="need.kind")
    quantity = fields.Integer(attribute="need.quantity")
    unit = fields.String(attribute="need.unit")
    returnable = fields.Boolean(attribute="need.returnable")
    description = fields.String(attribute="need.description")
    due_at = fields.AwareDateTime(attribute="need.due_at", allow_none=True)
    pledged = fields.Integer()
    open = fields.Integer()


class NeedQuery(PageQuery):
    """Which needs to list."""

    event_id = fields.UUID()


NeedPageSchema = page_of(NeedViewSchema)
