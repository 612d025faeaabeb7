"""What the sign-up service tells the others: counts and states, never who."""

from marshmallow import fields, validate

from shared.contracts.schema import Count, MessageSchema


class SignupSchema(MessageSchema):
    """A sign-up's whole state. ``pledge_id`` says for which unit's pledge the place was claimed, if any."""

    subject = "signup_id"

    signup_id = fields.UUID(required=True)
    event_id = fields.UUID(required=True)
    shift_id = fields.UUID(required=True)
    status = fields.String(
        required=True,
        validate=validate.OneOf(["confirmed", "waitlisted", "withdrawn", "attended", "absent"]),
    )
    pledge_id = fields.UUID(load_default=None, allow_none=True)


class SignupConfirmedSchema(SignupSchema):
    """The person has a place."""

    message_type = "signup.confirmed"


class SignupWaitlistedSchema(SignupSchema):
    """The person waits for a place. ``offered``: one is kept for them until they have answered, so it is not free."""

    message_type = "signup.waitlisted"

    offered = fields.Boolean(load_default=False)


class SignupWithdrawnSchema(SignupSchema):
    """The person has neither place nor turn any more."""

    message_type = "signup.withdrawn"


class SignupAttendedSchema(SignupSchema):
    """The person was there; ``minutes`` are those that count as service, once that is settled."""

    message_type = "signup.attended"

    checked_in_at = fields.AwareDateTime(load_default=None, allow_none=True)
    checked_out_at = fields.AwareDateTime(load_default=None, allow_none=True)
    minutes = fields.Integer(load_default=None, allow_none=True, strict=True, validate=Count)


class SignupAbsentSchema(SignupSchema):
    """The person did not come."""

    message_type = "signup.absent"


class PlacesSchema(MessageSchema):
    """A hold's whole state, in places.

    ``requested`` is what the unit pledged, ``held`` what it was given (claimed ones included), ``claimed`` how
    many of these have a name. So ``held - claimed`` places are kept and nameless, and ``requested - held`` were
    not to be had. ``claim_url`` is the path of the page on which the unit's people enter their own names, by the link
    that the pledge asked for as its ``claim_link``.
    """

    subject = "pledge_id"

    pledge_id = fields.UUID(required=True)
    event_id = fields.UUID(required=True)
    shift_id = fields.UUID(required=True)
    requested = fields.Integer(required=True, strict=True, validate=Count)
    held = fields.Integer(required=True, strict=True, validate=Count)
    claimed = fields.Integer(required=True, strict=True, validate=Count)
    claim_url = fields.String(load_default=None, allow_none=True)
    claim_link = fields.Integer(load_default=0, strict=True, validate=Count)


class PlacesHeldSchema(PlacesSchema):
    """Places are kept for a unit, or one of them got or lost its name."""

    message_type = "places.held"


class PlacesReleasedSchema(PlacesSchema):
    """Places that were kept for a unit were given back, or none could be had."""

    message_type = "places.released"


class CapacityRefusedSchema(MessageSchema):
    """A shift was to have fewer places than are taken or kept: people came in while its organizer lowered it.

    ``version`` is that of the event whose capacity could not be met, ``taken`` the places that stay in use.
    """

    message_type = "capacity.refused"
    subject = "shift_id"

    shift_id = fields.UUID(required=True)
    event_id = fields.UUID(required=True)
    taken = fields.Integer(required=True, strict=True, validate=Count)


class FeedbackGivenSchema(MessageSchema):
    """What somebody who was there thought of it: scores from 1 (bad) to 5 (good); never who, nor in which words."""

    message_type = "feedback.given"
    subject = "signup_id"

    signup_id = fields.UUID(required=True)
    event_id = fields.UUID(required=True)
    overall = fields.Integer(required=True, strict=True, validate=validate.Range(min=1, max=5))
    organised = fields.Integer(required=True, strict=True, validate=validate.Range(min=1, max=5))
    again = fields.Boolean(required=True)
