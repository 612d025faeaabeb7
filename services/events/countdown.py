"""How far an event's preparation has come: its tasks by when they are due, and what is missing of its supplies."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.events import queries
from services.events.models import Event, NeedCopy, PledgeCopy, Supply, Task

SOON: Final = timedelta(days=7)
BRIEF: Final = 3
"""Tasks that a summary names."""

Promise = tuple[str, str, int]
"""What a need asks for, its unit, and how much of it was promised."""


class When(StrEnum):
    """The groups of the countdown."""

    LATE = "late"
    TODAY = "today"
    SOON = "soon"
    LATER = "later"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Stock:
    """Something that is needed; ``promised`` is what units say they bring."""

    supply: Supply
    promised: int

    @property
    def missing(self) -> int:
        """What is neither there nor promised."""
        return max(self.supply.quantity - self.supply.ready - self.promised, 0)


@dataclass(frozen=True, slots=True)
class NextTask:
    """A task that comes next, with the day it is due on."""

    title: str
    due: date
    is_late: bool


@dataclass(frozen=True, slots=True)
class Preparation:
    """An event with all that is to be done and to be had for it."""

    event: Event
    tasks: Sequence[Task]
    stock: Sequence[Stock]

    @property
    def usual(self) -> Sequence[Task]:
        """The tasks of the countdown, without the permit's."""
        return [task for task in self.tasks if not task.permit]

    @property
    def permit(self) -> Sequence[Task]:
        """The steps towards the safety permit."""
        return [task for task in self.tasks if task.permit]

    @property
    def missing(self) -> int:
        """How many of the supplies are neither there nor promised in full."""
        return sum(1 for one in self.stock if one.missing)

    def next_tasks(self, now: datetime) -> Sequence[NextTask]:
        """Return the first tasks that are still to be done, the permit's among them."""
        today = self.event.local(now).date()
        first = sorted((due(self.event, task), task.position, task.title) for task in self.tasks if not task.done_at)
        return [NextTask(title, day, is_late=day < today) for day, _position, title in first[:BRIEF]]


def preparation(session: Session, event_id: UUID, *, community: str) -> Preparation:
    """Return how an event of the community is prepared; raises NotFound."""
    event = queries.desk_event(session, event_id, community=community)
    stock = stocked(event.supplies, promises(session, [event_id])[event_id])
    return Preparation(event, list(event.tasks), stock)


def promises(session: Session, event_ids: Collection[UUID]) -> Mapping[UUID, Sequence[Promise]]:
    """Return what units have promised to bring to each of the events, one for each need, in one query."""
    rows = session.execute(
        select(NeedCopy.event_id, NeedCopy.description, NeedCopy.unit, func.sum(PledgeCopy.quantity))
        .join(PledgeCopy, PledgeCopy.need_id == NeedCopy.need_id)
        .where(NeedCopy.event_id.in_(event_ids), PledgeCopy.kind == "supplies", PledgeCopy.quantity > 0)
        .group_by(NeedCopy.need_id)
    )
    found: dict[UUID, list[Promise]] = {event_id: [] for event_id in event_ids}
    for event_id, description, unit, quantity in rows:
        found[event_id].append((description, unit, int(quantity)))
    return found


def due(event: Event, task: Task) -> date:
    """Return the day on which the task is to be done, in the event's zone."""
    return event.local(event.starts_at).date() + timedelta(days=task.days)


def when(event: Event, task: Task, now: datetime) -> When:
    """Return the group that the task is in."""
    today, day = event.local(now).date(), due(event, task)
    if task.done_at is not None:
        return When.DONE
    if day < today:
        return When.LATE
    if day == today:
        return When.TODAY
    return When.SOON if day < today + SOON else When.LATER


def grouped(event: Event, tasks: Sequence[Task], now: datetime) -> Mapping[When, Sequence[Task]]:
    """Return the tasks by group, in the groups' order; a group without any is left out."""
    groups: dict[When, list[Task]] = {group: [] for group in When}
    for task in tasks:
        groups[when(event, task, now)].append(task)
    return {group: members for group, members in groups.items() if members}


def stocked(supplies: Sequence[Supply], made: Sequence[Promise]) -> list[Stock]:
    """Return the supplies with what is promised of each, where ``made`` are the promises for their event.

    A need is about the supply whose name stands in it – the longest, where there are several – as long as both count
    in the same unit.
    """
    promised: dict[UUID, int] = {}
    for description, unit, quantity in made:
        named = [one for one in supplies if one.name in description and unit in ("", one.unit)]
        if named:
            meant = max(named, key=lambda one: len(one.name))
            promised[meant.id] = promised.get(meant.id, 0) + quantity
    return [Stock(supply, promised.get(supply.id, 0)) for supply in supplies]
