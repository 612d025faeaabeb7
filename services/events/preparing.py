"""Tasks and supplies as organizers enter them, and as they are shown to them alone."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from marshmallow import fields
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from services.events.models import Event
from shared.fields import Day, Line, Schema, Whole, size

EARLIEST: Final = -365
LATEST: Final = 90
"""Days from the event between which tasks may lie."""
MAX_ROWS: Final = 100
"""Tasks, and supplies, that a new event may bring."""


class TaskSchema(Schema):
    """Something to be done, ``days`` from the event's day: -7 is a week before, 1 the day after."""

    title = Line(max=100, required=True)
    owner = Line(max=50, load_default="")
    days = Whole(min=EARLIEST, max=LATEST, required=True)


class SupplyNeededSchema(Schema):
    """Something that is needed, and how much of it is there already."""

    name = Line(max=50, required=True)
    quantity = Whole(min=1, max=1_000_000, required=True)
    unit = Line(max=20, load_default="")
    ready = Whole(max=1_000_000, load_default=0)


class TickSchema(Schema):
    """Whether a task is done."""

    done = fields.Boolean(required=True)


class TaskFormSchema(Schema):
    """A task as the form sends it: by when it is due, which is kept as a distance from the event's day."""

    title = Line(max=100, required=True)
    owner = Line(max=50, load_default="")
    due = Day(required=True)


class StockRowSchema(Schema):
    """A row of the table of supplies: ``seen`` is what it said when the page was drawn, as "quantity/ready"."""

    id = fields.UUID(required=True)
    seen = Line(max=30, load_default="")
    quantity = Whole(min=1, max=1_000_000, required=True)
    ready = Whole(max=1_000_000, load_default=0)


class StockSchema(Schema):
    """How much is needed and how much is there, changed in place."""

    supplies = fields.List(fields.Nested(StockRowSchema))


class OwnTemplateSchema(Schema):
    """What an event is kept as; ``replace`` writes over the template that has the name already."""

    title = Line(max=60, required=True)
    replace = fields.Boolean(load_default=False)


class TaskShownSchema(TaskSchema):
    """A task; ``permit`` marks a step towards the safety permit of a large event."""

    id = fields.UUID()
    permit = fields.Boolean()
    done_at = fields.AwareDateTime(allow_none=True)


class SupplyShownSchema(SupplyNeededSchema):
    """A row of the list of supplies."""

    id = fields.UUID()


def tasks_field() -> fields.Field[Any]:
    """Return the list of tasks that a new event may be sent with."""
    return fields.List(fields.Nested(TaskSchema), validate=size(MAX_ROWS))


def supplies_field() -> fields.Field[Any]:
    """Return the list of supplies that a new event may be sent with."""
    return fields.List(fields.Nested(SupplyNeededSchema), validate=size(MAX_ROWS))


def load(session: Session, event_ids: Sequence[UUID]) -> None:
    """Read the tasks and supplies of the events at once, so that none of them is asked for by itself."""
    if event_ids:
        rows = (selectinload(Event.tasks), selectinload(Event.supplies))
        session.scalars(select(Event).where(Event.id.in_(event_ids)).options(*rows)).all()


def shown(event: Event) -> dict[str, Any]:
    """Return what the event's organizers are told of how it is prepared."""
    return {
        "tasks": [
            {
                "id": task.id,
                "title": task.title,
                "owner": task.owner,
                "days": task.days,
                "permit": task.permit,
                "done_at": event.local(task.done_at) if task.done_at else None,
            }
            for task in event.tasks
        ],
        "supplies": [
            {
                "id": supply.id,
                "name": supply.name,
                "quantity": supply.quantity,
                "unit": supply.unit,
                "ready": supply.ready,
            }
            for supply in event.supplies
        ],
    }
