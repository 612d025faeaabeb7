"""The service's own copy of the events: kept up to date, and what a change of it means for units with pledges."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from services.partners import audiences
from services.partners.audiences import Units
from services.partners.models import Event, Shift, Supply
from services.partners.operations.moving import move_with
from shared.database import change
from shared.notices import mailings

THANKED_WITHIN: Final = timedelta(days=7)
"""A thank-you that comes later than this after an event was completed is none."""


def record_event(session: Session, data: Mapping[str, Any], *, now: datetime) -> None:
    """Bring the copy of the event to the state in ``data`` (an ``event.*`` message), unless it is older.

    Contacts of units with a pledge are told of a new time or place and of a cancellation, and thanked at the end.
    """
    event = session.scalars(select(Event).where(Event.id == data["event_id"]).with_for_update(of=Event)).one_or_none()
    before = None
    if event is None:
        event = Event(id=data["event_id"])
        session.add(event)
    elif data["version"] <= event.version:
        return
    else:
        before = _Snapshot(event)
    _copy(event, data)
    session.flush()
    _record_shifts(session, event, data["shifts"])
    _record_supplies(session, event, data["supplies"])
    if before is not None:
        if before.starts_at != event.starts_at:
            move_with(session, event, event.starts_at - before.starts_at, now=now)
        _tell(session, event, data, before, now)


class _Snapshot:
    """What units have been told of an event so far."""

    def __init__(self, event: Event) -> None:
        self.status = event.status
        self.starts_at = event.starts_at
        self.ends_at = event.ends_at
        self.venue = (event.venue_name, event.venue_address)
        self.times = {shift.id: (shift.starts_at, shift.ends_at) for shift in event.shifts if shift.listed}

    def moved(self, event: Event) -> bool:
        """Tell whether someone who knows the old state would come at the wrong time or to the wrong place."""
        return (self.starts_at, self.ends_at) != (event.starts_at, event.ends_at) or self.venue != (
            event.venue_name,
            event.venue_address,
        )

    def told(self) -> dict[str, Any]:
        """Return what a letter about the change needs of it."""
        return {
            "old_starts_at": self.starts_at.isoformat(),
            "old_ends_at": self.ends_at.isoformat(),
            "old_venue": list(self.venue),
            "old_shifts": {str(one): [start.isoformat(), end.isoformat()] for one, (start, end) in self.times.items()},
        }

    def moved_shifts(self, event: Event) -> list[UUID]:
        """Return the shifts that have another time now, or are gone."""
        times = {shift.id: (shift.starts_at, shift.ends_at) for shift in event.shifts if shift.listed}
        return [shift_id for shift_id, time in self.times.items() if times.get(shift_id) != time]


def _copy(event: Event, data: Mapping[str, Any]) -> None:
    event.venue_name = data["venue"]["name"]
    event.venue_address = data["venue"]["address"]
    for name in (
        "version",
        "community",
        "slug",
        "theme",
        "title",
        "summary",
        "status",
        "reason",
        "timezone",
        "lunar",
        "starts_at",
        "ends_at",
        "occurrence",
        "contact",
    ):
        setattr(event, name, data[name])


def _record_shifts(session: Session, event: Event, listed: list[Mapping[str, Any]]) -> None:
    known = {shift.id: shift for shift in event.shifts}
    for position, data in enumerate(listed):
        shift = known.get(data["shift_id"])
        if shift is None:
            shift = Shift(id=data["shift_id"])
            event.shifts.append(shift)
        shift.position = position
        shift.listed = True
        for name in ("role", "description", "starts_at", "ends_at", "capacity"):
            setattr(shift, name, data[name])
    ids = {data["shift_id"] for data in listed}
    for shift_id, shift in known.items():
        shift.listed = shift_id in ids
    session.flush()


def _record_supplies(session: Session, event: Event, listed: list[Mapping[str, Any]]) -> None:
    change(session, delete(Supply).where(Supply.event_id == event.id))
    session.add_all(
        Supply(
            id=data["supply_id"],
            event_id=event.id,
            position=position,
            name=data["label"],
            quantity=data["quantity"],
            unit=data["unit"],
        )
        for position, data in enumerate(listed)
    )
    session.flush()


def _tell(session: Session, event: Event, data: Mapping[str, Any], before: _Snapshot, now: datetime) -> None:
    """Take back what is no longer true and tell every unit concerned of what is, once for each version of the event."""
    moved, moved_shifts = before.moved(event), before.moved_shifts(event)
    if event.status != "published":
        for kind in ("reminder", "supplies_due", "changed"):
            mailings.cancel(session, event_id=event.id, kind=kind, now=now)
    elif moved:
        for kind in ("reminder", "supplies_due"):
            mailings.cancel(session, event_id=event.id, kind=kind, before_occurrence=event.occurrence, now=now)
        mailings.cancel(session, event_id=event.id, kind="changed", now=now)
    if event.status == "cancelled" and before.status == "published":
        _mail(session, event, before, "cancelled", {}, now)
    elif event.status == "published" and moved:
        _mail(session, event, before, "changed", {}, now)
    elif event.status == "published" and moved_shifts:
        _mail(session, event, before, "changed", {"shifts": [str(one) for one in moved_shifts]}, now)
    elif event.status == "completed" and before.status == "published" and data["thanks"]:
        _mail(session, event, before, "thanks", {}, now, due_at=max(data["thanks_at"] or now, now))


def _mail(
    session: Session,
    event: Event,
    before: _Snapshot,
    kind: str,
    whom: Mapping[str, Any],
    now: datetime,
    *,
    due_at: datetime | None = None,
) -> None:
    due_at = due_at or now
    mailings.start(
        session,
        audiences.find,
        audiences.of_event(event.id, Units.PLEDGED, **whom),
        kind=kind,
        event_id=event.id,
        rule=f"v{event.version}",
        occurrence=event.occurrence,
        due_at=due_at,
        expires_at=due_at + THANKED_WITHIN if kind == "thanks" else max(event.ends_at, before.ends_at),
        params=before.told(),
        now=now,
    )
