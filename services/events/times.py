"""Arithmetic with times in an event's zone: moving by the wall clock, and distances as ISO 8601 durations."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Self
from zoneinfo import ZoneInfo

DURATION: Final = re.compile(
    r"P(?:(\d{1,2})W)?(?:(\d{1,2})D)?(?:T(?=\d)(?:(\d{1,4})H)?(?:(\d{1,6})M)?(?:(\d{1,7})S)?)?", re.ASCII
)
LONGEST: Final = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Distance:
    """A distance before an event's start. Days are days of the wall clock: P1D is the same hour of the day before."""

    days: int
    seconds: int

    @classmethod
    def parse(cls, duration: str) -> Self:
        """Read an ISO 8601 duration of weeks, days, hours, minutes and seconds (P7D, PT2H); raises ValueError."""
        match = DURATION.fullmatch(duration)
        if match is None:
            raise ValueError("not a duration")
        weeks, days, hours, minutes, seconds = (int(figure or 0) for figure in match.groups())
        distance = cls(days=7 * weeks + days, seconds=3600 * hours + 60 * minutes + seconds)
        if not timedelta(0) < distance.length <= LONGEST:
            raise ValueError("too short or too long")
        return distance

    @property
    def length(self) -> timedelta:
        """The distance where no clock is changed."""
        return timedelta(days=self.days, seconds=self.seconds)

    def before(self, starts_at: datetime, zone: str) -> datetime:
        """Return the moment that is this far before ``starts_at`` in the zone, in UTC."""
        day = starts_at.astimezone(ZoneInfo(zone)) - timedelta(days=self.days)
        return day.astimezone(UTC) - timedelta(seconds=self.seconds)


@dataclass(frozen=True, slots=True)
class Move:
    """From one moment to another by the wall clock of a zone, to be repeated with other moments."""

    by: timedelta
    zone: ZoneInfo

    @classmethod
    def between(cls, old: datetime, new: datetime, zone: str) -> Self:
        """Return the move that brings ``old`` to ``new``."""
        place = ZoneInfo(zone)
        return cls(new.astimezone(place).replace(tzinfo=None) - old.astimezone(place).replace(tzinfo=None), place)

    def __call__(self, moment: datetime) -> datetime:
        """Return the moment moved, in UTC: fourteen o'clock stays fourteen o'clock when the clocks change between."""
        wall = moment.astimezone(self.zone).replace(tzinfo=None) + self.by
        return wall.replace(tzinfo=self.zone).astimezone(UTC)


def located(value: Any, zone: str) -> Any:
    """Return the value with every time in it that has no zone yet placed in this one, however deep it stands."""
    if isinstance(value, datetime) and value.tzinfo is None:
        return value.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    if isinstance(value, Mapping):
        return {key: located(inner, zone) for key, inner in value.items()}
    if isinstance(value, list):
        return [located(inner, zone) for inner in value]
    return value


def box(moment: datetime | None, zone: str) -> str:
    """Return the moment as a ``datetime-local`` box in the zone holds it: 2027-06-09T14:00."""
    return moment.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M") if moment else ""
