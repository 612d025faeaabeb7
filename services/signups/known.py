"""An event as people know it: when it and its shifts are, and where."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from services.signups.models import Event

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Known:
    """An event as it was: when it and its shifts were, and where."""

    event: Span
    shifts: Mapping[UUID, Span]
    venue: tuple[str, str]

    @classmethod
    def of(cls, event: Event) -> Self:
        """Return the event as it is now."""
        shifts = {one.id: (one.starts_at, one.ends_at) for one in event.shifts}
        return cls((event.starts_at, event.ends_at), shifts, (event.venue_name, event.venue_address))

    @classmethod
    def read(cls, params: Mapping[str, Any]) -> Self:
        """Read what ``params`` has written."""
        return cls(
            _span(params["event"]),
            {UUID(shift_id): _span(times) for shift_id, times in params["shifts"].items()},
            (params["venue"][0], params["venue"][1]),
        )

    def params(self) -> dict[str, Any]:
        """Return it as a mailing keeps it."""
        return {
            "event": [at.isoformat() for at in self.event],
            "shifts": {str(shift_id): [at.isoformat() for at in times] for shift_id, times in self.shifts.items()},
            "venue": list(self.venue),
        }


def _span(written: Sequence[str]) -> Span:
    return datetime.fromisoformat(written[0]), datetime.fromisoformat(written[1])
