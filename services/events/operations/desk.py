"""Whose desk an action is taken at, and taking an event from it."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.events import daytime
from services.events.models import Event
from shared.errors import NotFound
from shared.notices.quiet import QuietHours
from shared.texts import text as _


@dataclass(frozen=True, slots=True)
class Desk:
    """The community whose events may be touched, the organizer who does it, and when nobody is to be written to."""

    community: str
    organizer_id: UUID
    quiet_hours: QuietHours | None = daytime.USUAL


def take(session: Session, event_id: UUID, desk: Desk) -> Event:
    """Return the event, locked until the transaction ends; raises NotFound where the desk has no such event."""
    event = session.scalars(
        select(Event).where(Event.id == event_id, Event.community == desk.community).with_for_update(of=Event)
    ).one_or_none()
    if event is None:
        raise NotFound(_("There is no such event."))
    return event
