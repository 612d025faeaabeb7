"""What the services say to each other: one schema for each message type.

A message carries the whole state that its reader needs and the aggregate's ``version``. The writer is checked
strictly, so that nothing unplanned (and nothing personal) slips in; the reader ignores what it does not know, so
that a newer writer may add optional fields. A break is a new type, ``signup.confirmed.v2``.
"""

from collections.abc import Mapping
from typing import Any

from marshmallow import EXCLUDE, ValidationError

from shared.contracts.events import (
    EventCancelledSchema,
    EventChangedSchema,
    EventCompletedSchema,
    EventPublishedSchema,
    EventUnpublishedSchema,
    MilestoneReachedSchema,
    OrganizerChangedSchema,
    ReminderDueSchema,
    SessionEndedSchema,
)
from shared.contracts.partners import (
    NeedPostedSchema,
    PledgeMadeSchema,
    PledgeReducedSchema,
    PledgeWithdrawnSchema,
)
from shared.contracts.schema import MessageSchema
from shared.contracts.signups import (
    CapacityRefusedSchema,
    FeedbackGivenSchema,
    PlacesHeldSchema,
    PlacesReleasedSchema,
    SignupAbsentSchema,
    SignupAttendedSchema,
    SignupConfirmedSchema,
    SignupWaitlistedSchema,
    SignupWithdrawnSchema,
)

__all__ = ["CONTRACTS", "OWNERS", "ContractError", "decode", "encode", "subject"]

CONTRACTS: Mapping[str, MessageSchema] = {
    schema.message_type: schema
    for schema in (
        EventPublishedSchema(),
        EventChangedSchema(),
        EventUnpublishedSchema(),
        EventCancelledSchema(),
        EventCompletedSchema(),
        ReminderDueSchema(),
        MilestoneReachedSchema(),
        OrganizerChangedSchema(),
        SessionEndedSchema(),
        SignupConfirmedSchema(),
        SignupWaitlistedSchema(),
        SignupWithdrawnSchema(),
        SignupAttendedSchema(),
        SignupAbsentSchema(),
        PlacesHeldSchema(),
        PlacesReleasedSchema(),
        CapacityRefusedSchema(),
        FeedbackGivenSchema(),
        NeedPostedSchema(),
        PledgeMadeSchema(),
        PledgeReducedSchema(),
        PledgeWithdrawnSchema(),
    )
}
"""Message type -> its schema."""

OWNERS: Mapping[str, str] = {
    "event": "events",
    "reminder": "events",
    "milestone": "events",
    "organizer": "events",
    "session": "events",
    "signup": "signups",
    "places": "signups",
    "capacity": "signups",
    "feedback": "signups",
    "need": "partners",
    "pledge": "partners",
}
"""First word of a message type -> the only service that may send it."""


class ContractError(ValueError):
    """The data does not fit the contract of its message type; the text names the fields, never their values."""


def encode(message_type: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the data as JSON-ready values, checked strictly against the contract.

    Raises ContractError where a field is missing, unknown or of the wrong kind.
    """
    schema = _schema(message_type)
    unknown = data.keys() - schema.fields.keys()
    if unknown:
        raise ContractError(f"{message_type}: unknown {', '.join(sorted(unknown))}")
    try:
        encoded: dict[str, Any] = schema.dump(data)
    except (TypeError, ValueError, AttributeError):
        raise ContractError(f"{message_type}: a value is of the wrong kind") from None
    problems = schema.validate(encoded)
    if problems:
        raise ContractError(f"{message_type}: {_where(problems)}")
    return encoded


def decode(message_type: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the data as Python values (UUID, aware datetime), ignoring fields of a newer writer.

    Raises ContractError where the type is unknown or the data does not fit.
    """
    try:
        decoded: dict[str, Any] = _schema(message_type).load(data, unknown=EXCLUDE)
    except ValidationError as error:
        raise ContractError(f"{message_type}: {_where(error.messages_dict)}") from None
    return decoded


def subject(message_type: str, data: Mapping[str, Any]) -> str:
    """Return the id of the aggregate that the message tells of."""
    return str(data[_schema(message_type).subject])


def _schema(message_type: str) -> MessageSchema:
    try:
        return CONTRACTS[message_type]
    except KeyError:
        raise ContractError(f"unknown message type {message_type!r}") from None


def _where(problems: Mapping[str, Any]) -> str:
    return ", ".join(sorted(str(field) for field in problems))
