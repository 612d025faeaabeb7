"""What the events service tells of its own, and keeps of the others, so that all three can be compared."""

from typing import Final

from sqlalchemy import literal, select

from services.events.models import (
    Event,
    EventStatus,
    FeedbackCopy,
    HoldCopy,
    NeedCopy,
    Organizer,
    OrganizerSession,
    PledgeCopy,
    Shift,
    SignupCopy,
)
from services.events.operations import retelling
from shared.agreement.copies import copies
from shared.agreement.facts import Told

IS_TOLD: Final = Event.status != EventStatus.DRAFT
"""A draft is nobody else's concern; one that was published before is known as a draft elsewhere too."""

TOLD: Final = {
    "organizer": Told(
        # An account of which nothing has changed since it was made was never told of.
        select(
            Organizer.id, Organizer.community.label("part"), Organizer.version, Organizer.role, Organizer.active
        ).where(Organizer.version > 1),
        retelling.retell_organizers,
    ),
    "session": Told(
        select(OrganizerSession.id, OrganizerSession.id.label("part"), literal(1).label("version")).where(
            OrganizerSession.revoked_at.is_not(None)
        ),
        retelling.retell_sessions,
    ),
    "event": Told(
        select(Event.id, Event.id.label("part"), Event.version, Event.status, Event.occurrence).where(IS_TOLD),
        retelling.retell_events,
    ),
    "shift": Told(
        select(Shift.id, Event.id.label("part"), Event.version, Shift.capacity, Shift.starts_at, Shift.ends_at)
        .join(Event, Event.id == Shift.event_id)
        .where(IS_TOLD),
        told_with="event",
    ),
}


KEPT: Final = {
    "signup": copies(
        SignupCopy.signup_id,
        SignupCopy.event_id,
        SignupCopy.shift_id,
        SignupCopy.status,
        SignupCopy.offered,
        SignupCopy.minutes,
    ),
    "hold": copies(HoldCopy.pledge_id, HoldCopy.event_id, HoldCopy.held, HoldCopy.claimed),
    "feedback": copies(
        FeedbackCopy.signup_id, FeedbackCopy.event_id, FeedbackCopy.overall, FeedbackCopy.organised, FeedbackCopy.again
    ),
    "need": copies(NeedCopy.need_id, NeedCopy.event_id, NeedCopy.kind, NeedCopy.quantity),
    "pledge": copies(PledgeCopy.pledge_id, PledgeCopy.event_id, PledgeCopy.kind, PledgeCopy.quantity),
}
