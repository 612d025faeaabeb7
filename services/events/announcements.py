"""What the events service tells the others: of an event, of an organizer's account, of a sign-in."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from services.events.models import Event, Organizer
from services.events.playbook import goes_by_the_moon
from services.events.rules import Thanks
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
            "offer_minutes": event.offer_minutes,
            "asks_code": event.asks_code,
            "travel_minutes": event.travel_minutes,
            "daily_hours": event.daily_hours,
            "rest_hours": event.rest_hours,
            "thanks": event.thanks is not None,
            "thanks_at": Thanks.parse(event.thanks).moment(event) if event.thanks else None,
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
                    "training": shift.training,
                    "insured": shift.insured,
                    "questions": shift.questions,
                    "swap_approval": shift.swap_approval,
                }
                for shift in event.shifts
            ],
            "supplies": [
                {"supply_id": supply.id, "label": supply.name, "quantity": supply.quantity, "unit": supply.unit}
                for supply in event.supplies
            ],
        },
        now=now,
    )


def organizer_changed(session: Session, organizer: Organizer, now: datetime) -> None:
    """Send how the account stands; its version has been counted already."""
    outbox.add(
        session,
        "organizer.changed",
        {
            "organizer_id": organizer.id,
            "version": organizer.version,
            "community": organizer.community,
            "role": organizer.role,
            "active": organizer.active,
            "valid_from": organizer.valid_from or organizer.created_at,
        },
        now=now,
    )


def session_ended(session: Session, session_id: UUID, expires_at: datetime, now: datetime) -> None:
    """Send that a sign-in was ended before its token's time. It happens once, so its version is the first."""
    outbox.add(session, "session.ended", {"session_id": session_id, "version": 1, "expires_at": expires_at}, now=now)
