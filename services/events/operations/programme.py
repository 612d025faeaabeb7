"""The programme item by item: changed, moved, added and taken out, each time as a change of its event.

Items of one day at one place are a sequence. What follows in it moves along, so that a programme stays one.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy.orm import Session

from services.events.models import Event, ProgrammeItem
from services.events.operations.changing import change_event, part_of, take_at
from services.events.operations.desk import Desk
from shared.texts import text as _

Row = dict[str, Any]
GONE: Final = _("This programme item is no longer there.")


def add_item(
    session: Session, event_id: UUID, entered: Mapping[str, Any], *, version: int, desk: Desk, now: datetime
) -> Event:
    """Put a new item into the programme; nothing else moves."""
    event = take_at(session, event_id, version, desk)
    return _change(session, event, [*_rows(event), dict(entered)], desk, now)


def change_item(
    session: Session,
    event_id: UUID,
    item_id: UUID,
    entered: Mapping[str, Any],
    *,
    alone: bool,
    version: int,
    desk: Desk,
    now: datetime,
) -> Event:
    """Write what was entered into the item; what began at or after its end, that day at that place, moves along.

    Everything moves by as much as the end of the item does. ``alone`` leaves the rest where it is. Raises NotFound
    where the item is no longer there, and else what changing an event raises.
    """
    event = take_at(session, event_id, version, desk)
    item = part_of(event.programme, item_id, GONE)
    rows = [{**row, **(entered if row["id"] == item_id else {})} for row in _rows(event)]
    if not alone:
        _move_along(event, item, rows)
    return _change(session, event, rows, desk, now)


def move_item(
    session: Session, event_id: UUID, item_id: UUID, place: int, *, version: int, desk: Desk, now: datetime
) -> Event:
    """Make the item the ``place``-th of its sequence, from 0; those that it passes make room or close up.

    Raises NotFound where the item is no longer there.
    """
    event = take_at(session, event_id, version, desk)
    starts = _laid_out(sequence(event, part_of(event.programme, item_id, GONE)), item_id, place)
    rows = [row | ({"starts_at": starts[row["id"]]} if row["id"] in starts else {}) for row in _rows(event)]
    return _change(session, event, rows, desk, now)


def remove_item(session: Session, event_id: UUID, item_id: UUID, *, version: int, desk: Desk, now: datetime) -> Event:
    """Take the item out; what follows stays where it is. Raises NotFound where it is no longer there."""
    event = take_at(session, event_id, version, desk)
    part_of(event.programme, item_id, GONE)
    return _change(session, event, [row for row in _rows(event) if row["id"] != item_id], desk, now)


def sequence(event: Event, item: ProgrammeItem) -> Sequence[ProgrammeItem]:
    """Return the items of the item's day at its place, by time; one without a time stands alone."""
    if item.starts_at is None:
        return [item]
    day = event.local(item.starts_at).date()
    found = [
        one
        for one in event.programme
        if one.starts_at is not None and one.place == item.place and event.local(one.starts_at).date() == day
    ]
    return sorted(found, key=_order)


def _rows(event: Event) -> list[Row]:
    return [{"id": item.id, "starts_at": item.starts_at} for item in event.programme]


def _move_along(event: Event, item: ProgrammeItem, rows: Sequence[Row]) -> None:
    """Move what follows the item in its old sequence by as much as its end moves."""
    changed = next(row for row in rows if row["id"] == item.id)
    starts_at = changed.get("starts_at")
    if item.starts_at is None or starts_at is None:
        return
    old_end = item.starts_at + timedelta(minutes=item.minutes or 0)
    by = starts_at + timedelta(minutes=changed.get("minutes", item.minutes) or 0) - old_end
    followers = {
        one.id
        for one in sequence(event, item)
        if one is not item and one.starts_at is not None and one.starts_at >= old_end
    }
    for row in rows:
        if row["id"] in followers:
            row["starts_at"] += by


def _laid_out(items: Sequence[ProgrammeItem], item_id: UUID, place: int) -> dict[UUID, datetime]:
    """Return what starts when once the named item stands at its new place; only those that it passes move."""
    known = [(one.id, one.starts_at, one.length) for one in items if one.starts_at is not None]
    old = next((at for at, (one_id, _start, _takes) in enumerate(known) if one_id == item_id), None)
    if old is None:
        return {}
    _id, _starts, length = known[old]
    new = min(max(place, 0), len(known) - 1)
    if new < old:
        return {item_id: known[new][1]} | {one_id: starts_at + length for one_id, starts_at, _takes in known[new:old]}
    passed = {one_id: starts_at - length for one_id, starts_at, _takes in known[old + 1 : new + 1]}
    last, _starts, takes = known[new]
    return passed | ({item_id: passed[last] + takes} if passed else {})


def _change(session: Session, event: Event, rows: Sequence[Row], desk: Desk, now: datetime) -> Event:
    """Write the rows, in the order of their times."""
    ordered = sorted(rows, key=lambda row: (row.get("starts_at") is None, row.get("starts_at") or now))
    return change_event(session, event.id, {"programme": ordered}, version=event.version, desk=desk, now=now)


def _order(item: ProgrammeItem) -> tuple[bool, datetime | None, int]:
    return (item.starts_at is None, item.starts_at, item.position)
