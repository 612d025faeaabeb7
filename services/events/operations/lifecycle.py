"""The steps of an event's life: published, and then cancelled or completed."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from services.events import announcements, audit
from services.events.checks import OVER, check, missing
from services.events.models import Event, EventStatus
from services.events.operations import reminders
from services.events.operations.desk import Desk, take
from shared.errors import Conflict, Invalid
from shared.texts import text as _


def publish_event(session: Session, event_id: UUID, *, desk: Desk, now: datetime) -> Event:
    """Let the event be seen and signed up for, and plan its reminders.

    Raises Conflict where it is not a draft, and Invalid that names all that is missing.
    """
    event = take(session, event_id, desk)
    event.move_to(EventStatus.PUBLISHED)
    check(event)
    gaps = missing(event)
    if event.ends_at <= now:
        gaps["starts_at"] = [OVER]
    if gaps:
        raise Invalid(gaps, _("Some things are missing before people can sign up. Please fill them in."))
    _tell(session, event, "published", desk, now)
    reminders.plan(session, event, now)
    return event


def cancel_event(session: Session, event_id: UUID, reason: str, *, desk: Desk, now: datetime) -> Event:
    """Call the event off: its reminders are void, and everybody concerned is told the reason.

    Raises Conflict where it is not published.
    """
    event = take(session, event_id, desk)
    event.move_to(EventStatus.CANCELLED)
    event.reason = reason
    reminders.cancel(session, event.id, now)
    _tell(session, event, "cancelled", desk, now)
    return event


def complete_event(session: Session, event_id: UUID, *, desk: Desk, now: datetime) -> Event:
    """Close the event, so that its attendance can be settled; raises Conflict where it has not begun."""
    event = take(session, event_id, desk)
    event.move_to(EventStatus.COMPLETED)
    if now < event.starts_at:
        raise Conflict(_("This event has not begun yet. If it will not take place, cancel it."))
    reminders.cancel(session, event.id, now)
    _tell(session, event, "completed", desk, now)
    return event


def _tell(session: Session, event: Event, action: str, desk: Desk, now: datetime) -> None:
    event.version += 1
    session.flush()
    audit.record(session, event, action, organizer_id=desk.organizer_id, now=now)
    announcements.event_changed(session, event, f"event.{action}", now)
