"""Getting ready for an event: its tasks and its supplies, changed row by row.

These changes are written into the event's history but leave its version alone, so that ticking a task never makes a
colleague's half-typed edit of the event stale (docs/adr/0010-preparation-is-not-part-of-the-events-version.md).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, TypeVar
from uuid import UUID, uuid4

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from services.events import audit, queries
from services.events.audit import Difference
from services.events.models import Event, Supply, Task
from services.events.operations.desk import Desk
from services.events.permits import CHECKLIST, is_large
from shared.errors import Conflict, NotFound
from shared.texts import text as _

MAX_ROWS: Final = 200
"""Tasks, and supplies, that one event may have."""
ACTION: Final = "prepared"

Row = TypeVar("Row", Task, Supply)


class RowGone(NotFound):
    """A task or a supply that was there a moment ago has been taken out."""

    def __init__(self) -> None:
        super().__init__(_("Somebody has taken this out meanwhile. The list shows what is there now."))


def tick_task(session: Session, event_id: UUID, task_id: UUID, *, done: bool, desk: Desk, now: datetime) -> Task:
    """Mark the task as done, or as open again; what is so already stays as it is, with whoever did it first.

    Raises RowGone where somebody has taken it out meanwhile.
    """
    event = queries.desk_event(session, event_id, community=desk.community)
    task = _take(session, Task, event, task_id)
    was_done = task.done_at is not None
    if was_done != done:
        task.done_at, task.done_by = (now, desk.organizer_id) if done else (None, None)
        _write_down(session, event, desk, now, Difference("task.done", task.title, was_done, done))
    return task


def add_task(session: Session, event_id: UUID, entered: Mapping[str, Any], *, desk: Desk, now: datetime) -> Task:
    """Add a task of ``title``, ``owner`` and ``days``; raises Conflict where there are too many."""
    event = queries.desk_event(session, event_id, community=desk.community)
    task = Task(id=uuid4(), event_id=event.id, position=_next(session, Task, event), permit=False, **entered)
    session.add(task)
    _write_down(session, event, desk, now, Difference("task", task.title, None, task.title))
    return task


def change_task(
    session: Session, event_id: UUID, task_id: UUID, entered: Mapping[str, Any], *, desk: Desk, now: datetime
) -> Task:
    """Write what was entered into the task; raises RowGone where somebody has taken it out."""
    event = queries.desk_event(session, event_id, community=desk.community)
    task = _take(session, Task, event, task_id)
    _change(session, event, task, entered, "task", "title", desk, now)
    return task


def remove_task(session: Session, event_id: UUID, task_id: UUID, *, desk: Desk, now: datetime) -> Task:
    """Take the task out; raises RowGone where it is gone already."""
    event = queries.desk_event(session, event_id, community=desk.community)
    task = _take(session, Task, event, task_id)
    session.delete(task)
    _write_down(session, event, desk, now, Difference("task", task.title, task.title, None))
    return task


def add_supply(session: Session, event_id: UUID, entered: Mapping[str, Any], *, desk: Desk, now: datetime) -> Supply:
    """Add something that is needed: ``name``, ``quantity``, ``unit``, ``ready``; raises Conflict as for tasks."""
    event = queries.desk_event(session, event_id, community=desk.community)
    supply = Supply(
        id=uuid4(), event_id=event.id, position=_next(session, Supply, event), **{"ready": 0} | dict(entered)
    )
    session.add(supply)
    _write_down(session, event, desk, now, Difference("supply", supply.name, None, supply.name))
    return supply


def change_supply(
    session: Session, event_id: UUID, supply_id: UUID, entered: Mapping[str, Any], *, desk: Desk, now: datetime
) -> Supply:
    """Write what was entered into the row; raises RowGone where somebody has taken it out."""
    event = queries.desk_event(session, event_id, community=desk.community)
    supply = _take(session, Supply, event, supply_id)
    _change(session, event, supply, entered, "supply", "name", desk, now)
    return supply


def restock(
    session: Session, event_id: UUID, rows: Mapping[UUID, Mapping[str, Any]], *, desk: Desk, now: datetime
) -> int:
    """Write how much is needed and how much is there, by the rows' ids; return how many rows are gone meanwhile."""
    event = queries.desk_event(session, event_id, community=desk.community)
    present = session.scalars(
        select(Supply).where(Supply.event_id == event.id, Supply.id.in_(rows)).order_by(Supply.id).with_for_update()
    ).all()
    for supply in present:
        _change(session, event, supply, rows[supply.id], "supply", "name", desk, now)
    return len(rows) - len(present)


def remove_supply(session: Session, event_id: UUID, supply_id: UUID, *, desk: Desk, now: datetime) -> Supply:
    """Take the row out; raises RowGone where it is gone already."""
    event = queries.desk_event(session, event_id, community=desk.community)
    supply = _take(session, Supply, event, supply_id)
    session.delete(supply)
    _write_down(session, event, desk, now, Difference("supply", supply.name, supply.name, None))
    return supply


def prepare(event: Event, entered: Mapping[str, Any]) -> None:
    """Give a new event its tasks and supplies, all open, and the permit checklist where it is large."""
    event.tasks = [
        Task(id=uuid4(), position=position, permit=False, **task) for position, task in enumerate(entered["tasks"])
    ]
    event.supplies = [
        Supply(id=uuid4(), position=position, **{"ready": 0} | dict(supply))
        for position, supply in enumerate(entered["supplies"])
    ]
    if is_large(event.expected_attendance):
        event.tasks += _checklist()


def follow_size(session: Session, event: Event, before: int | None) -> None:
    """Bring the permit checklist once 1,000 people are expected; of a smaller event, take away what is undone.

    ``before`` are the people expected so far: only where the event becomes large, or small again, anything happens.
    What is there already is not added again.
    """
    if is_large(event.expected_attendance) == is_large(before):
        return
    mine = (Task.event_id == event.id, Task.permit)
    if is_large(event.expected_attendance):
        present = set(session.scalars(select(Task.position).where(*mine)))
        for task in _checklist():
            if task.position not in present:
                task.event_id = event.id
                session.add(task)
    else:
        session.execute(delete(Task).where(*mine, Task.done_at.is_(None)))
    session.flush()
    session.expire(event, ["tasks"])


def _checklist() -> list[Task]:
    return [
        Task(id=uuid4(), position=position, permit=True, title=step.title, owner=step.owner, days=step.days)
        for position, step in enumerate(CHECKLIST)
    ]


def _take(session: Session, model: type[Row], event: Event, row_id: UUID) -> Row:
    """Return the event's row, locked until the transaction ends."""
    row = session.scalars(
        select(model).where(model.id == row_id, model.event_id == event.id).with_for_update()
    ).one_or_none()
    if row is None:
        raise RowGone
    return row


def _next(session: Session, model: type[Row], event: Event) -> int:
    count, last = session.execute(
        select(func.count(), func.max(model.position)).where(model.event_id == event.id)
    ).one()
    if count >= MAX_ROWS:
        raise Conflict(_("The list is full: %(n)s rows are the most. Please take out what is not needed.", n=MAX_ROWS))
    return int(last or 0) + 1


def _change(
    session: Session,
    event: Event,
    row: Task | Supply,
    entered: Mapping[str, Any],
    kind: str,
    name: str,
    desk: Desk,
    now: datetime,
) -> None:
    differences = [
        Difference(f"{kind}.{field}", entered.get(name, getattr(row, name)), getattr(row, field), value)
        for field, value in entered.items()
        if getattr(row, field) != value
    ]
    for field, value in entered.items():
        setattr(row, field, value)
    _write_down(session, event, desk, now, *differences)


def _write_down(session: Session, event: Event, desk: Desk, now: datetime, *differences: Difference) -> None:
    audit.record(session, event, ACTION, organizer_id=desk.organizer_id, now=now, differences=differences)
