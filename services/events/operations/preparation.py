"""Getting ready for an event: its tasks and its supplies, changed row by row.

These changes are written into the event's history but leave its version alone, so that ticking a task never makes a
colleague's half-typed edit of the event stale (docs/adr/0010-preparation-is-not-part-of-the-events-version.md).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Generic, TypeVar
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


@dataclass(frozen=True, slots=True)
class Rows(Generic[Row]):
    """One of the lists of an event's preparation: its table, what history calls a row, and the field that names it."""

    model: type[Row]
    kind: str
    name: str
    usual: Mapping[str, Any]
    """What a new row is where it does not say otherwise."""


TASKS: Final = Rows(Task, "task", "title", {"permit": False})
SUPPLIES: Final = Rows(Supply, "supply", "name", {"ready": 0})


class RowGone(NotFound):
    """A task or a supply that was there a moment ago has been taken out."""

    def __init__(self) -> None:
        super().__init__(_("Somebody has taken this out meanwhile. The list shows what is there now."))


def tick_task(session: Session, event_id: UUID, task_id: UUID, *, done: bool, desk: Desk, now: datetime) -> Task:
    """Mark the task as done, or as open again; what is so already stays as it is, with whoever did it first.

    Raises RowGone where somebody has taken it out meanwhile.
    """
    event = queries.desk_event(session, event_id, community=desk.community)
    task = _take(session, TASKS, event, task_id)
    was_done = task.done_at is not None
    if was_done != done:
        task.done_at, task.done_by = (now, desk.organizer_id) if done else (None, None)
        _write_down(session, event, desk, now, Difference("task.done", task.title, was_done, done))
    return task


def add_task(session: Session, event_id: UUID, entered: Mapping[str, Any], *, desk: Desk, now: datetime) -> Task:
    """Add a task of ``title``, ``owner`` and ``days``; raises Conflict where there are too many."""
    return _add(session, TASKS, event_id, entered, desk, now)


def change_task(
    session: Session, event_id: UUID, task_id: UUID, entered: Mapping[str, Any], *, desk: Desk, now: datetime
) -> Task:
    """Write what was entered into the task; raises RowGone where somebody has taken it out."""
    return _change(session, TASKS, event_id, task_id, entered, desk, now)


def remove_task(session: Session, event_id: UUID, task_id: UUID, *, desk: Desk, now: datetime) -> Task:
    """Take the task out; raises RowGone where it is gone already."""
    return _remove(session, TASKS, event_id, task_id, desk, now)


def add_supply(session: Session, event_id: UUID, entered: Mapping[str, Any], *, desk: Desk, now: datetime) -> Supply:
    """Add something that is needed: ``name``, ``quantity``, ``unit``, ``ready``; raises Conflict as for tasks."""
    return _add(session, SUPPLIES, event_id, entered, desk, now)


def change_supply(
    session: Session, event_id: UUID, supply_id: UUID, entered: Mapping[str, Any], *, desk: Desk, now: datetime
) -> Supply:
    """Write what was entered into the row; raises RowGone where somebody has taken it out."""
    return _change(session, SUPPLIES, event_id, supply_id, entered, desk, now)


def remove_supply(session: Session, event_id: UUID, supply_id: UUID, *, desk: Desk, now: datetime) -> Supply:
    """Take the row out; raises RowGone where it is gone already."""
    return _remove(session, SUPPLIES, event_id, supply_id, desk, now)


def restock(
    session: Session, event_id: UUID, rows: Mapping[UUID, Mapping[str, Any]], *, desk: Desk, now: datetime
) -> int:
    """Write how much is needed and how much is there, by the rows' ids; return how many rows are gone meanwhile."""
    event = queries.desk_event(session, event_id, community=desk.community)
    present = session.scalars(
        select(Supply).where(Supply.event_id == event.id, Supply.id.in_(rows)).order_by(Supply.id).with_for_update()
    ).all()
    for supply in present:
        _write(session, SUPPLIES, event, supply, rows[supply.id], desk, now)
    return len(rows) - len(present)


def prepare(event: Event, entered: Mapping[str, Any]) -> None:
    """Give a new event its tasks and supplies, all open, and the permit checklist where it is large."""
    event.tasks = [_made(TASKS, position, one) for position, one in enumerate(entered["tasks"])]
    event.supplies = [_made(SUPPLIES, position, one) for position, one in enumerate(entered["supplies"])]
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


def _add(
    session: Session, rows: Rows[Row], event_id: UUID, entered: Mapping[str, Any], desk: Desk, now: datetime
) -> Row:
    event = queries.desk_event(session, event_id, community=desk.community)
    row = _made(rows, _next(session, rows, event), entered)
    row.event_id = event.id
    session.add(row)
    name = getattr(row, rows.name)
    _write_down(session, event, desk, now, Difference(rows.kind, name, None, name))
    return row


def _change(
    session: Session,
    rows: Rows[Row],
    event_id: UUID,
    row_id: UUID,
    entered: Mapping[str, Any],
    desk: Desk,
    now: datetime,
) -> Row:
    event = queries.desk_event(session, event_id, community=desk.community)
    row = _take(session, rows, event, row_id)
    _write(session, rows, event, row, entered, desk, now)
    return row


def _remove(session: Session, rows: Rows[Row], event_id: UUID, row_id: UUID, desk: Desk, now: datetime) -> Row:
    event = queries.desk_event(session, event_id, community=desk.community)
    row = _take(session, rows, event, row_id)
    session.delete(row)
    name = getattr(row, rows.name)
    _write_down(session, event, desk, now, Difference(rows.kind, name, name, None))
    return row


def _made(rows: Rows[Row], position: int, entered: Mapping[str, Any]) -> Row:
    return rows.model(id=uuid4(), position=position, **{**rows.usual, **entered})


def _take(session: Session, rows: Rows[Row], event: Event, row_id: UUID) -> Row:
    """Return the event's row, locked until the transaction ends."""
    row = session.scalars(
        select(rows.model).where(rows.model.id == row_id, rows.model.event_id == event.id).with_for_update()
    ).one_or_none()
    if row is None:
        raise RowGone
    return row


def _next(session: Session, rows: Rows[Row], event: Event) -> int:
    count, last = session.execute(
        select(func.count(), func.max(rows.model.position)).where(rows.model.event_id == event.id)
    ).one()
    if count >= MAX_ROWS:
        raise Conflict(_("The list is full: %(n)s rows are the most. Please take out what is not needed.", n=MAX_ROWS))
    return int(last or 0) + 1


def _write(
    session: Session, rows: Rows[Row], event: Event, row: Row, entered: Mapping[str, Any], desk: Desk, now: datetime
) -> None:
    differences = [
        Difference(f"{rows.kind}.{field}", entered.get(rows.name, getattr(row, rows.name)), getattr(row, field), value)
        for field, value in entered.items()
        if getattr(row, field) != value
    ]
    for field, value in entered.items():
        setattr(row, field, value)
    _write_down(session, event, desk, now, *differences)


def _write_down(session: Session, event: Event, desk: Desk, now: datetime, *differences: Difference) -> None:
    audit.record(session, event, ACTION, organizer_id=desk.organizer_id, now=now, differences=differences)
