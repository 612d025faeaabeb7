"""The history of each event: who changed which field, from what to what."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from services.events.models import AuditEntry, Event

FIELDS: Final = (
    "title",
    "summary",
    "theme",
    "venue_name",
    "venue_address",
    "starts_at",
    "ends_at",
    "timezone",
    "conditions",
    "how_to_sign_up",
    "risks",
    "contact",
    "expected_attendance",
    "waitlist",
    "reminders",
    "thanks",
    "offer_minutes",
    "asks_code",
    "travel_minutes",
    "daily_hours",
    "rest_hours",
)
SHIFT_FIELDS: Final = (
    "role",
    "description",
    "starts_at",
    "ends_at",
    "capacity",
    "minimum",
    "min_age",
    "skills",
    "counts_as_service",
    "training",
    "insured",
    "questions",
    "swap_approval",
    "position",
)
ITEM_FIELDS: Final = ("title", "kind", "performers", "starts_at", "minutes", "place", "roles", "position")


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that is not what it was. ``part`` is the name of the shift or programme item it belongs to."""

    field: str | None
    part: str | None
    before: Any
    after: Any


NO_FIELD: Final = Difference(None, None, None, None)
"""Stands for an action that touches the event as a whole: its state, not a field."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """An event's state at one moment, in values that JSON can hold."""

    fields: Mapping[str, Any]
    shifts: Mapping[UUID, Mapping[str, Any]]
    programme: Mapping[UUID, Mapping[str, Any]]

    @classmethod
    def of(cls, event: Event) -> "Snapshot":
        """Take the event's state."""
        return cls(
            _values(event, FIELDS),
            {shift.id: _values(shift, SHIFT_FIELDS) for shift in event.shifts},
            {item.id: _values(item, ITEM_FIELDS) for item in event.programme},
        )

    def differences(self, later: "Snapshot") -> Iterator[Difference]:
        """Yield what is different in the later state."""
        for field, value in self.fields.items():
            if value != later.fields[field]:
                yield Difference(field, None, value, later.fields[field])
        yield from _parts("shift", "role", self.shifts, later.shifts)
        yield from _parts("programme", "title", self.programme, later.programme)


def record(
    session: Session,
    event: Event,
    action: str,
    *,
    organizer_id: UUID | None,
    now: datetime,
    differences: Iterable[Difference] = (NO_FIELD,),
) -> None:
    """Write down that the organizer, or Steward itself, did ``action``, with one entry for each difference."""
    for difference in differences:
        session.add(
            AuditEntry(
                id=uuid4(),
                event_id=event.id,
                version=event.version,
                organizer_id=organizer_id,
                at=now,
                action=action,
                field=difference.field,
                part=difference.part,
                before=difference.before,
                after=difference.after,
            )
        )


def _parts(
    kind: str,
    name: str,
    before: Mapping[UUID, Mapping[str, Any]],
    after: Mapping[UUID, Mapping[str, Any]],
) -> Iterator[Difference]:
    for part_id, old in before.items():
        if part_id not in after:
            yield Difference(kind, old[name], old[name], None)
            continue
        new = after[part_id]
        for field, value in old.items():
            if value != new[field] and field != "position":
                yield Difference(f"{kind}.{field}", new[name], value, new[field])
    for part_id, new in after.items():
        if part_id not in before:
            yield Difference(kind, new[name], None, new[name])
    # The order of those that stay counts once, not as a new number for each.
    stay_before = sorted((part_id for part_id in before if part_id in after), key=lambda part: before[part]["position"])
    stay_after = sorted(stay_before, key=lambda part: after[part]["position"])
    if stay_before != stay_after:
        yield Difference(
            f"{kind}.order",
            None,
            [after[part][name] for part in stay_before],
            [after[part][name] for part in stay_after],
        )


def _values(source: object, names: tuple[str, ...]) -> dict[str, Any]:
    values = {name: getattr(source, name) for name in names}
    return {
        name: value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value
        for name, value in values.items()
    }
