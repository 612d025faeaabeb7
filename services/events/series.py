"""Series of events: what may be entered of them, and what is read of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from marshmallow import ValidationError, fields, post_load, validates_schema
from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from services.events.models import Event, EventStatus
from services.events.recurrence import LAST, MOST, Every, Recurrence
from shared.fields import REQUIRED, Choice, Day, Schema, Whole, size
from shared.texts import text as _

MONTH_DAYS: Final = 31


class Scope(StrEnum):
    """Which events of a series a change is for."""

    ONE = "one"
    FOLLOWING = "following"
    ALL = "all"


class Nth(StrEnum):
    """Which of a month's four or five such weekdays."""

    FIRST = "1"
    SECOND = "2"
    THIRD = "3"
    FOURTH = "4"
    LAST = "last"


class RuleSchema(Schema):
    """How an event repeats, and until when; weekdays are numbers, Monday is 0."""

    every = Choice(Every, required=True)
    interval = Whole(min=1, max=12, load_default=1)
    weekdays = fields.List(Whole(max=6), validate=size(7), load_default=list)
    day = Whole(min=1, max=MONTH_DAYS)
    nth = Choice(Nth)
    weekday = Whole(max=6)
    number = Whole(min=1, max=MOST)
    until = Day()
    skip_holidays = fields.Boolean(load_default=False)

    @validates_schema
    def check_whole(self, data: Mapping[str, Any], **_kwargs: Any) -> None:
        """Ask for what the kind of rule needs, and for an end."""
        needed = {Every.MONTHLY: ("day",), Every.NTH: ("nth", "weekday")}.get(data["every"], ())
        missing: dict[str, list[str]] = {name: [REQUIRED] for name in needed if name not in data}
        if "number" not in data and "until" not in data:
            missing["number"] = [_("Say how many times, or until which day.")]
        if missing:
            raise ValidationError(missing)

    @post_load
    def to_rule(self, data: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        """Return what was entered with the ``rule`` in one piece."""
        taken = {name: data.pop(name) for name in Recurrence.__dataclass_fields__ if name in data}
        if "nth" in taken:
            taken["nth"] = LAST if taken["nth"] is Nth.LAST else int(taken["nth"])
        return {**data, "rule": Recurrence(**taken | {"weekdays": tuple(taken["weekdays"])})}


class RepeatSchema(RuleSchema):
    """A rule, which of its days are meant (all but skipped holidays where none is named), and whether to publish."""

    days = fields.List(Day(required=True), validate=size(MOST))
    publish = fields.Boolean(load_default=False)


def of(session: Session, series_id: UUID | None) -> Sequence[Row[UUID, str, datetime, EventStatus]]:
    """Return id, title, start and state of the series' events by time; nothing for an event of no series."""
    if series_id is None:
        return []
    return session.execute(
        select(Event.id, Event.title, Event.starts_at, Event.status)
        .where(Event.series_id == series_id)
        .order_by(Event.starts_at, Event.id)
    ).all()
