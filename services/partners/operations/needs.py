"""What an event asks its partners for."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from services.partners import announcements
from services.partners.models import Kind, Need
from services.partners.operations.events import event_at_hand, refuse_closed, shift_of
from services.partners.scope import Scope
from shared.errors import Invalid, field_error
from shared.texts import text as _


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What an organizer asks partners for. ``unit`` is what ``quantity`` counts."""

    event_id: UUID
    kind: Kind
    quantity: int
    shift_id: UUID | None = None
    unit: str = ""
    description: str = ""
    due_at: datetime | None = None


def post_need(session: Session, request: Request, *, scope: Scope, now: datetime) -> Need:
    """Ask the community's partners for something; raises Invalid where it does not fit the event, or Conflict."""
    event = event_at_hand(session, request.event_id, community=scope.community)
    refuse_closed(event, now)
    shift = shift_of(session, event, request.shift_id)
    due_at = None if request.due_at is None else request.due_at.astimezone(UTC)
    if due_at is not None and due_at > event.ends_at:
        raise Invalid(field_error("due_at", _("This is after the end of the event. Please choose an earlier time.")))
    if due_at is not None and due_at <= now:
        raise Invalid(field_error("due_at", _("This moment has passed. Please choose a later time.")))
    need = Need(
        id=uuid4(),
        version=1,
        event=event,
        shift=shift,
        kind=request.kind,
        quantity=request.quantity,
        unit=request.unit,
        description=request.description,
        due_at=due_at,
        created_at=now,
    )
    session.add(need)
    session.flush()
    announcements.need_posted(session, need, now)
    return need
