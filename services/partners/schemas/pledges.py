"""What is sent and shown of pledges."""

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from services.partners.models import Kind, PledgeStatus
from services.partners.operations.pledges import MAX_QUANTITY
from services.partners.schemas.needs import MAX_NOTE
from services.partners.schemas.units import Link
from shared.fields import Choice, Line, LocalMoment, Moment, Paragraph, Schema, Whole
from shared.texts import text as _
from shared.web.paging import PageQuery, page_of


class PledgeFields(Schema):
    """What a unit promises, wherever it is entered."""

    need_id = fields.UUID(load_default=None, allow_none=True)
    kind = Choice(Kind, load_default=None, allow_none=True)
    shift_id = fields.UUID(load_default=None, allow_none=True)
    quantity = Whole(required=True, min=1, max=MAX_QUANTITY)
    note = Paragraph(load_default="", max=MAX_NOTE)
    returnable = fields.Boolean(load_default=False)


class PledgeSchema(PledgeFields):
    """A pledge as a program makes it: in answer to a need, or of the unit's own accord for an event."""

    work_unit_id = fields.UUID(required=True)
    event_id = fields.UUID(load_default=None, allow_none=True)
    arrives_at = Moment(load_default=None, allow_none=True)


class PledgeFormSchema(PledgeFields):
    """A unit's own form: the address names the event, and ``key`` makes pressing the button twice harmless."""

    key = fields.UUID(required=True)
    arrives_at = LocalMoment(load_default=None)

    @validates_schema
    def check_words(self, data: Mapping[str, Any], **_kwargs: Any) -> None:
        """Ask what is offered where neither a shift nor a need says it."""
        if data.get("kind") is not Kind.PEOPLE and data.get("need_id") is None and not data.get("note"):
            raise ValidationError({"note": [_("Please say what your unit offers, like “bottled water, chilled”.")]})


class DeskPledgeFormSchema(PledgeFormSchema):
    """The form with which an organizer pledges for a unit."""

    work_unit_id = fields.UUID(required=True)


class ReduceSchema(Schema):
    """How much is still promised."""

    quantity = Whole(required=True, min=1, max=MAX_QUANTITY)
    reason = Line(load_default=None, allow_none=True, max=200)


class WithdrawSchema(Schema):
    """Why a pledge is taken back."""

    reason = Line(load_default=None, allow_none=True, max=200)


class DeliverSchema(Schema):
    """How much came."""

    quantity = Whole(required=True, min=1, max=MAX_QUANTITY)


class DeliveryFormSchema(Schema):
    """How much came, from a page that has another box for how much is promised."""

    delivered = Whole(required=True, min=1, max=MAX_QUANTITY)


class ReturnSchema(Schema):
    """How much of what was lent has gone back in all."""

    quantity = Whole(required=True, max=MAX_QUANTITY)


class ReturnFormSchema(Schema):
    """How much has gone back, from a page that has other boxes for quantities."""

    returned = Whole(required=True, max=MAX_QUANTITY)


class WaitSchema(Schema):
    """Whether the unit waits for the places that it did not get."""

    waits = fields.Boolean(required=True)


class ArrivalFormSchema(Schema):
    """When the unit brings what it has promised."""

    arrives_at = LocalMoment(load_default=None)


class PledgeViewSchema(Schema):
    """A pledge and what became of it. ``claimed`` of the ``held`` places have a name."""

    id = fields.UUID()
    work_unit_id = fields.UUID()
    work_unit = fields.String(attribute="work_unit.name")
    event_id = fields.UUID()
    shift_id = fields.UUID(allow_none=True)
    need_id = fields.UUID(allow_none=True)
    kind = Choice(Kind)
    quantity = fields.Integer()
    note = fields.String()
    status = Choice(PledgeStatus)
    version = fields.Integer()
    held = fields.Integer()
    claimed = fields.Integer()
    claim_url = Link(allow_none=True)
    waits = fields.Boolean()
    release_at = fields.AwareDateTime(allow_none=True)
    released = fields.Integer()
    delivered = fields.Integer(allow_none=True)
    surplus = fields.Integer()
    arrives_at = fields.AwareDateTime(allow_none=True)
    returnable = fields.Boolean()
    returned = fields.Integer()
    created_at = fields.AwareDateTime()


class PledgeQuery(PageQuery):
    """Which pledges to list."""

    event_id = fields.UUID()


PledgePageSchema = page_of(PledgeViewSchema)
