"""What an office thinks fit: which notices wait for the morning, and how many letters a day are enough."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Final

from shared.notices.kinds import Kind, Urgency
from shared.notices.quiet import QuietHours

TOO_LATE: Final = timedelta(hours=1)
"""News for which somebody would have less time than this after the morning comes at night."""
BEFOREHAND: Final = timedelta(hours=2)
"""How long before they need it it comes then."""


@dataclass(frozen=True, slots=True)
class Policy:
    """A service's kinds of notices, and the office's zone, quiet hours and letters a day (0: any number)."""

    kinds: Mapping[str, Kind] = field(default_factory=dict)
    zone: tzinfo = UTC
    quiet: QuietHours | None = None
    daily: int = 0

    def kind(self, name: str) -> Kind:
        """Return the kind of that name; one that is not listed is calm and about no topic."""
        return self.kinds.get(name, Kind())

    def alike(self, kind: Kind) -> Sequence[str]:
        """Return the names of the kinds that may travel in one letter with this one."""
        return [name for name, other in self.kinds.items() if kind.joins and other == kind]

    def waits_until(self, urgency: Urgency, now: datetime, needed_by: datetime | None = None) -> datetime | None:
        """Return until when a notice waits for the quiet hours to end, or None where it may go now.

        News that its reader needs before they are well up comes two hours before that, at night as well.
        """
        morning = self.quiet.morning(now, self.zone) if self.quiet is not None else None
        if morning is None or urgency is Urgency.AT_ONCE:
            return None
        if urgency is Urgency.NEWS and needed_by is not None and now < needed_by < morning + TOO_LATE:
            return needed_by - BEFOREHAND if now < needed_by - BEFOREHAND else None
        return morning

    def today(self, now: datetime) -> datetime:
        """Return when the office's day began."""
        return datetime.combine(now.astimezone(self.zone).date(), time.min, self.zone).astimezone(UTC)

    def tomorrow(self, now: datetime) -> datetime:
        """Return when the first letters of its next day go out."""
        day = now.astimezone(self.zone).date() + timedelta(days=1)
        return datetime.combine(day, self.quiet.end if self.quiet else time.min, self.zone).astimezone(UTC)
