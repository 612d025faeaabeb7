"""Changing an event that may be seen already: nobody's change is lost, and nobody who signed up loses their place."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.events import announcements, audit, queries
from services.events.checks import OVER, check, missing
from services.events.models import NO_WAY, OPEN, Event, EventStatus
from services.events.operations import fields, preparation, reminders
from services.events.operations.desk import Desk, take
from services.events.operations.fields import Part
from shared.errors import Conflict, Invalid, NotFound, Stale
from shared.texts import Text
from shared.texts import text as _


def change_event(
    session: Session,
    event_id: UUID,
    entered: Mapping[str, Any],
    *,
    version: int,
    desk: Desk,
    now: datetime,
) -> Event:
    """Write what was entered into the event and tell the others, if it is published; what is equal changes nothing.

    Shifts and programme items are matched by id. Where the start alone is moved, all that follows moves with it. A
    move voids the reminders of the earlier time. Raises Stale where ``version`` is not the newest, Conflict where the
    event is over and done with or a shift that is not empty would go, and Invalid for everything else.
    """
    event = take_at(session, event_id, version, desk)
    before = audit.Snapshot.of(event)
    times = (event.starts_at, event.ends_at)
    with session.no_autoflush:
        fields.move(event, entered)
        fields.write(event, entered)
    is_moved = times != (event.starts_at, event.ends_at)
    if event.status is EventStatus.PUBLISHED:
        _check_published(event, now if is_moved else None)
    check(event)
    _check_people(session, event, before)
    differences = list(before.differences(audit.Snapshot.of(event)))
    if not differences:
        return event
    event.version += 1
    audit.record(session, event, "changed", organizer_id=desk.organizer_id, now=now, differences=differences)
    preparation.follow_size(session, event, before.fields["expected_attendance"])
    if event.status is EventStatus.PUBLISHED:
        if is_moved:
            event.occurrence += 1
        session.flush()
        reminders.plan(session, event, now, desk.quiet_hours)
        announcements.event_changed(session, event, "event.changed", now)
    return event


def take_at(session: Session, event_id: UUID, version: int, desk: Desk) -> Event:
    """Return the event to be changed, locked until the transaction ends.

    Raises NotFound where the desk has no such event, Conflict where it is over and done with, and Stale where
    ``version`` is not the newest.
    """
    event = take(session, event_id, desk)
    if event.status not in OPEN:
        raise Conflict(NO_WAY[event.status])
    if version != event.version:
        raise Stale(_("Somebody else has changed this event meanwhile. Please look at the changes, then save again."))
    return event


def part_of(parts: Sequence[Part], part_id: UUID, gone: Text) -> Part:
    """Return the shift or programme item of this id; raises NotFound with ``gone`` where there is none."""
    part = next((one for one in parts if one.id == part_id), None)
    if part is None:
        raise NotFound(gone)
    return part


def _check_published(event: Event, moved_at: datetime | None) -> None:
    """Refuse to leave out what was needed to publish, and to move what people know of into the past."""
    gaps = missing(event)
    if moved_at is not None and event.ends_at <= moved_at:
        gaps["starts_at"] = [OVER]
    if gaps:
        raise Invalid(gaps)


def _check_people(session: Session, event: Event, before: audit.Snapshot) -> None:
    """Refuse what somebody's place would not survive."""
    present = {shift.id for shift in event.shifts}
    counts = queries.shift_counts(session, [event.id])
    for shift_id, shift in before.shifts.items():
        if shift_id not in present and shift_id in counts and not counts[shift_id].is_empty:
            text = _(
                "People have signed up for “%(role)s”, or places are kept for a unit. Please move them first, or leave"
                " the shift with fewer places.",
                role=shift["role"],
            )
            raise Conflict(text, errors={"shifts": [text]})
    too_small = {
        position: {
            "capacity": [
                _("%(n)s places are taken or kept already. Please leave at least as many.", n=counts[shift.id].taken)
            ]
        }
        for position, shift in enumerate(event.shifts)
        if shift.id in counts and shift.capacity < counts[shift.id].taken
    }
    if too_small:
        raise Invalid({"shifts": too_small})
