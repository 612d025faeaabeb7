"""What the partners service does when the others tell it something."""

from datetime import datetime

from sqlalchemy.orm import Session

from services.partners import operations
from shared import sign_ins
from shared.messaging.envelope import Message
from shared.messaging.registry import Registry

registry = Registry()
sign_ins.register(registry)


@registry.on("event.published", "event.changed", "event.unpublished", "event.cancelled", "event.completed")
def on_event(session: Session, message: Message, now: datetime) -> None:
    """Bring the copy of the event up to date."""
    operations.record_event(session, message.data, now=now)


@registry.on("places.held", "places.released")
def on_places(session: Session, message: Message, now: datetime) -> None:
    """Bring the pledge up to date with the places that are kept for it."""
    operations.record_places(session, message.data, now=now)


@registry.on("reminder.due")
def on_reminder_due(session: Session, message: Message, now: datetime) -> None:
    """Queue the reminder for the contacts of units with pledges."""
    operations.remind_units(session, message.data, now=now)


@registry.on("milestone.reached")
def on_milestone(session: Session, message: Message, now: datetime) -> None:
    """Remind units of what they still have to bring."""
    operations.remind_of_supplies(session, message.data, now=now)
