"""Looking up the event and the shift that a need or a pledge is for."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.partners.models import Event, Shift
from shared.errors import Conflict, Invalid, field_error
from shared.texts import text as _


def event_at_hand(session: Session, event_id: UUID, *, community: str) -> Event:
    """Return the community's event, kept as it is until the transaction ends; raises Invalid beside its field."""
    event = session.scalars(
        select(Event).where(Event.id == event_id, Event.community == community).with_for_update(read=True, of=Event)
    ).one_or_none()
    if event is None:
        raise Invalid(
            field_error(
                "event_id",
                _("This event is not known here. If it has only just been published, please try again in a moment."),
            )
        )
    return event


def refuse_closed(event: Event, now: datetime) -> None:
    """Raise Conflict where the event was taken back to a draft, has been cancelled or is over."""
    if event.status == "draft":
        raise Conflict(_("This event is being worked on again. Please wait until it is published."))
    if event.status == "cancelled":
        raise Conflict(_("This event has been cancelled."))
    if event.status == "completed" or now >= event.ends_at:
        raise Conflict(_("This event is over."))


def shift_of(session: Session, event: Event, shift_id: UUID | None) -> Shift | None:
    """Return the event's shift, None where none is asked for; raises Invalid beside its field where it has no such."""
    if shift_id is None:
        return None
    shift = session.get(Shift, shift_id)
    if shift is None or shift.event_id != event.id or not shift.listed:
        raise Invalid(
            field_error("shift_id", _("There is no such shift in this event. Please choose one from the list."))
        )
    return shift
