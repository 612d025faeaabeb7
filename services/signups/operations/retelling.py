"""Telling the other services anew how things stand, for those whose copies are missing or wrong.

``beyond`` names things, each with the version that it has to go beyond; 0 leaves a thing in its own version.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, lazyload, load_only

from services.signups import announcements
from services.signups.models import Feedback, Hold, Signup
from services.signups.operations.holds import let_go
from shared.agreement.raising import raised


def retell_signups(session: Session, beyond: Mapping[UUID, int], now: datetime) -> set[UUID]:
    """Send the sign-ups' states; returns those that there are. Nothing that is sealed is read."""
    facts = (
        Signup.event_id,
        Signup.shift_id,
        Signup.version,
        Signup.status,
        Signup.pledge_id,
        Signup.offered_until,
        Signup.checked_in_at,
        Signup.checked_out_at,
        Signup.minutes,
    )
    unsealed = lazyload(Signup.volunteer), lazyload(Signup.shift), load_only(*facts)
    found = raised(session, Signup, beyond, *unsealed)
    for signup in found:
        announcements.signup_changed(session, signup, now)
    return {signup.id for signup in found}


def retell_holds(session: Session, beyond: Mapping[UUID, int], now: datetime) -> set[UUID]:
    """Send the holds' states, each in a new version as always; returns those that there are."""
    found = session.scalars(
        select(Hold).where(Hold.pledge_id.in_(beyond)).order_by(Hold.pledge_id).with_for_update(of=Hold)
    ).all()
    for hold in found:
        hold.version = max(hold.version, beyond[hold.pledge_id])
        announcements.hold_changed(session, hold, now)
    return {hold.pledge_id for hold in found}


def retell_feedback(session: Session, beyond: Mapping[UUID, int], now: datetime) -> set[UUID]:
    """Send what people thought; returns those of which there is something."""
    found = session.execute(
        select(Feedback, Signup.event_id)
        .join(Signup, Signup.id == Feedback.signup_id)
        .where(Feedback.signup_id.in_(beyond))
        .order_by(Feedback.signup_id)
        .with_for_update(of=Feedback)
    ).all()
    for feedback, event_id in found:
        feedback.version = max(feedback.version, beyond[feedback.signup_id] + 1)
        announcements.feedback_given(session, feedback, event_id, now)
    return {feedback.signup_id for feedback, _event_id in found}


def forget_pledges(session: Session, pledge_ids: Collection[UUID], now: datetime) -> None:
    """Give back what is kept for pledges that nobody knows any more; whoever has entered a name keeps the place."""
    for pledge_id in sorted(pledge_ids):
        let_go(session, pledge_id, now)
