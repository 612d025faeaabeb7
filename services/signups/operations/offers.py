"""Places that are offered to those who wait: accepted, declined, or gone on to the next once their time has run out."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from services.signups import announcements, places, timing, waitlist
from services.signups.models import SEATED, Shift, Signup, SignupStatus
from services.signups.operations.signing import locked, take_out, withdraw
from services.signups.wanted import refuse_over
from shared.errors import Conflict
from shared.texts import text as _

AT_ONCE: Final = 100
"""Offers that end in one transaction; the next run takes the others."""
TOO_LATE: Final = _("The time for this place has run out, and it goes to the next person. You can sign up again.")
NOTHING_OFFERED: Final = _("No place is offered at the moment. We tell you as soon as one becomes free.")


def accept_offer(session: Session, signup_id: UUID, *, now: datetime) -> Signup:
    """Confirm the place that is offered; a second time changes nothing.

    Raises NotFound, and Conflict where there is no offer, its time has run out, the shift takes nobody any more or is
    too close to another that the person has taken since.
    """
    signup = locked(session, signup_id)
    if signup.status in SEATED:
        return signup
    if signup.status is SignupStatus.WITHDRAWN:
        raise Conflict(TOO_LATE)
    if signup.offered_until is None:
        raise Conflict(NOTHING_OFFERED)
    refuse_over(signup.shift, now)
    if now >= min(signup.offered_until, signup.shift.starts_at):
        raise Conflict(TOO_LATE)
    waitlist.lock_person(session, signup.volunteer_id)
    refusal = timing.refusal(session, signup.volunteer_id, signup.shift)
    if refusal is not None:
        raise Conflict(refusal)
    signup.move_to(SignupStatus.CONFIRMED)
    signup.confirmed_at = now
    session.flush()
    announcements.signup_changed(session, signup, now)
    return signup


def decline_offer(session: Session, signup_id: UUID, *, now: datetime) -> Signup:
    """Give up the place that is offered, and the turn with it, so that the next person is asked.

    A second time changes nothing. Raises NotFound, and Conflict where no place is offered or the shift has begun.
    """
    signup = locked(session, signup_id)
    if signup.status is not SignupStatus.WITHDRAWN and signup.offered_until is None:
        raise Conflict(NOTHING_OFFERED)
    return withdraw(session, signup_id, reason="offer declined", now=now)


def expire_offers(session: Session, now: datetime) -> int:
    """End the offers that nobody has accepted in time, and go on to the next person; return how many ended.

    Whoever did not answer loses the turn and is told so. While the event is not open nobody can accept, so there they
    only go back into the line. Offers that somebody accepts or declines at this moment are passed over.
    """
    expired = session.scalars(
        select(Signup)
        .join(Shift, Shift.id == Signup.shift_id)
        .where(Signup.offered_until.is_not(None), or_(Signup.offered_until <= now, Shift.starts_at <= now))
        .order_by(Signup.offered_until, Signup.id)
        .limit(AT_ONCE)
        .with_for_update(of=Signup, skip_locked=True)
    ).all()
    for signup in expired:
        if signup.shift.event.status == "published":
            take_out(session, signup, reason="offer expired", now=now)
            announcements.tell_expired(session, signup, now)
            waitlist.promote(session, signup.shift, now)
        else:
            _back_into_line(session, signup, now)
    return len(expired)


def _back_into_line(session: Session, signup: Signup, now: datetime) -> None:
    places.free(session, signup.id)
    signup.offered_until = None
    signup.version += 1
    session.flush()
    announcements.signup_changed(session, signup, now)
