"""The steps of an event's life: published, perhaps taken back while nobody has signed up, cancelled or completed."""

from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from services.events import announcements, audit, queries
from services.events.checks import OVER, check, missing
from services.events.models import Event, EventStatus
from services.events.operations import reminders
from services.events.operations.desk import Desk, take
from shared.errors import Conflict, Invalid
from shared.texts import text as _
from shared.trips import Question, Rows, ask

LOCKED_STATUS: Final = select(Event.id, Event.status).where(Event.id == bindparam("event")).with_for_update()


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
    reminders.plan(session, event, now, desk.quiet_hours)
    return event


def unpublish_event(session: Session, event_id: UUID, *, desk: Desk, now: datetime) -> Event:
    """Make the event a draft again, which nobody sees and nobody signs up for; its reminders are void.

    Raises Conflict where it is not published, or somebody has signed up, or places are kept for a unit.
    """
    event = take(session, event_id, desk)
    event.move_to(EventStatus.DRAFT)
    if not is_untouched(session, event.id):
        raise Conflict(
            _("People have signed up, or places are kept for a unit. If it will not take place, cancel the event.")
        )
    # What was planned or told for the time it had until now must not stand in the way of its next publication.
    event.occurrence += 1
    reminders.cancel(session, event.id, now)
    _tell(session, event, "unpublished", desk, now)
    return event


def publish_again(session: Session, event_ids: Collection[UUID], now: datetime, *, after: Rows) -> None:
    """Publish drafts for which somebody holds a place or waits after all; for anything else, do nothing.

    They signed up before the sign-up service heard that the event was taken back, so they keep what they were given.
    ``after`` is what tells of them, and is written first, in the same trip.
    """
    # The rows are locked before they are looked at: whoever takes an event back meanwhile either sees this sign-up or
    # is seen here. They are locked in one order, so that two readers never deadlock.
    questions = [Question(LOCKED_STATUS, {"event": event_id}) for event_id in sorted(event_ids)]
    for event in (row for rows in ask(session, after, *questions)[1:] for row in rows):
        if event.status is EventStatus.DRAFT and not is_untouched(session, event.id):
            _publish_again(session, event.id, now)


def _publish_again(session: Session, event_id: UUID, now: datetime) -> None:
    event = session.get_one(Event, event_id, populate_existing=True)
    event.move_to(EventStatus.PUBLISHED)
    event.version += 1
    session.flush()
    audit.record(session, event, "republished", organizer_id=None, now=now)
    announcements.event_changed(session, event, "event.published", now)
    reminders.plan(session, event, now)


def is_untouched(session: Session, event_id: UUID) -> bool:
    """Say whether nobody has a place or a turn in the event, and none is kept for a unit, as far as is known here."""
    return all(counts.is_empty for counts in queries.shift_counts(session, [event_id]).values())


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


def complete_event(
    session: Session, event_id: UUID, *, visitors: int | None = None, desk: Desk, now: datetime
) -> Event:
    """Close the event, so that its attendance can be settled; raises Conflict where it has not begun.

    ``visitors`` are the residents who came, where they were counted.
    """
    event = take(session, event_id, desk)
    event.move_to(EventStatus.COMPLETED)
    if now < event.starts_at:
        raise Conflict(_("This event has not begun yet. If it will not take place, cancel it."))
    event.visitors = visitors
    reminders.cancel(session, event.id, now, is_over=True)
    _tell(session, event, "completed", desk, now)
    return event


def correct_visitors(session: Session, event_id: UUID, visitors: int | None, *, desk: Desk, now: datetime) -> Event:
    """Write down another number of residents who came to a completed event; the same one again changes nothing.

    Nobody else knows the number, so the version stays. Raises NotFound, Conflict where it is not completed.
    """
    event = take(session, event_id, desk)
    if event.status is not EventStatus.COMPLETED:
        raise Conflict(_("Please complete the event first."))
    if event.visitors != visitors:
        change = audit.Difference("visitors", None, event.visitors, visitors)
        audit.record(session, event, "changed", organizer_id=desk.organizer_id, now=now, differences=[change])
        event.visitors = visitors
    return event


def _tell(session: Session, event: Event, action: str, desk: Desk, now: datetime) -> None:
    event.version += 1
    session.flush()
    audit.record(session, event, action, organizer_id=desk.organizer_id, now=now)
    announcements.event_changed(session, event, f"event.{action}", now)
