"""What the sign-up service tells of its own, and keeps of the others, so that all three can be compared."""

from typing import Final

from sqlalchemy import case, func, null, select

from services.signups.models import Event, Feedback, Hold, HourEntry, Place, Shift, Signup, SignupStatus
from services.signups.operations import retelling
from shared import sign_ins
from shared.agreement import copies
from shared.agreement.facts import Kept, Told

_MINUTES: Final = (
    select(HourEntry.signup_id, func.nullif(func.sum(HourEntry.minutes), 0).label("minutes"))
    .group_by(HourEntry.signup_id)
    .subquery()
)
_PLACES: Final = (
    select(Place.pledge_id, func.count().label("held"), func.count(Place.signup_id).label("claimed"))
    .where(Place.pledge_id.is_not(None))
    .group_by(Place.pledge_id)
    .subquery()
)

TOLD: Final = {
    "signup": Told(
        select(
            Signup.id,
            Signup.event_id.label("part"),
            Signup.version,
            Signup.shift_id,
            Signup.status,
            case((Signup.status == SignupStatus.WAITLISTED, Signup.offered_until.is_not(None)), else_=null()).label(
                "offered"
            ),
            case((Signup.status == SignupStatus.ATTENDED, _MINUTES.c.minutes), else_=null()).label("minutes"),
        ).outerjoin(_MINUTES, _MINUTES.c.signup_id == Signup.id),
        retelling.retell_signups,
    ),
    "hold": Told(
        select(
            Hold.pledge_id.label("id"),
            Hold.event_id.label("part"),
            Hold.version,
            func.coalesce(_PLACES.c.held, 0).label("held"),
            func.coalesce(_PLACES.c.claimed, 0).label("claimed"),
        ).outerjoin(_PLACES, _PLACES.c.pledge_id == Hold.pledge_id),
        retelling.retell_holds,
        answers="people",
    ),
    "feedback": Told(
        select(
            Feedback.signup_id.label("id"),
            Signup.event_id.label("part"),
            Feedback.version,
            Feedback.overall,
            Feedback.organised,
            Feedback.again,
        ).join(Signup, Signup.id == Feedback.signup_id),
        retelling.retell_feedback,
    ),
}

KEPT: Final = {
    **sign_ins.KEPT,
    **copies.of_events(Event, Shift),
    "people": Kept(
        select(
            Hold.pledge_id.label("id"),
            Hold.event_id.label("part"),
            Hold.pledge_version.label("version"),
            Hold.requested.label("quantity"),
        ),
        retelling.forget_pledges,
    ),
}
