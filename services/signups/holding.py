"""The places that units keep: what they wait for, after everybody on the waitlist."""

from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from services.signups import announcements, places
from services.signups.models import Hold, Place, Shift


def held(session: Session, hold: Hold) -> int:
    """Return how many places the unit has, those with a name included."""
    return session.scalar(_held(hold.pledge_id)) or 0


def fill_up(session: Session, shift: Shift, now: datetime) -> None:
    """Keep free places of the shift for the units that wait for some, whoever has waited longest first.

    A unit that somebody has in hand at this moment is passed over, and found by the sweep.
    """
    waiting = session.scalars(
        select(Hold)
        .where(Hold.shift_id == shift.id, waits(now))
        .order_by(Hold.waits_since, Hold.pledge_id)
        .with_for_update(of=Hold, skip_locked=True)
    ).all()
    for hold in waiting:
        if places.keep(session, shift.id, hold.pledge_id, hold.requested - held(session, hold)):
            announcements.hold_changed(session, hold, now)


def is_waited_for(now: datetime) -> ColumnElement[bool]:
    """Say whether a unit waits for places of the shift that is asked about."""
    return exists(select(Hold.pledge_id).where(Hold.shift_id == Shift.id, waits(now)))


def waits(now: datetime) -> ColumnElement[bool]:
    """Say which units wait for places: they lack some, want them, and still have time to enter names."""
    return and_(
        Hold.waits_since.is_not(None),
        or_(Hold.release_at.is_(None), Hold.release_at > now),
        Hold.requested > _held(Hold.pledge_id).scalar_subquery(),
    )


def _held(pledge_id: object) -> Select[int]:
    return select(func.count(Place.number)).where(Place.pledge_id == pledge_id)
