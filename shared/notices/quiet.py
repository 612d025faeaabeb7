"""Quiet hours, by the clock on the wall of the office: what may wait is not sent while people sleep."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From one time of the day to another, over midnight where the end is the earlier one."""

    begin: time
    end: time

    def __str__(self) -> str:
        return f"{self.begin:%H:%M}-{self.end:%H:%M}"

    def morning(self, now: datetime, zone: tzinfo) -> datetime | None:
        """Return when the quiet hours that it is now will end, or None where it is none of them."""
        wall = now.astimezone(zone)
        over_midnight = self.end < self.begin
        begun, ended = wall.time() >= self.begin, wall.time() >= self.end
        if not (begun or not ended if over_midnight else begun and not ended):
            return None
        day = wall.date() + timedelta(days=over_midnight and begun)
        morning = datetime.combine(day, self.end, zone).astimezone(UTC)
        return morning if morning > now else None  # an end that the clock shows twice is the first of the two


def parse(value: str) -> QuietHours | None:
    """Read ``21:00-08:00``, or ``off`` for none; raises ValueError."""
    if value == "off":
        return None
    if re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d", value, re.ASCII):
        begin, end = (time.fromisoformat(part) for part in value.split("-"))
        if begin != end:
            return QuietHours(begin, end)
    raise ValueError("must be two times of the day, like 21:00-08:00, or off")
