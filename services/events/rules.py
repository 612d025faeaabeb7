"""When people hear of an event before and after it: its rules, as text, as moments, and with what they are for.

A rule is kept as text: ``P1D`` (the same hour of the day before), ``P1D@18:00`` (by the clock of the event's zone),
``PT2H/shift`` (before each shift instead of the event), ``minimum-P3D`` (a milestone).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import groupby
from typing import Final, Self
from uuid import UUID
from zoneinfo import ZoneInfo

from services.events.models import Event, Shift, Task
from services.events.times import Distance

OFFICE_OPENS: Final = time(9)
"""Whoever owes something hears of it in the morning, with the day before them."""
RECORDS_WAIT: Final = timedelta(days=14)
"""For how long after its moment a reminder of records is still worth sending."""
AT_ONCE: Final = "PT0S"
"""Thanks go out as soon as the event is completed."""
RULE: Final = re.compile(r"(?:([a-z]+)-)?(P[0-9A-Z]+)(?:@([01][0-9]|2[0-3]):([0-5][0-9]))?(/shift)?", re.ASCII)

OF_MOMENT: Final = re.compile(r"/[0-9]{8}(T[0-9]{4}Z)?$", re.ASCII)
"""What a moment's name has beyond its rule: the beginning of the shifts, or the day of the tasks."""


class Milestone(StrEnum):
    """What has to be reached by a certain day; whoever owes it is reminded, as long as something is missing."""

    MINIMUM = "minimum"
    UNCLAIMED = "unclaimed"
    SUPPLIES = "supplies"
    TASKS = "tasks"
    RECORDS = "records"


@dataclass(frozen=True, slots=True)
class Moment:
    """When a rule comes due: by the clock of the event's zone, until when it makes sense, and for which shifts.

    ``rule`` names it among all reminders of the event: a rule about shifts has a moment for each of their beginnings,
    one about tasks for each day on which some are due.
    """

    rule: str
    wall: datetime
    expires_at: datetime
    shift_ids: Sequence[UUID] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. ``duration`` is in ISO 8601: before the start, or after the end where the milestone is records."""

    duration: str
    at: time | None = None
    of_shift: bool = False
    milestone: Milestone | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a rule as it is kept; raises ValueError.

        A time of day goes with whole days only, and so does a milestone, which has its hour and knows no shifts.
        """
        match = RULE.fullmatch(text)
        if match is None:
            raise ValueError("not a rule")
        milestone, duration, hour, minute, shift = match.groups()
        rule = cls(
            duration,
            time(int(hour), int(minute)) if hour else None,
            shift is not None,
            Milestone(milestone) if milestone else None,
        )
        if rule.distance.seconds and (rule.at or rule.milestone):
            raise ValueError("a time of day needs whole days")
        if rule.milestone and (rule.at or rule.of_shift):
            raise ValueError("a milestone has its own hour")
        return rule

    def __str__(self) -> str:
        milestone = f"{self.milestone}-" if self.milestone else ""
        return f"{milestone}{self.duration}{_clock(self.at)}{'/shift' if self.of_shift else ''}"

    @property
    def distance(self) -> Distance:
        """How far it is from what it reminds of."""
        return Distance.parse(self.duration)

    def moments(self, event: Event) -> Iterator[Moment]:
        """Yield when the rule comes due for the event as it stands."""
        match self.milestone:
            case Milestone.RECORDS:
                day = event.local(event.ends_at).date() + timedelta(days=self.distance.days)
                wall = _on(day, OFFICE_OPENS, event)
                yield Moment(str(self), wall, wall + RECORDS_WAIT)
            case Milestone.TASKS:
                yield from self._of_tasks(event)
            case None if self.of_shift:
                yield from self._of_shifts(event)
            case _:
                yield Moment(str(self), self._before(event.starts_at, event), event.starts_at)

    def _before(self, starts_at: datetime, event: Event) -> datetime:
        at = OFFICE_OPENS if self.milestone else self.at
        if at is None:
            return event.local(self.distance.before(starts_at, event.timezone))
        return _on(event.local(starts_at).date() - timedelta(days=self.distance.days), at, event)

    def _of_shifts(self, event: Event) -> Iterator[Moment]:
        shifts = sorted(event.shifts, key=_begins)
        for begins, together in groupby(shifts, _begins):
            rule = f"{self}/{begins.astimezone(UTC):%Y%m%dT%H%MZ}"
            yield Moment(rule, self._before(begins, event), begins, [shift.id for shift in together])

    def _of_tasks(self, event: Event) -> Iterator[Moment]:
        first = event.local(event.starts_at).date()
        for days in sorted({task.days for task in event.tasks if is_open(task)}):
            day = first + timedelta(days=days)
            wall = _on(day - timedelta(days=self.distance.days), OFFICE_OPENS, event)
            yield Moment(f"{self}/{day:%Y%m%d}", wall, _on(day + timedelta(days=1), time(), event))


@dataclass(frozen=True, slots=True)
class Thanks:
    """When those who were there are thanked: so long after the end, or as soon as the event is completed."""

    after: str = AT_ONCE
    at: time | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read it as it is kept; raises ValueError."""
        if text == AT_ONCE:
            return cls()
        rule = Rule.parse(text)
        if rule.milestone or rule.of_shift or rule.distance.seconds:
            raise ValueError("thanks come at once or after whole days")
        return cls(rule.duration, rule.at)

    def __str__(self) -> str:
        return f"{self.after}{_clock(self.at)}"

    def moment(self, event: Event) -> datetime | None:
        """Return when the thanks for the event are due; None for at once."""
        if self.after == AT_ONCE:
            return None
        ends = event.local(event.ends_at)
        day = ends.date() + timedelta(days=Distance.parse(self.after).days)
        return _on(day, self.at or ends.time(), event).astimezone(UTC)


def moments(event: Event) -> Iterator[Moment]:
    """Yield when any of the event's rules comes due."""
    for rule in event.reminders:
        yield from Rule.parse(rule).moments(event)


def rule_of(moment: str) -> Rule:
    """Return the rule that has a moment of this name."""
    return Rule.parse(OF_MOMENT.sub("", moment))


def is_open(task: Task) -> bool:
    """Say whether the task is still to be done."""
    return task.done_at is None


def _begins(shift: Shift) -> datetime:
    """Return when the shift begins, to the minute, which is what people are told."""
    return shift.starts_at.replace(second=0, microsecond=0)


def _on(day: date, at: time, event: Event) -> datetime:
    """Return the moment at which the clocks of the event's zone show this.

    An hour that the clocks skip is taken as the same distance after the change, one that they show twice as the first.
    """
    return datetime.combine(day, at, ZoneInfo(event.timezone))


def _clock(at: time | None) -> str:
    return f"@{at:%H:%M}" if at else ""
