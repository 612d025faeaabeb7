"""What the partners service tells the others: units and quantities, never a contact."""

from marshmallow import fields, validate

from shared.contracts.schema import Count, MessageSchema

KINDS = ("people", "venue", "supplies", "speaker")


class NeedPostedSchema(MessageSchema):
    """An event asks partners for something."""

    message_type = "need.posted"
    subject = "need_id"

    need_id = fields.UUID(required=True)
    event_id = fields.UUID(required=True)
    shift_id = fields.UUID(load_default=None, allow_none=True)
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    quantity = fields.Integer(required=True, strict=True, validate=Count)
    unit = fields.String(load_default="")
    description = fields.String(load_default="")
    due_at = fields.AwareDateTime(load_default=None, allow_none=True)
    returnable = fields.Boolean(load_default=False)
    """Whether it is lent, like a tent, and goes back after the event."""


class PledgeSchema(MessageSchema):
    """A pledge's whole state. ``quantity`` is what the unit still promises: 0 once it has withdrawn."""

    subject = "pledge_id"

    pledge_id = fields.UUID(required=True)
    event_id = fields.UUID(required=True)
    shift_id = fields.UUID(load_default=None, allow_none=True)
    need_id = fields.UUID(load_default=None, allow_none=True)
    work_unit_id = fields.UUID(required=True)
    work_unit = fields.String(required=True)
    """The unit's name; units are organisations, so it is not personal."""
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    quantity = fields.Integer(required=True, strict=True, validate=Count)
    waits = fields.Boolean(load_default=False)
    """Whether the unit wants places that it did not get, should they become free."""
    release_at = fields.AwareDateTime(load_default=None, allow_none=True)
    """When places that have no name by then go to others; None where they stay kept."""
    claim_link = fields.Integer(load_default=0, strict=True, validate=Count)
    """How often the unit asked for another claim link; each higher number ends the link before."""


class PledgeMadeSchema(PledgeSchema):
    """A unit promises something."""

    message_type = "pledge.made"


class PledgeReducedSchema(PledgeSchema):
    """A unit promises less than before."""

    message_type = "pledge.reduced"


class PledgeWithdrawnSchema(PledgeSchema):
    """A unit promises nothing any more."""

    message_type = "pledge.withdrawn"
