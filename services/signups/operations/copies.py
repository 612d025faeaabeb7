"""The service's own copy of the events: kept up to date, and what a change of it means for those who signed up."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.signups import announcements, audiences, places, waitlist
from services.signups.known import Known
from services.signups.models import LIVE, Event, Shift, Signup, SignupStatus
from services.signups.operations.signing import take_out
from shared.errors import Unready
from shared.notices import mailings, queue

OPEN = ("draft", "published")
"""States in which an event can still be changed; as a draft it was published before."""


def record_event(session: Session, data: Mapping[str, Any], *, now: datetime) -> None:
    """Bring the copy of the event to the state in ``data`` (an ``event.*`` message), unless it is older.

    Shifts get as many places as their capacity says; where more were given away already, these stay and ``events`` is
    told. Those who signed up are told of a new time or place, and of a cancellation.
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
    shifts = _record_shifts(session, event, data["shifts"])
    for shift in shifts:
        in_use = places.resize(session, shift)
        session.flush()
        if shift.listed and in_use > shift.capacity and event.status in OPEN:
            announcements.capacity_refused(session, shift, in_use, now)
        if shift.listed:
            waitlist.promote(session, shift, now)
        else:
            _empty(session, shift, now)
    if before is not None:
        _tell(session, event, before, now)


def remind(session: Session, reminder: Mapping[str, Any], *, now: datetime) -> None:
    """Queue a reminder for everyone who had a place when it came due; ``reminder`` is a ``reminder.due`` message.

    Raises Unready where the event has not come so far yet. A reminder of an earlier occurrence is void.
    """
    event = session.get(Event, reminder["event_id"])
    if event is None or event.version < reminder["version"]:
        raise Unready("the event of the reminder is not known so far yet")
    if event.status != "published" or event.occurrence != reminder["occurrence"]:
        return
    shift_ids = reminder["shift_ids"]
    mailings.start(
        session,
        audiences.find,
        audiences.of_event(event.id, [SignupStatus.CONFIRMED], shift_ids=shift_ids, until=reminder["due_at"]),
        kind="reminder",
        event_id=event.id,
        rule=reminder["rule"],
        occurrence=reminder["occurrence"],
        due_at=reminder["due_at"],
        expires_at=reminder["expires_at"],
        params={"shift_ids": [str(one) for one in shift_ids]} if shift_ids else None,
        now=now,
    )


class _Snapshot:
    """What people have been told of an event so far."""

    def __init__(self, event: Event) -> None:
        self.status = event.status
        self.known = Known.of(event)

    def moved(self, event: Event) -> bool:
        """Tell whether someone who knows the old state would come at the wrong time or to the wrong place."""
        before, after = self.known, Known.of(event)
        return (before.event, before.venue) != (after.event, after.venue) or any(
            before.shifts.get(shift_id, times) != times for shift_id, times in after.shifts.items()
        )


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
        "waitlist",
        "conditions",
        "risks",
        "contact",
        "offer_minutes",
        "asks_code",
        "travel_minutes",
        "daily_hours",
        "rest_hours",
        "thanks",
        "thanks_at",
    ):
        setattr(event, name, data[name])


def _record_shifts(session: Session, event: Event, listed: list[Mapping[str, Any]]) -> list[Shift]:
    known = {shift.id: shift for shift in event.shifts}
    for position, data in enumerate(listed):
        shift = known.get(data["shift_id"])
        if shift is None:
            shift = Shift(id=data["shift_id"], event_id=event.id)
            known[shift.id] = shift
            event.shifts.append(shift)
        shift.position = position
        shift.listed = True
        for name in (
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
        ):
            setattr(shift, name, data[name])
    ids = {data["shift_id"] for data in listed}
    for shift in known.values():
        if shift.id not in ids:
            shift.listed = False
            shift.capacity = 0
    session.flush()
    return list(known.values())


def _empty(session: Session, shift: Shift, now: datetime) -> None:
    """Withdraw whoever is left on a shift that was taken out of the event, and tell them."""
    if shift.event.status != "published":
        return
    signups = session.scalars(
        select(Signup)
        .where(Signup.shift_id == shift.id, Signup.status.in_(LIVE))
        .order_by(Signup.id)
        .with_for_update(of=Signup)
    ).all()
    for signup in signups:
        take_out(session, signup, reason="shift removed", now=now)
        queue.plan(
            session,
            kind="shift_removed",
            person_id=signup.volunteer_id,
            event_id=shift.event_id,
            rule=str(shift.id),
            params={"role": shift.role},
            expires_at=shift.ends_at,
            now=now,
        )


def _thank(session: Session, event: Event, now: datetime) -> None:
    """Queue the thanks for everyone who was there, with the question how it was, unless nobody is to be thanked."""
    if not event.thanks:
        return
    mailings.start(
        session,
        audiences.find,
        audiences.of_event(event.id, [SignupStatus.ATTENDED]),
        kind="thanks",
        event_id=event.id,
        due_at=event.thanks_at or now,
        expires_at=event.ends_at + announcements.FEEDBACK_OPEN,
        now=now,
    )


def _tell(session: Session, event: Event, before: _Snapshot, now: datetime) -> None:
    """Take back what is no longer true and tell everyone concerned of what is, once for each version of the event."""
    moved = before.moved(event)
    if event.status == "completed" and before.status != "completed":
        _thank(session, event, now)
    if event.status != "published":
        mailings.cancel(session, event_id=event.id, kind="reminder", now=now)
        mailings.cancel(session, event_id=event.id, kind="changed", now=now)
    elif moved:
        mailings.cancel(session, event_id=event.id, kind="reminder", before_occurrence=event.occurrence, now=now)
        mailings.cancel(session, event_id=event.id, kind="changed", now=now)
    if event.status == "cancelled" and before.status == "published":
        kind = "cancelled"
    elif event.status == "published" and moved:
        kind = "changed"
    else:
        return
    mailings.start(
        session,
        audiences.find,
        audiences.of_event(event.id, LIVE, until=now + audiences.CLOCKS_DIFFER),
        kind=kind,
        event_id=event.id,
        rule=f"v{event.version}",
        occurrence=event.occurrence,
        due_at=now,
        expires_at=max(event.ends_at, before.known.event[1]),
        params=before.known.params(),
        now=now,
    )
