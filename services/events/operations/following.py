"""Changing several events of a series at once, or calling them off; each of the others succeeds or is left alone."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.events import audit
from services.events.models import OPEN, Event, EventStatus
from services.events.operations.changing import change_event
from services.events.operations.desk import Desk, take
from services.events.operations.lifecycle import cancel_event
from services.events.series import Scope
from services.events.times import Move
from shared.errors import Conflict, DomainError, Invalid

TIMES: Final = ("starts_at", "ends_at")
STAYS: Final = frozenset({"position"})
"""Fields of a shift or item that belong to the event it stands in."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The event itself, the others that were changed with it, and those that could not be, each with the reason."""

    event: Event
    changed: Sequence[Event]
    refused: Sequence[tuple[Event, str]]


def change_series(
    session: Session,
    event_id: UUID,
    entered: Mapping[str, Any],
    *,
    version: int,
    scope: Scope,
    desk: Desk,
    now: datetime,
) -> Outcome:
    """Change the event as ``change_event`` does, and make the same differences to the others in the scope.

    Times move by as much as in the event, by the clock; an item's first time is as far from the start. Shifts are
    matched by role and items by title, equal ones in their order. Only events that have not begun are touched. One
    that cannot take the change, because people have signed up or its times contradict each other, is left as it was
    and listed. All of it is one transaction; raises what ``change_event`` raises of the event itself.
    """
    event = take(session, event_id, desk)
    starts_at = event.starts_at
    before = audit.Snapshot.of(event)
    changed = change_event(session, event_id, entered, version=version, desk=desk, now=now)
    difference = _Difference(before, audit.Snapshot.of(changed), changed.timezone)

    def alike(one: Event) -> None:
        change_event(session, one.id, difference.for_event(one), version=one.version, desk=desk, now=now)

    others = _others(session, changed, starts_at, scope, now)
    return Outcome(changed, *_each(session, others, alike))


def cancel_series(session: Session, event_id: UUID, reason: str, *, scope: Scope, desk: Desk, now: datetime) -> Outcome:
    """Call the event off, and the others in the scope that have not begun; drafts stay, since nobody knows of them."""
    event = cancel_event(session, event_id, reason, desk=desk, now=now)
    others = [
        one for one in _others(session, event, event.starts_at, scope, now) if one.status is EventStatus.PUBLISHED
    ]
    return Outcome(
        event, *_each(session, others, lambda one: cancel_event(session, one.id, reason, desk=desk, now=now))
    )


class _Difference:
    """What was changed in one event, as it is entered into another of its series."""

    def __init__(self, before: audit.Snapshot, after: audit.Snapshot, zone: str) -> None:
        self.fields = {name: value for name, value in after.fields.items() if value != before.fields[name]}
        self.zone = zone
        self.moves = {name: _move(before.fields[name], after.fields[name], zone) for name in TIMES}
        self.start = datetime.fromisoformat(after.fields["starts_at"])
        self.parts = {
            "shifts": _Parts(before.shifts, after.shifts, "role", zone),
            "programme": _Parts(before.programme, after.programme, "title", zone),
        }

    def for_event(self, event: Event) -> dict[str, Any]:
        """Return what has to be entered into the event."""
        entered = {name: value for name, value in self.fields.items() if name not in TIMES}
        venue = {name: entered.pop(f"venue_{name}") for name in ("name", "address") if f"venue_{name}" in entered}
        if venue:
            entered["venue"] = venue
        for name in TIMES:
            if name in self.fields:
                entered[name] = self.moves[name](getattr(event, name))
        starts_at = entered.get("starts_at", event.starts_at)
        distance = Move.between(self.start, starts_at, self.zone)
        for name, parts in self.parts.items():
            if parts.differ:
                entered[name] = parts.for_event(getattr(event, name), distance)
        return entered


class _Parts:
    """What was changed in the shifts or in the programme."""

    def __init__(
        self,
        before: Mapping[UUID, Mapping[str, Any]],
        after: Mapping[UUID, Mapping[str, Any]],
        name: str,
        zone: str,
    ) -> None:
        self.name = name
        self.gone = set()
        self.changes: dict[tuple[str, int], dict[str, Any]] = {}
        self.moves: dict[tuple[str, int], dict[str, Move]] = {}
        self.begun: dict[tuple[str, int], dict[str, datetime]] = {}
        for key, part_id, old in _numbered(before, name):
            if part_id not in after:
                self.gone.add(key)
                continue
            new = after[part_id]
            changed = {field for field, value in new.items() if value != old[field] and field not in STAYS}
            self.changes[key] = {field: new[field] for field in changed if field not in TIMES or new[field] is None}
            times = [field for field in TIMES if new.get(field) is not None]
            self.moves[key] = {field: _move(old[field], new[field], zone) for field in times if old[field] is not None}
            self.begun[key] = {field: datetime.fromisoformat(new[field]) for field in times if old[field] is None}
        self.added = [new for part_id, new in after.items() if part_id not in before]
        self.differ = bool(
            self.gone
            or self.added
            or any(self.changes.values())
            or any(self.begun.values())
            or any(move.by for moves in self.moves.values() for move in moves.values())
        )

    def for_event(self, present: Sequence[Any], distance: Move) -> list[dict[str, Any]]:
        """Return the rows to enter for an event with these parts.

        New parts, and the first times of others, are as far from its start as in the event they came from.
        """
        rows = []
        known = {part.id: {self.name: getattr(part, self.name)} for part in present}
        keys = {part_id: key for key, part_id, _values in _numbered(known, self.name)}
        for part in present:
            key = keys[part.id]
            if key in self.gone:
                continue
            moved = {
                field: move(getattr(part, field))
                for field, move in self.moves.get(key, {}).items()
                if getattr(part, field) is not None
            }
            begun = {field: distance(moment) for field, moment in self.begun.get(key, {}).items()}
            rows.append({"id": part.id, **self.changes.get(key, {}), **moved, **begun})
        return rows + [_placed(one, distance) for one in self.added]


def _others(session: Session, event: Event, starts_at: datetime, scope: Scope, now: datetime) -> Sequence[Event]:
    """Return the other events of the scope that have not begun, locked; ``starts_at`` is where the event stood."""
    if scope is Scope.ONE or event.series_id is None:
        return []
    query = select(Event).where(
        Event.series_id == event.series_id,
        Event.community == event.community,
        Event.id != event.id,
        Event.status.in_(OPEN),
        Event.starts_at > now,
    )
    if scope is Scope.FOLLOWING:
        query = query.where(Event.starts_at > starts_at)
    return session.scalars(query.order_by(Event.starts_at, Event.id).with_for_update(of=Event)).all()


def _each(
    session: Session, events: Sequence[Event], act: Callable[[Event], object]
) -> tuple[list[Event], list[tuple[Event, str]]]:
    """Do it to each event in a savepoint of its own; return those that it changed, and those that refused."""
    done: list[Event] = []
    refused: list[tuple[Event, str]] = []
    for one in events:
        version = one.version
        try:
            with session.begin_nested():
                act(one)
        except (Conflict, Invalid) as error:
            session.refresh(one)
            refused.append((one, _why(error)))
        else:
            if one.version != version:
                done.append(one)
    return done, refused


def _why(error: DomainError) -> str:
    return next(_texts(error.errors), error.detail)


def _texts(errors: Any) -> Iterator[str]:
    """Yield the texts of errors, however deep they stand."""
    if isinstance(errors, Mapping):
        for inner in errors.values():
            yield from _texts(inner)
    elif isinstance(errors, list):
        yield from errors


def _numbered(
    parts: Mapping[UUID, Mapping[str, Any]], name: str
) -> Iterator[tuple[tuple[str, int], UUID, Mapping[str, Any]]]:
    """Yield each part with what it is matched by: its name, and its number among those of the same name."""
    seen: dict[str, int] = {}
    for part_id, values in parts.items():
        number = seen.get(values[name], 0)
        seen[values[name]] = number + 1
        yield (values[name], number), part_id, values


def _move(before: str, after: str, zone: str) -> Move:
    return Move.between(datetime.fromisoformat(before), datetime.fromisoformat(after), zone)


def _placed(values: Mapping[str, Any], distance: Move) -> dict[str, Any]:
    """Return a new part's values with its times as far from the start as in the event it came from."""
    row: dict[str, Any] = {
        field: distance(datetime.fromisoformat(value)) if field.endswith("_at") and value else value
        for field, value in values.items()
        if field not in STAYS
    }
    return row
