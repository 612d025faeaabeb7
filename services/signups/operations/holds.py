"""Places kept for a unit before its people's names are known."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.signups import announcements, places, waitlist
from services.signups.models import Hold, Place, Shift
from shared.errors import Unready

CLAIM_TOKEN_BYTES: Final = 32


def record_pledge(session: Session, pledge: Mapping[str, Any], *, now: datetime) -> None:
    """Keep as many places as the pledge asks for, or give back those that it no longer asks for.

    ``pledge`` is the data of a ``pledge.*`` message. Only people for a shift concern this service. Claimed places stay
    with their people, whatever becomes of the pledge. Raises Unready where the shift is not known yet.
    """
    if pledge["kind"] != "people" or pledge["shift_id"] is None:
        return
    shift = session.scalars(select(Shift).where(Shift.id == pledge["shift_id"]).with_for_update(of=Shift)).one_or_none()
    if shift is None:
        raise Unready("the shift of the pledge is not known yet")
    hold = session.get(Hold, pledge["pledge_id"], with_for_update=True)
    if hold is None:
        hold = Hold(
            pledge_id=pledge["pledge_id"],
            pledge_version=0,
            version=0,
            event_id=shift.event_id,
            shift_id=shift.id,
            work_unit=pledge["work_unit"],
            requested=0,
            claim_token=secrets.token_urlsafe(CLAIM_TOKEN_BYTES),
        )
        session.add(hold)
    if pledge["version"] <= hold.pledge_version:
        return
    hold.pledge_version = pledge["version"]
    hold.requested = pledge["quantity"]
    session.flush()
    _fit(session, hold, shift, now)


def left(session: Session, pledge_id: UUID, now: datetime) -> None:
    """Note that somebody has left a place of the unit: it stays kept, unless the unit no longer asks for so many."""
    hold = session.get_one(Hold, pledge_id, with_for_update=True)
    places.release(session, hold.shift_id, pledge_id, max(_held(session, hold) - hold.requested, 0))
    announcements.hold_changed(session, hold, now)


def _fit(session: Session, hold: Hold, shift: Shift, now: datetime) -> None:
    """Keep or release places until the hold has what it asks for, as far as there are any."""
    held = _held(session, hold)
    is_open = shift.listed and shift.event.status == "published" and now < shift.starts_at
    if held < hold.requested and is_open:
        waitlist.promote(session, shift, now)  # whoever waits was there before the unit
        places.keep(session, shift.id, hold.pledge_id, hold.requested - held)
    elif held > hold.requested:
        places.release(session, shift.id, hold.pledge_id, held - hold.requested)
        waitlist.promote(session, shift, now)
    announcements.hold_changed(session, hold, now)


def _held(session: Session, hold: Hold) -> int:
    return session.scalar(select(func.count()).where(Place.pledge_id == hold.pledge_id)) or 0
