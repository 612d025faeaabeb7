"""Reminders: planned when an event is published, moved with it, and told to whoever they are for when they come due.

Only the moment is decided here; whom to tell, and how, the other services know, and of the organizers ``telling``.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, bindparam, exists, not_, or_, select, update
from sqlalchemy.orm import Session, selectinload

from services.events import daytime, rules
from services.events.models import Event, EventStatus, Reminder, ReminderState
from services.events.operations import telling
from services.events.rules import Milestone, Moment
from services.events.times import LONGEST
from shared.database import change
from shared.messaging import outbox
from shared.notices.quiet import QuietHours

AT_ONCE: Final = 100
"""How many due reminders are worked through in one transaction."""
REMINDERS_DUE: Final = select(
    exists().where(Reminder.state == ReminderState.PENDING, Reminder.due_at <= bindparam("now"))
)
SETTLED: Final = (ReminderState.FIRED, ReminderState.SKIPPED)
AFTERWARDS: Final = (Milestone.TASKS, Milestone.RECORDS)
"""Milestones that also lie after an event."""


def plan(session: Session, event: Event, now: datetime, quiet: QuietHours | None = daytime.USUAL) -> None:
    """Make the planned reminders those that the event's rules ask for at its present time.

    Reminders of an earlier occurrence, of rules and of shifts that are gone are cancelled. A moment in ``quiet`` hours
    is moved to the evening before, or to the morning after. One whose moment has passed already is skipped: nobody had
    signed up by then, or they are told of the move itself. What was told before is not touched.
    """
    wanted = {one.rule: one for one in rules.moments(event)}
    _settle(
        session,
        ReminderState.CANCELLED,
        now,
        Reminder.event_id == event.id,
        or_(Reminder.occurrence != event.occurrence, Reminder.rule.not_in(wanted)),
    )
    planned = {
        reminder.rule: reminder
        for reminder in session.scalars(
            select(Reminder)
            .where(Reminder.event_id == event.id, Reminder.occurrence == event.occurrence)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    }
    for rule, moment in wanted.items():
        reminder = planned.get(rule)
        if reminder is None:
            reminder = Reminder(id=uuid4(), event_id=event.id, rule=rule, occurrence=event.occurrence)
            reminder.state = ReminderState.CANCELLED
            session.add(reminder)
        if not _is_planned(reminder, moment, event, quiet):
            _place(reminder, moment, event, now, quiet)
    session.flush()


def cancel(session: Session, event_id: UUID, now: datetime, *, is_over: bool = False) -> None:
    """Cancel whatever has not been told yet of the event; where it is over, what is to be done afterwards stays."""
    which = [Reminder.event_id == event_id]
    if is_over:
        which += [not_(Reminder.rule.startswith(f"{milestone}-")) for milestone in AFTERWARDS]
    _settle(session, ReminderState.CANCELLED, now, *which)


def planning(quiet: QuietHours | None) -> Callable[[Session, datetime], int]:
    """Return the task that mends what is planned where it is not what the events ask for.

    Tasks come and go without their event being changed, and a country may change its clocks.
    """

    def plan_reminders(session: Session, now: datetime) -> int:
        return _mend(session, now, quiet)

    return plan_reminders


def _mend(session: Session, now: datetime, quiet: QuietHours | None) -> int:
    """Plan anew for events whose rows are not right; return how many there were."""
    concerned = Event.status == EventStatus.PUBLISHED, Event.ends_at > now - LONGEST
    planned: dict[UUID, dict[str, Reminder]] = defaultdict(dict)
    for one in session.scalars(select(Reminder).join(Event).where(*concerned, Reminder.occurrence == Event.occurrence)):
        planned[one.event_id][one.rule] = one
    events = session.scalars(select(Event).where(*concerned).options(selectinload(Event.tasks))).all()
    wrong = [event.id for event in events if not _is_right(event, planned[event.id], quiet)]
    for event_id in wrong:
        # The row is locked before it is believed: whoever moves the event meanwhile plans for its new time.
        event = session.scalars(
            select(Event)
            .where(Event.id == event_id)
            .with_for_update(of=Event)
            .execution_options(populate_existing=True)
        ).one()
        if event.status is EventStatus.PUBLISHED:
            plan(session, event, now, quiet)
    return len(wrong)


def fire_due_reminders(session: Session, now: datetime) -> int:
    """Tell whom it concerns of each reminder that has come due; return how many there were.

    Each is told once: its row is locked, and others pass over it. One that could only be told when it makes no sense
    any more, because its event or its shift has begun, is skipped.
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
        match rules.rule_of(reminder.rule).milestone:
            case None:
                shift_ids = [UUID(one) for one in reminder.shift_ids]
                _send(session, "reminder.due", reminder, now, shift_ids=shift_ids)
            case Milestone.SUPPLIES:
                _send(session, "milestone.reached", reminder, now, milestone=Milestone.SUPPLIES.value)
            case milestone:
                telling.tell_organizers(session, reminder, milestone, now)
    return len(due)


def _send(session: Session, message_type: str, reminder: Reminder, now: datetime, **more: Any) -> None:
    names = ("event_id", "rule", "occurrence", "due_at", "expires_at")
    data = {name: getattr(reminder, name) for name in names} | {"version": reminder.event_version} | more
    outbox.add(session, message_type, data, now=now)


def _is_right(event: Event, planned: Mapping[str, Reminder], quiet: QuietHours | None) -> bool:
    """Say whether what is planned for the event is what its rules ask for."""
    wanted = {one.rule: one for one in rules.moments(event)}
    return all(rule in wanted for rule, one in planned.items() if one.state is ReminderState.PENDING) and all(
        rule in planned and _is_planned(planned[rule], moment, event, quiet) for rule, moment in wanted.items()
    )


def _is_planned(reminder: Reminder, moment: Moment, event: Event, quiet: QuietHours | None) -> bool:
    """Say whether the reminder was told, or is going to be at the right moment."""
    if reminder.state is not ReminderState.PENDING:
        return reminder.state in SETTLED
    return (
        reminder.due_at in daytime.moments(moment.wall, moment.expires_at, quiet)
        and reminder.expires_at == moment.expires_at
        and reminder.timezone == event.timezone
        and reminder.shift_ids == [str(one) for one in moment.shift_ids]
    )


def _place(reminder: Reminder, moment: Moment, event: Event, now: datetime, quiet: QuietHours | None) -> None:
    """Write when the reminder is due; one that waits already keeps waiting, even if that is now."""
    ahead = [one for one in daytime.moments(moment.wall, moment.expires_at, quiet) if one > now]
    wall = ahead[0] if ahead else moment.wall
    is_late = not ahead and reminder.state is not ReminderState.PENDING
    reminder.event_version = event.version
    reminder.wall_at = wall.replace(tzinfo=None).isoformat(timespec="seconds")
    reminder.timezone = event.timezone
    reminder.due_at = wall
    reminder.expires_at = moment.expires_at
    reminder.shift_ids = [str(one) for one in moment.shift_ids]
    reminder.state = ReminderState.SKIPPED if is_late else ReminderState.PENDING
    reminder.settled_at = now if is_late else None


def _settle(session: Session, state: ReminderState, now: datetime, *which: ColumnElement[bool]) -> None:
    change(
        session,
        update(Reminder).where(Reminder.state == ReminderState.PENDING, *which).values(state=state, settled_at=now),
    )
