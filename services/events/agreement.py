"""What the events service tells of its own, and keeps of the others, so that all three can be compared."""

from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import delete, literal, select
from sqlalchemy.orm import Session

from services.events.models import (
    Base,
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
from shared.agreement.facts import Forget, Kept, Told
from shared.database import change

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


def _forgetting(model: type[Base]) -> Forget:
    """Return what deletes the copies: they are all that this service knows of such a thing."""
    (key,) = model.__table__.primary_key

    def forget(session: Session, ids: Collection[UUID], now: datetime) -> None:  # noqa: ARG001  # copies need no moment
        change(session, delete(model).where(key.in_(ids)))

    return forget


KEPT: Final = {
    "signup": Kept(
        select(
            SignupCopy.signup_id.label("id"),
            SignupCopy.event_id.label("part"),
            SignupCopy.version,
            SignupCopy.shift_id,
            SignupCopy.status,
            SignupCopy.offered,
            SignupCopy.minutes,
        ),
        _forgetting(SignupCopy),
    ),
    "hold": Kept(
        select(
            HoldCopy.pledge_id.label("id"),
            HoldCopy.event_id.label("part"),
            HoldCopy.version,
            HoldCopy.held,
            HoldCopy.claimed,
        ),
        _forgetting(HoldCopy),
    ),
    "feedback": Kept(
        select(
            FeedbackCopy.signup_id.label("id"),
            FeedbackCopy.event_id.label("part"),
            FeedbackCopy.version,
            FeedbackCopy.overall,
            FeedbackCopy.organised,
            FeedbackCopy.again,
        ),
        _forgetting(FeedbackCopy),
    ),
    "need": Kept(
        select(
            NeedCopy.need_id.label("id"),
            NeedCopy.event_id.label("part"),
            NeedCopy.version,
            NeedCopy.kind,
            NeedCopy.quantity,
        ),
        _forgetting(NeedCopy),
    ),
    "pledge": Kept(
        select(
            PledgeCopy.pledge_id.label("id"),
            PledgeCopy.event_id.label("part"),
            PledgeCopy.version,
            PledgeCopy.kind,
            PledgeCopy.quantity,
        ),
        _forgetting(PledgeCopy),
    ),
}
