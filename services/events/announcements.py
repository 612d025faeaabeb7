"""What the events service tells the others of an event."""

from datetime import datetime

from sqlalchemy.orm import Session

from services.events.models import Event
from services.events.playbook import goes_by_the_moon
from shared.messaging import outbox


def event_changed(session: Session, event: Event, message_type: str, now: datetime) -> None:
    """Send the event's whole state; ``message_type`` says what has just happened to it."""
    outbox.add(
        session,
        message_type,
        {
            "event_id": event.id,
            "version": event.version,
            "community": event.community,
            "slug": event.slug,
            "theme": event.theme.value,
            "title": event.title,
            "summary": event.summary,
            "status": event.status.value,
            "reason": event.reason,
            "venue": {"name": event.venue_name, "address": event.venue_address},
            "timezone": event.timezone,
            "lunar": goes_by_the_moon(event.template),
            "starts_at": event.starts_at,
            "ends_at": event.ends_at,
            "occurrence": event.occurrence,
            "waitlist": event.waitlist,
            "conditions": event.conditions,
            "risks": event.risks,
            "contact": event.contact,
            "shifts": [
                {
                    "shift_id": shift.id,
                    "role": shift.role,
                    "description": shift.description,
                    "starts_at": shift.starts_at,
                    "ends_at": shift.ends_at,
                    "capacity": shift.capacity,
                    "minimum": shift.minimum,
                    "min_age": shift.min_age,
                    "skills": shift.skills,
                    "counts_as_service": shift.counts_as_service,
                }
                for shift in event.shifts
            ],
        },
        now=now,
    )
