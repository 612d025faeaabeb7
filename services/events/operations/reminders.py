"""Reminders: planned when an event is published, moved with it, and told to the other services when they come due.

Only the moment is decided here; whom to tell, and how, the other services know.
"""

from datetime import datetime
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from services.events.models import Event, Reminder, ReminderState
from services.events.times import Distance
from shared.database import change
from shared.messaging import outbox

AT_ONCE: Final = 100
"""How many due reminders are worked through in one transaction."""


def plan(session: Session, event: Event, now: datetime) -> None:
    """Make the planned reminders those that the event's rules ask for at its present time.

    Reminders of an earlier occurrence are cancelled. One whose moment has passed already is skipped: nobody had signed
    up by then, or they are told of the move itself.
    """
    _settle(
        session,
        ReminderState.CANCELLED,
        now,
        Reminder.event_id == event.id,
        or_(Reminder.occurrence != event.occurrence, Reminder.rule.not_in(event.reminders)),
    )
    planned = {
        reminder.rule: reminder
        for reminder in session.scalars(
            select(Reminder)
            .where(Reminder.event_id == event.id, Reminder.occurrence == event.occurrence)
            .execution_options(populate_existing=True)
        )
    }
    for rule in event.reminders:
        reminder = planned.get(rule)
        if reminder is None:
            reminder = Reminder(id=uuid4(), event_id=event.id, rule=rule, occurrence=event.occurrence)
            session.add(reminder)
        elif reminder.state is not ReminderState.CANCELLED:
            continue
        reminder.event_version = event.version
        reminder.due_at = Distance.parse(rule).before(event.starts_at, event.timezone)
        reminder.expires_at = event.starts_at
        is_late = reminder.due_at <= now
        reminder.state = ReminderState.SKIPPED if is_late else ReminderState.PENDING
        reminder.settled_at = now if is_late else None
    session.flush()


def cancel(session: Session, event_id: UUID, now: datetime) -> None:
    """Cancel whatever has not been told yet of the event."""
    _settle(session, ReminderState.CANCELLED, now, Reminder.event_id == event_id)


def fire_due_reminders(session: Session, now: datetime) -> int:
    """Tell the other services of each reminder that has come due; return how many there were.

    Each is told once: its row is locked, and others pass over it. One that could only be told after its event has
    begun is skipped.
    """
    due = session.scalars(
        select(Reminder)
        .where(Reminder.state == ReminderState.PENDING, Reminder.due_at <= now)
        .order_by(Reminder.due_at)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    ).all()
    for reminder in due:
        reminder.settled_at = now
        if now >= reminder.expires_at:
            reminder.state = ReminderState.SKIPPED
            continue
        reminder.state = ReminderState.FIRED
        outbox.add(
            session,
            "reminder.due",
            {
                "event_id": reminder.event_id,
                "version": reminder.event_version,
                "rule": reminder.rule,
                "occurrence": reminder.occurrence,
                "due_at": reminder.due_at,
                "expires_at": reminder.expires_at,
            },
            now=now,
        )
    return len(due)


def _settle(session: Session, state: ReminderState, now: datetime, *which: ColumnElement[bool]) -> None:
    change(
        session,
        update(Reminder).where(Reminder.state == ReminderState.PENDING, *which).values(state=state, settled_at=now),
    )
