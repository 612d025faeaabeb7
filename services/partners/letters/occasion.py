"""What a letter is about: to whom it goes, of which event, and what they were told of it before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from services.partners.models import Contact, Event, Pledge
from shared import catalogues, dates
from shared.catalogues import Language
from shared.config import Config


@dataclass(frozen=True, slots=True)
class Occasion:
    """To whom a letter goes, about which event, and when."""

    contact: Contact
    event: Event
    config: Config
    now: datetime

    @property
    def language(self) -> Language:
        """The contact's."""
        return catalogues.language("partners", self.contact.language)

    @property
    def unit(self) -> str:
        """For whom the contact speaks."""
        return self.contact.work_unit.name

    @property
    def page(self) -> str:
        """The address of the unit's page."""
        return f"{self.config.origin}/partners/unit"

    def moment(self, when: datetime) -> str:
        """Return a moment as the contact reads it, in the event's zone."""
        return dates.moment(when, self.event.timezone, self.language, self.now)

    def span(self, starts_at: datetime, ends_at: datetime) -> str:
        """Return a span of time as the contact reads it, in the event's zone."""
        return dates.span(starts_at, ends_at, self.event.timezone, self.language, self.now)


@dataclass(frozen=True, slots=True)
class Before:
    """What a contact was told of an event before it changed."""

    starts_at: datetime
    ends_at: datetime
    place: tuple[str, str]
    shifts: Mapping[UUID, tuple[datetime, datetime]]

    @classmethod
    def read(cls, params: Mapping[str, Any]) -> Self:
        """Return what the params of a notice say."""
        return cls(
            datetime.fromisoformat(params["old_starts_at"]),
            datetime.fromisoformat(params["old_ends_at"]),
            tuple(params["old_venue"]),
            {
                UUID(shift): (datetime.fromisoformat(starts_at), datetime.fromisoformat(ends_at))
                for shift, (starts_at, ends_at) in params["old_shifts"].items()
            },
        )

    def still_holds(self, event: Event, pledges: Sequence[Pledge]) -> bool:
        """Say whether nothing of it is different now, for a unit with these pledges."""
        same = (self.starts_at, self.ends_at, self.place) == (event.starts_at, event.ends_at, place_of(event))
        return same and not any(self.moved(pledge) for pledge in pledges)

    def expected(self, pledges: Sequence[Pledge]) -> list[datetime]:
        """Return the moments at which a unit with these pledges would have come."""
        times = (self.shifts.get(one.shift.id) for one in pledges if one.shift is not None)
        return [self.starts_at, *(time[0] for time in times if time is not None)]

    def moved(self, pledge: Pledge) -> tuple[datetime, datetime] | None:
        """Return the earlier time of the pledge's shift where it has another one now."""
        if pledge.shift is None:
            return None
        earlier = self.shifts.get(pledge.shift.id)
        now = (pledge.shift.starts_at, pledge.shift.ends_at)
        return earlier if earlier is not None and (earlier != now or not pledge.shift.listed) else None


def place_of(event: Event) -> tuple[str, str]:
    """Return where the event takes place: name and address."""
    return event.venue_name, event.venue_address
