"""What the sign-up service does when the others tell it something."""

from datetime import datetime

from sqlalchemy.orm import Session

from services.signups import operations
from shared import sign_ins
from shared.messaging.envelope import Message
from shared.messaging.registry import Registry

registry = Registry()
sign_ins.register(registry)


@registry.on("event.published", "event.changed", "event.unpublished", "event.cancelled", "event.completed")
def on_event(session: Session, message: Message, now: datetime) -> None:
    """Bring the copy of the event up to date."""
    operations.record_event(session, message.data, now=now)


@registry.on("pledge.made", "pledge.reduced", "pledge.withdrawn")
def on_pledge(session: Session, message: Message, now: datetime) -> None:
    """Keep or give back places for the unit."""
    operations.record_pledge(session, message.data, now=now)


@registry.on("reminder.due")
def on_reminder_due(session: Session, message: Message, now: datetime) -> None:
    """Queue the reminder for those who have a place."""
    operations.remind(session, message.data, now=now)
