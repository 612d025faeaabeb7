"""What the events service does when the others tell it something."""

from datetime import datetime

from sqlalchemy.orm import Session

from services.events import operations
from shared.messaging.envelope import Message
from shared.messaging.registry import Registry

registry = Registry()


@registry.on("signup.confirmed", "signup.waitlisted", "signup.withdrawn", "signup.attended", "signup.absent")
def on_signup(session: Session, message: Message, now: datetime) -> None:
    """Bring the copy of the sign-up up to date, and with it how full its shift is."""
    operations.record_signup(session, message.data, now=now)


@registry.on("places.held", "places.released")
def on_places(session: Session, message: Message, now: datetime) -> None:
    """Bring the copy of the hold up to date."""
    operations.record_hold(session, message.data, now=now)


@registry.on("capacity.refused")
def on_capacity_refused(session: Session, message: Message, now: datetime) -> None:
    """Give the shift as many places as were given away already."""
    operations.keep_given_places(session, message.data, now=now)


@registry.on("feedback.given")
def on_feedback(session: Session, message: Message, now: datetime) -> None:  # noqa: ARG001  (a copy needs no moment)
    """Bring the copy of what somebody thought up to date."""
    operations.record_feedback(session, message.data)


@registry.on("pledge.made", "pledge.reduced", "pledge.withdrawn")
def on_pledge(session: Session, message: Message, now: datetime) -> None:  # noqa: ARG001  (a copy needs no moment)
    """Bring the copy of the pledge up to date."""
    operations.record_pledge(session, message.data)


@registry.on("need.posted")
def on_need(session: Session, message: Message, now: datetime) -> None:  # noqa: ARG001  (a copy needs no moment)
    """Bring the copy of the need up to date."""
    operations.record_need(session, message.data)
