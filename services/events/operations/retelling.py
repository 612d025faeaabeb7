"""Telling the other services anew how things stand, for those whose copies are missing or wrong.

``beyond`` names things, each with the version that it has to go beyond; 0 leaves a thing in its own version.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.events import announcements
from services.events.models import Event, EventStatus, Organizer, OrganizerSession
from shared.agreement.raising import raised

SAYS: Final = {
    EventStatus.DRAFT: "event.unpublished",
    EventStatus.PUBLISHED: "event.published",
    EventStatus.CANCELLED: "event.cancelled",
    EventStatus.COMPLETED: "event.completed",
}
"""The message that brings somebody who knows nothing to each state."""


def retell_events(session: Session, beyond: Mapping[UUID, int], now: datetime) -> set[UUID]:
    """Send the events' states; returns those that there are. A draft is told of as one that was taken back."""
    found = raised(session, Event, beyond)
    for event in found:
        announcements.event_changed(session, event, SAYS[event.status], now)
    return {event.id for event in found}


def retell_organizers(session: Session, beyond: Mapping[UUID, int], now: datetime) -> set[UUID]:
    """Send how the accounts stand; returns those that there are."""
    found = raised(session, Organizer, beyond)
    for organizer in found:
        announcements.organizer_changed(session, organizer, now)
    return {organizer.id for organizer in found}


def retell_sessions(session: Session, beyond: Mapping[UUID, int], now: datetime) -> set[UUID]:
    """Send which sign-ins were ended and would still be good; returns those that there are."""
    found = session.scalars(
        select(OrganizerSession)
        .where(
            OrganizerSession.id.in_(beyond), OrganizerSession.revoked_at.is_not(None), OrganizerSession.expires_at > now
        )
        .order_by(OrganizerSession.id)
    ).all()
    for one in found:
        announcements.session_ended(session, one.id, one.expires_at, now)
    return {one.id for one in found}
