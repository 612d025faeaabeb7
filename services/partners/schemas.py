"""What people and programs send to the partners service; forms and JSON are read by the same classes."""

from collections.abc import Mapping
from typing import Any, Final

from marshmallow import ValidationError, fields, post_load, validates_schema

from services.partners import operations
from services.partners.models import Kind, PledgeStatus
from services.partners.operations.pledges import MAX_QUANTITY
from services.partners.operations.units import MAX_NAME, MAX_TEXT, MAX_UNIT_NAME
from shared import catalogues
from shared.fields import Choice, Email, Line, LocalMoment, Moment, Paragraph, Phone, Schema, Whole, size
from shared.texts import text as _
from shared.web.current import config
from shared.web.paging import PageQuery, page_of

MAX_NOTE: Final = 500
MONEY: Final = frozenset({"元", "块", "块钱", "万元", "人民币", "现金", "rmb", "cny", "yuan", "¥", "￥", "$"})
"""What cannot be counted in."""
MAX_INVITED: Final = 500
"""Units asked at once."""


class Link(fields.String):
    """A path of ours, shown as an address that can be opened from anywhere."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        path = super()._serialize(value, attr, obj, **kwargs)
        return None if path is None else f"{config.origin}{path}"


def known_language(tag: str) -> None:
    """Refuse a language that letters cannot be written in."""
    if tag not in catalogues.languages("partners"):
        raise ValidationError(_("Please choose a language from the list."))


def no_money(unit: str) -> None:
    """Refuse what counts money: units give people, rooms and things, and never money."""
    if unit.casefold() in MONEY:
        raise ValidationError(_("Money is not collected here. Please ask for the things or the help themselves."))


class ContactSchema(Schema):
    """Who speaks for a unit."""

    name = Line(required=True, min=2, max=MAX_NAME)
    phone = Phone(required=True)
    email = Email(load_default=None, allow_none=True)
    language = fields.String(load_default=catalogues.FIRST, validate=known_language)

    @post_load
    def make(self, data: dict[str, Any], **_kwargs: Any) -> operations.Person:
        """Return what the operations take."""
        return operations.Person(**data)


class EntrySchema(Schema):
    """What the directory says of a unit."""

    name = Line(required=True, min=2, max=MAX_UNIT_NAME)
    kind = Line(required=True, max=30)
    address = Line(load_default="", max=MAX_TEXT)
    offers = Line(load_default="", max=MAX_TEXT)


class WorkUnitSchema(EntrySchema):
    """A unit to be added, with its contact."""

    contact = fields.Nested(ContactSchema, required=True)


class MergeSchema(Schema):
    """Which other entry of the directory is the same unit."""

    double_id = fields.UUID(required=True)


class NeedFields(Schema):
    """What an organizer asks partners for, wherever it is entered."""

    kind = Choice(Kind, required=True)
    shift_id = fields.UUID(load_default=None, allow_none=True)
    quantity = Whole(required=True, min=1, max=MAX_QUANTITY)
    unit = Line(load_default="", max=20, validate=no_money)
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
    unit = Line(load_default="", max=20, validate=no_money)
    description = Paragraph(required=True, max=MAX_NOTE)
    due_at = LocalMoment(load_default=None)


class InvitingSchema(Schema):
    """Which units are asked for a need, and until when their links work."""

    units = fields.List(fields.UUID(), required=True, validate=size(MAX_INVITED, 1))
    expires_at = LocalMoment(load_default=None)


class ResendSchema(Schema):
    """How often an invitation had been sent when its button was shown."""

    seen = Whole(required=True)


class TakeOverSchema(Schema):
    """Which rows of the event's own list are asked of partners."""

    supplies = fields.List(fields.UUID(), required=True, validate=size(200, 1))


class PledgeFields(Schema):
    """What a unit promises, wherever it is entered."""

    need_id = fields.UUID(load_default=None, allow_none=True)
    kind = Choice(Kind, load_default=None, allow_none=True)
    shift_id = fields.UUID(load_default=None, allow_none=True)
    quantity = Whole(required=True, min=1, max=MAX_QUANTITY)
    note = Paragraph(load_default="", max=MAX_NOTE)


class PledgeSchema(PledgeFields):
    """A pledge as a program makes it: in answer to a need, or of the unit's own accord for an event."""

    work_unit_id = fields.UUID(required=True)
    event_id = fields.UUID(load_default=None, allow_none=True)


class PledgeFormSchema(PledgeFields):
    """A unit's own form: the address names the event, and ``key`` makes pressing the button twice harmless."""

    key = fields.UUID(required=True)

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


class EnterSchema(Schema):
    """The token of an access link."""

    token = Line(required=True, max=200)


class ContactViewSchema(Schema):
    """Who speaks for a unit, as the community's organizers see them."""

    name = fields.String()
    phone = fields.String()
    email = fields.String(allow_none=True)
    language = fields.String()


class WorkUnitViewSchema(Schema):
    """A unit with its contact."""

    id = fields.UUID()
    name = fields.String()
    kind = fields.String()
    address = fields.String()
    offers = fields.String()
    active = fields.Boolean()
    contact = fields.Nested(ContactViewSchema)
    contacts = fields.List(fields.Nested(ContactViewSchema))


class AccessSchema(Schema):
    """A unit with the access link of its contact, which is shown this once."""

    id = fields.UUID(attribute="unit.id")
    name = fields.String(attribute="unit.name")
    kind = fields.String(attribute="unit.kind")
    address = fields.String(attribute="unit.address")
    offers = fields.String(attribute="unit.offers")
    active = fields.Boolean(attribute="unit.active")
    contact = fields.Nested(ContactViewSchema)
    access_url = Link(attribute="path")
    access_token = fields.String(attribute="token")


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
    delivered = fields.Integer(allow_none=True)
    created_at = fields.AwareDateTime()


class NeedQuery(PageQuery):
    """Which needs to list."""

    event_id = fields.UUID()


class PledgeQuery(PageQuery):
    """Which pledges to list."""

    event_id = fields.UUID()


WorkUnitPageSchema = page_of(WorkUnitViewSchema)
NeedPageSchema = page_of(NeedViewSchema)
PledgePageSchema = page_of(PledgeViewSchema)
