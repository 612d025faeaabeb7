"""The shifts one by one, as the grid shows them: changed, added and taken out, each time as a change of its event."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from services.events import audit
from services.events.models import Event, Shift
from services.events.operations.changing import change_event, part_of, take_at
from services.events.operations.desk import Desk
from services.events.times import Move
from shared.errors import Invalid
from shared.texts import text as _

COPIED: Final = tuple(name for name in audit.SHIFT_FIELDS if name != "position")
"""What a copy of a shift has of it. Its people stay where they are."""
GONE: Final = _("This shift is no longer there.")


def add_shift(
    session: Session,
    event_id: UUID,
    entered: Mapping[str, Any],
    *,
    like: UUID | None,
    version: int,
    desk: Desk,
    now: datetime,
) -> Event:
    """Add a shift; what was not entered is as in the shift ``like``. Raises NotFound where that is not there."""
    event = take_at(session, event_id, version, desk)
    copied = _copy(part_of(event.shifts, like, GONE)) if like else {}
    return _change(session, event, [*_rows(event), {**copied, **entered}], desk, now)


def change_shift(
    session: Session,
    event_id: UUID,
    shift_id: UUID,
    entered: Mapping[str, Any],
    *,
    version: int,
    desk: Desk,
    now: datetime,
) -> Event:
    """Write what was entered into the shift; raises NotFound where it is no longer there."""
    event = take_at(session, event_id, version, desk)
    part_of(event.shifts, shift_id, GONE)
    rows = [{**row, **(entered if row["id"] == shift_id else {})} for row in _rows(event)]
    return _change(session, event, rows, desk, now)


def remove_shift(session: Session, event_id: UUID, shift_id: UUID, *, version: int, desk: Desk, now: datetime) -> Event:
    """Take the shift out; raises NotFound where it is no longer there, and Conflict where it has people."""
    event = take_at(session, event_id, version, desk)
    part_of(event.shifts, shift_id, GONE)
    return _change(session, event, [row for row in _rows(event) if row["id"] != shift_id], desk, now)


def copy_day(
    session: Session, event_id: UUID, day: date, to: date, *, version: int, desk: Desk, now: datetime
) -> Event:
    """Add the shifts of one day to another day, at the same hours of the clock; what stands there already stays once.

    Raises Invalid where the day has no shifts, or all of them stand on the other day already.
    """
    event = take_at(session, event_id, version, desk)
    move = Move(to - day, ZoneInfo(event.timezone))
    there = {(shift.role, shift.starts_at, shift.ends_at) for shift in event.shifts}
    copies = [
        _copy(shift) | {"starts_at": move(shift.starts_at), "ends_at": move(shift.ends_at)}
        for shift in event.shifts
        if event.local(shift.starts_at).date() == day
    ]
    new = [copy for copy in copies if (copy["role"], copy["starts_at"], copy["ends_at"]) not in there]
    if not new:
        raise Invalid({"to": [_("There is nothing to copy: choose a day with shifts, and another day to copy to.")]})
    return _change(session, event, [*_rows(event), *new], desk, now)


def _rows(event: Event) -> list[dict[str, Any]]:
    return [{"id": shift.id} for shift in event.shifts]


def _copy(shift: Shift) -> dict[str, Any]:
    return {name: getattr(shift, name) for name in COPIED}


def _change(session: Session, event: Event, rows: Sequence[Mapping[str, Any]], desk: Desk, now: datetime) -> Event:
    return change_event(session, event.id, {"shifts": rows}, version=event.version, desk=desk, now=now)
