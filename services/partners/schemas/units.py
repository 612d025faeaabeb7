"""What is sent and shown of work units and their contacts."""

from typing import Any

from marshmallow import ValidationError, fields, post_load

from services.partners import contacts, operations
from services.partners.operations.units import MAX_NAME, MAX_TEXT, MAX_UNIT_NAME
from shared import catalogues
from shared.fields import Email, Line, Phone, Schema
from shared.texts import text as _
from shared.web.current import config
from shared.web.paging import page_of


class Link(fields.String):
    """A path of ours, shown as an address that can be opened from anywhere."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        path = super()._serialize(value, attr, obj, **kwargs)
        return None if path is None else f"{config.origin}{path}"


def known_language(tag: str) -> None:
    """Refuse a language that letters cannot be written in."""
    if tag not in catalogues.languages("partners"):
        raise ValidationError(_("Please choose a language from the list."))


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


class EnterSchema(Schema):
    """The token of an access link."""

    token = Line(required=True, max=200)


class ContactViewSchema(Schema):
    """Who speaks for a unit, as the community's organizers see them."""

    name = fields.String()
    phone = fields.Function(contacts.number, metadata={"type": "string"})
    email = fields.Function(contacts.email, metadata={"type": ["string", "null"]})
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


WorkUnitPageSchema = page_of(WorkUnitViewSchema)
