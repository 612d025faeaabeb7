"""What the events service does when the others tell it something."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from services.events import operations
from shared.messaging.envelope import Message
from shared.messaging.registry import Registry

registry = Registry()


@registry.on_batch("signup.confirmed", "signup.waitlisted", "signup.withdrawn", "signup.attended", "signup.absent")
def on_signups(session: Session, messages: Sequence[Message], now: datetime) -> None:
    """Bring the copies of the sign-ups up to date, and with them how full their shifts are."""
    operations.record_signups(session, [message.data for message in messages], now=now)


@registry.on_batch("places.held", "places.released")
def on_places(session: Session, messages: Sequence[Message], now: datetime) -> None:
    """Bring the copies of the holds up to date."""
    operations.record_holds(session, [message.data for message in messages], now=now)


@registry.on("capacity.refused")
def on_capacity_refused(session: Session, message: Message, now: datetime) -> None:
    """Give the shift as many places as were given away already."""
    operations.keep_given_places(session, message.data, now=now)


@registry.on_batch("feedback.given")
def on_feedback(session: Session, messages: Sequence[Message], now: datetime) -> None:  # noqa: ARG001  (a copy needs no moment)
    """Bring the copies of what people thought up to date."""
    operations.record_feedback(session, [message.data for message in messages])


@registry.on_batch("pledge.made", "pledge.reduced", "pledge.withdrawn")
def on_pledges(session: Session, messages: Sequence[Message], now: datetime) -> None:  # noqa: ARG001  (a copy needs no moment)
    """Bring the copies of the pledges up to date."""
    operations.record_pledges(session, [message.data for message in messages])


@registry.on_batch("need.posted")
def on_needs(session: Session, messages: Sequence[Message], now: datetime) -> None:  # noqa: ARG001  (a copy needs no moment)
    """Bring the copies of the needs up to date."""
    operations.record_needs(session, [message.data for message in messages])
