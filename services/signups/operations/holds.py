"""Places kept for a unit before its people's names are known."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import bindparam, exists, select, update
from sqlalchemy.orm import Session

from services.signups import announcements, holding, places, waitlist
from services.signups.models import Hold, Place, Shift, Signup
from shared.database import change
from shared.errors import Unready

CLAIM_TOKEN_BYTES: Final = 32
NAMELESS: Final = exists(select(Place.number).where(Place.pledge_id == Hold.pledge_id, Place.signup_id.is_(None)))
UNCLAIMED: Final = select(exists().where(Hold.release_at <= bindparam("now"), NAMELESS))
"""Whether a unit has places without a name although its time is over."""


def record_pledge(session: Session, pledge: Mapping[str, Any], *, now: datetime) -> None:
    """Keep as many places as the pledge asks for, or give back those that it no longer asks for.

    ``pledge`` is the data of a ``pledge.*`` message. Only people for a shift concern this service. A unit that got
    fewer places than it asked for is given others later on where it waits for them. Claimed places stay with their
    people, whatever becomes of the pledge; where it asks for another claim link, the one before opens nothing any more.
    Raises Unready where the shift is not known yet.
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
            claim_token=_new_token(),
            claim_link=pledge["claim_link"],
        )
        session.add(hold)
    if pledge["version"] <= hold.pledge_version:
        return
    is_new = hold.pledge_version == 0
    hold.pledge_version = pledge["version"]
    hold.requested = pledge["quantity"]
    if pledge["claim_link"] > hold.claim_link:
        hold.claim_link, hold.claim_token = pledge["claim_link"], _new_token()
    hold.release_at = pledge["release_at"]
    hold.waits_since = (hold.waits_since or now) if pledge["waits"] else None
    session.flush()
    _fit(session, hold, shift, now, grows=is_new)


def release_unclaimed(session: Session, now: datetime) -> int:
    """Give back the places of one unit that have no name although its time is over; return how many units had some.

    They go to whoever waits, in the same transaction.
    """
    hold = session.scalars(
        select(Hold)
        .where(Hold.release_at <= now, NAMELESS)
        .order_by(Hold.release_at, Hold.pledge_id)
        .limit(1)
        .with_for_update(of=Hold, skip_locked=True)
    ).one_or_none()
    if hold is None:
        return 0
    _give_back(session, hold, now)
    waitlist.promote(session, session.get_one(Shift, hold.shift_id), now)
    announcements.hold_changed(session, hold, now)
    return 1


def left(session: Session, pledge_id: UUID, now: datetime) -> None:
    """Note that somebody has left a place of the unit: it stays kept, unless the unit no longer asks for so many."""
    hold = session.get_one(Hold, pledge_id, with_for_update=True)
    _give_back(session, hold, now)
    announcements.hold_changed(session, hold, now)


def let_go(session: Session, pledge_id: UUID, now: datetime) -> None:
    """Forget a pledge that is no more: nameless places go to whoever waits, and people who have one keep it."""
    shift_id = session.scalars(select(Hold.shift_id).where(Hold.pledge_id == pledge_id)).one_or_none()
    if shift_id is None:
        return
    shift = session.scalars(select(Shift).where(Shift.id == shift_id).with_for_update(of=Shift)).one()
    hold = session.get_one(Hold, pledge_id, with_for_update=True)
    places.release(session, shift.id, pledge_id, holding.held(session, hold))
    for model in (Place, Signup):
        change(session, update(model).where(model.pledge_id == pledge_id).values(pledge_id=None))
    session.delete(hold)
    session.flush()
    waitlist.promote(session, shift, now)


def _fit(session: Session, hold: Hold, shift: Shift, now: datetime, *, grows: bool) -> None:
    """Give back places that the unit no longer asks for; keep those that it asks for where it ``grows``."""
    _give_back(session, hold, now)
    waitlist.promote(session, shift, now)  # whoever waits was there before the unit
    if grows and shift.is_to_come(now) and hold.is_open(now):
        places.keep(session, shift.id, hold.pledge_id, max(hold.requested - holding.held(session, hold), 0))
    announcements.hold_changed(session, hold, now)


def _new_token() -> str:
    return secrets.token_urlsafe(CLAIM_TOKEN_BYTES)


def _give_back(session: Session, hold: Hold, now: datetime) -> None:
    """Let go of nameless places: those that the unit does not ask for, and all of them once its time is over."""
    kept = hold.requested if hold.is_open(now) else 0
    surplus = holding.held(session, hold) - kept
    if surplus > 0:
        places.release(session, hold.shift_id, hold.pledge_id, surplus)
