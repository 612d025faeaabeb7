"""What the events service tells the others."""

from marshmallow import fields, validate

from shared.contracts.schema import Count, MessageSchema, PartSchema


class VenueSchema(PartSchema):
    """Where people meet."""

    name = fields.String(required=True)
    address = fields.String(required=True)


class QuestionSchema(PartSchema):
    """What a shift asks of those who sign up for it; ``key`` stays the same when the words change."""

    key = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(["text", "choice", "number", "yes_no"]))
    label = fields.String(required=True)
    options = fields.List(fields.String(), load_default=list)
    """What a choice offers."""
    required = fields.Boolean(load_default=False)


class ShiftSchema(PartSchema):
    """A role at a time, with its capacity in places. ``min_age`` is in years on the day of the shift."""

    shift_id = fields.UUID(required=True)
    role = fields.String(required=True)
    description = fields.String(load_default="")
    starts_at = fields.AwareDateTime(required=True)
    ends_at = fields.AwareDateTime(required=True)
    capacity = fields.Integer(required=True, strict=True, validate=Count)
    minimum = fields.Integer(load_default=0, strict=True, validate=Count)
    min_age = fields.Integer(load_default=None, allow_none=True, strict=True, validate=Count)
    skills = fields.List(fields.String(), load_default=list)
    counts_as_service = fields.Boolean(load_default=True)
    training = fields.String(load_default="")
    """What people must have been taught before; empty where nothing."""
    insured = fields.Boolean(load_default=False)
    """Whether the office insures whoever helps against accidents."""
    questions = fields.List(fields.Nested(QuestionSchema), load_default=list)
    swap_approval = fields.Boolean(load_default=False)
    """Whether an organizer has to agree before a place is handed on."""


class SupplySchema(PartSchema):
    """Something that the event needs, by its organizers' own list: so many of what ``unit`` says."""

    supply_id = fields.UUID(required=True)
    label = fields.String(required=True)
    quantity = fields.Integer(required=True, strict=True, validate=Count)
    unit = fields.String(load_default="")


class EventSchema(MessageSchema):
    """An event's whole state; a shift that is no longer listed has been taken away."""

    subject = "event_id"

    event_id = fields.UUID(required=True)
    community = fields.String(required=True)
    slug = fields.String(required=True)
    theme = fields.String(required=True)
    title = fields.String(required=True)
    summary = fields.String(load_default="")
    status = fields.String(required=True, validate=validate.OneOf(["published", "cancelled", "completed"]))
    reason = fields.String(load_default=None, allow_none=True)
    venue = fields.Nested(VenueSchema, required=True)
    timezone = fields.String(required=True)
    starts_at = fields.AwareDateTime(required=True)
    ends_at = fields.AwareDateTime(required=True)
    lunar = fields.Boolean(load_default=False)
    """Whether the festival has its day on the Chinese calendar, which is then named beside the date."""
    occurrence = fields.Integer(required=True, strict=True, validate=Count)
    """How often the event has been moved: reminders of an earlier occurrence are void."""
    waitlist = fields.Boolean(load_default=True)
    """Whether a full shift takes names for its waitlist."""
    conditions = fields.String(load_default="")
    risks = fields.String(load_default="")
    contact = fields.String(load_default="")
    """The office's own public line for questions, never a person's."""
    offer_minutes = fields.Integer(load_default=120, strict=True, validate=Count)
    """For how long a place that becomes free in the last 48 hours is kept for the person it is offered to."""
    asks_code = fields.Boolean(load_default=False)
    """Whether a sign-up needs a one-time code that was sent to the person."""
    travel_minutes = fields.Integer(load_default=0, strict=True, validate=Count)
    """What has to lie between a shift of this event and another shift at another venue."""
    daily_hours = fields.Integer(load_default=None, allow_none=True, strict=True, validate=Count)
    """The most hours that somebody may serve on a day with a shift of this event."""
    rest_hours = fields.Integer(load_default=None, allow_none=True, strict=True, validate=Count)
    """The least rest between the last shift of one day and a shift of this event on the next."""
    thanks = fields.Boolean(load_default=True)
    """Whether those who were there are thanked, and asked how it was."""
    thanks_at = fields.AwareDateTime(load_default=None, allow_none=True)
    """When that is; at once as the event is completed where there is no moment, or it has passed."""
    shifts = fields.List(fields.Nested(ShiftSchema), required=True)
    supplies = fields.List(fields.Nested(SupplySchema), load_default=list)
    """As the list stood when the event was last published or changed; getting ready does not change the event."""


class EventPublishedSchema(EventSchema):
    """The event may be seen and signed up for."""

    message_type = "event.published"


class EventChangedSchema(EventSchema):
    """Something about a published event is different now."""

    message_type = "event.changed"


class EventUnpublishedSchema(EventSchema):
    """The event is a draft again: nobody had signed up for it, and nobody can any more."""

    message_type = "event.unpublished"

    status = fields.String(required=True, validate=validate.Equal("draft"))


class EventCancelledSchema(EventSchema):
    """The event will not take place; ``reason`` says why."""

    message_type = "event.cancelled"


class EventCompletedSchema(EventSchema):
    """The event is over and its attendance can be settled."""

    message_type = "event.completed"


class ReminderDueSchema(MessageSchema):
    """It is time to remind the people of an event. ``version`` is that of the event when the reminder was planned.

    ``rule`` names the reminder among those of the event, beginning with the distance from the start as an ISO 8601
    duration (``P1D``, ``P1D@18:00``, ``PT2H/shift``). A person is told once for each event, rule and occurrence, and
    not after ``expires_at``. Who signed up after ``due_at`` is not told.
    """

    message_type = "reminder.due"
    subject = "event_id"

    event_id = fields.UUID(required=True)
    rule = fields.String(required=True)
    occurrence = fields.Integer(required=True, strict=True, validate=Count)
    due_at = fields.AwareDateTime(required=True)
    expires_at = fields.AwareDateTime(required=True)
    shift_ids = fields.List(fields.UUID(), load_default=list)
    """The shifts whose people are meant; everybody's where there are none. Units are only told of the whole event."""


class MilestoneReachedSchema(MessageSchema):
    """A moment has come at which something promised for an event should be there: whoever owes it is reminded.

    ``milestone`` says of what: ``supplies``, of what units still have to bring. A unit is told once for each event,
    rule and occurrence, and not after ``expires_at``.
    """

    message_type = "milestone.reached"
    subject = "event_id"

    event_id = fields.UUID(required=True)
    milestone = fields.String(required=True)
    rule = fields.String(required=True)
    occurrence = fields.Integer(required=True, strict=True, validate=Count)
    due_at = fields.AwareDateTime(required=True)
    expires_at = fields.AwareDateTime(required=True)


class OrganizerChangedSchema(MessageSchema):
    """An organizer's account as it stands now.

    Tokens issued before ``valid_from`` are void, and where ``active`` is false all of them are.
    """

    message_type = "organizer.changed"
    subject = "organizer_id"

    organizer_id = fields.UUID(required=True)
    community = fields.String(required=True)
    role = fields.String(required=True)
    active = fields.Boolean(required=True)
    valid_from = fields.AwareDateTime(required=True)


class SessionEndedSchema(MessageSchema):
    """An organizer has signed out: the sign-in's token is void, which ends by itself at ``expires_at``."""

    message_type = "session.ended"
    subject = "session_id"

    session_id = fields.UUID(required=True)
    expires_at = fields.AwareDateTime(required=True)
