"""What moves with an event that is held at another time: by when things are needed, brought, answered and named."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.partners import announcements, deadlines
from services.partners.models import Event, Invitation, Need, Pledge, PledgeStatus
from services.partners.operations.deadlines import move_deadlines


def move_with(session: Session, event: Event, distance: timedelta, *, now: datetime) -> None:
    """Move deadlines, arrivals and the ends of invitations as far as the event was moved; needs are told anew.

    What has come already stays as it was, and so does a deadline that has passed. Where an event that is held earlier
    would put into the past what is still to come, half of the time that is left remains for it.
    """
    needs = select(Need).where(Need.event_id == event.id, Need.due_at > now)
    for need in session.scalars(needs.with_for_update(of=Need)):
        need.due_at = _moved(need.due_at, distance, event, now)
        need.version += 1
        announcements.need_posted(session, need, now)
    coming = select(Pledge).where(
        Pledge.event_id == event.id, Pledge.arrives_at.is_not(None), Pledge.status == PledgeStatus.PENDING
    )
    for pledge in session.scalars(coming.with_for_update(of=Pledge)):
        pledge.arrives_at = _moved(pledge.arrives_at, distance, event, now)
    move_deadlines(session, event, distance, now)
    held = select(Invitation).join(Invitation.need).where(Need.event_id == event.id, Invitation.expires_at > now)
    for invitation in session.scalars(held.with_for_update(of=Invitation)):
        invitation.expires_at = _moved(invitation.expires_at, distance, event, now) or event.ends_at
    session.flush()


def _moved(moment: datetime | None, distance: timedelta, event: Event, now: datetime) -> datetime | None:
    """Return the moment moved, but neither past the end of the event nor, if it was still to come, into the past."""
    if moment is None:
        return None
    moved = min(moment + distance, event.ends_at)
    last = event.starts_at if event.starts_at > now else event.ends_at
    return moved if moment <= now else deadlines.still_ahead(moved, last, now)
