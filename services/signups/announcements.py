"""What the sign-up service says of a change: to the other services as messages, to people as notices."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.signups.models import Feedback, Handover, Hold, Place, Shift, Signup, SignupStatus
from shared.messaging import outbox
from shared.notices import queue
from shared.trips import Question, ask

FEEDBACK_OPEN: Final = timedelta(days=30)
"""After the end of an event, how long one may say how it was."""
STATE: Final = ("event_id", "shift_id", "version", "status", "pledge_id")
"""What is told of every sign-up besides its id."""
MESSAGE_TYPES = {
    SignupStatus.CONFIRMED: "signup.confirmed",
    SignupStatus.WAITLISTED: "signup.waitlisted",
    SignupStatus.WITHDRAWN: "signup.withdrawn",
    SignupStatus.ATTENDED: "signup.attended",
    SignupStatus.ABSENT: "signup.absent",
}


def signup_changed(session: Session, signup: Signup, now: datetime) -> None:
    """Send the sign-up's state."""
    ask(session, telling(session, signup, now))


def telling(session: Session, signup: Signup, now: datetime) -> Question:
    """Return what sends the sign-up's state, for whoever writes more in the same trip."""
    data = {"signup_id": signup.id} | {name: getattr(signup, name) for name in STATE}
    if signup.status is SignupStatus.WAITLISTED:
        data["offered"] = signup.offered_until is not None
    if signup.status is SignupStatus.ATTENDED:
        data |= {
            "checked_in_at": signup.checked_in_at,
            "checked_out_at": signup.checked_out_at,
            "minutes": signup.minutes,
        }
    return outbox.adding(session, MESSAGE_TYPES[signup.status], data, now=now)


def telling_seated(session: Session, row: Mapping[str, Any], now: datetime) -> Question:
    """Return what sends the state of a new sign-up with a place, which is no more than a row yet."""
    data = {"signup_id": row["id"]} | {name: row[name] for name in STATE}
    return outbox.adding(session, MESSAGE_TYPES[SignupStatus.CONFIRMED], data, now=now)


def hold_changed(session: Session, hold: Hold, now: datetime) -> None:
    """Send the hold's state: as held while it has a place, as released once it has none."""
    held, claimed = session.execute(
        select(func.count(), func.count(Place.signup_id)).where(Place.pledge_id == hold.pledge_id)
    ).one()
    hold.version += 1
    outbox.add(
        session,
        "places.held" if held else "places.released",
        {
            "pledge_id": hold.pledge_id,
            "event_id": hold.event_id,
            "shift_id": hold.shift_id,
            "version": hold.version,
            "requested": hold.requested,
            "held": held,
            "claimed": claimed,
            "claim_url": f"/signups/claim/{hold.claim_token}",
            "claim_link": hold.claim_link,
        },
        now=now,
    )


def capacity_refused(session: Session, shift: Shift, taken: int, now: datetime) -> None:
    """Send that the shift keeps more places than its event allows, and how many."""
    outbox.add(
        session,
        "capacity.refused",
        {"shift_id": shift.id, "event_id": shift.event_id, "version": shift.event.version, "taken": taken},
        now=now,
    )


def feedback_given(session: Session, feedback: Feedback, event_id: UUID, now: datetime) -> None:
    """Send what somebody thought of the event: their scores, and none of their words."""
    outbox.add(
        session,
        "feedback.given",
        {
            "signup_id": feedback.signup_id,
            "event_id": event_id,
            "version": feedback.version,
            "overall": feedback.overall,
            "organised": feedback.organised,
            "again": feedback.again,
        },
        now=now,
    )


def thank(session: Session, signup: Signup, now: datetime) -> None:
    """Queue the thanks for somebody who is noted as having been there once the event was completed already."""
    event = signup.shift.event
    if not event.thanks:
        return
    queue.plan_for_all(
        session,
        select(Signup.volunteer_id).where(Signup.id == signup.id),
        kind="thanks",
        event_id=event.id,
        due_at=event.thanks_at or now,
        expires_at=event.ends_at + FEEDBACK_OPEN,
        now=now,
    )


def tell_promoted(session: Session, signup: Signup, now: datetime) -> None:
    """Queue the good news for someone who waited: that they have a place, or are offered one."""
    kind = "promoted" if signup.offered_until is None else "offered"
    _tell(session, kind, signup, signup.offered_until or signup.shift.starts_at, {}, now)


def tell_expired(session: Session, signup: Signup, now: datetime) -> None:
    """Queue the news for someone who did not accept a place in time."""
    _tell(session, "offer_expired", signup, signup.shift.starts_at, {}, now)


def tell_moved(session: Session, signup: Signup, now: datetime, *, known: UUID | None) -> None:
    """Queue the news of their new shift for somebody who was moved.

    ``known`` is the shift that they had a place on before, if any. Only the last of several moves is told; where it
    leads back to the shift that the person was last told of, none is.
    """
    told = str(known or "")
    for earlier in queue.cancel(session, event_id=signup.event_id, kind="moved_shift", rule=str(signup.id)):
        told = earlier.get("known", "")  # the release before did not note it
    if told != str(signup.shift_id):
        _tell(session, "moved_shift", signup, signup.shift.ends_at, {"known": told}, now)


def tell_handed_over(session: Session, giver: Signup, taker: Signup, now: datetime) -> None:
    """Queue the news for both that the place of the one is now the other's."""
    _tell(session, "handed_on", giver, giver.shift.ends_at, {}, now)
    _tell(session, "taken_over", taker, taker.shift.ends_at, {}, now)


def tell_entered(session: Session, signup: Signup, work_unit: str, now: datetime) -> None:
    """Queue the news for somebody whose unit has entered their name."""
    _tell(session, "entered", signup, signup.shift.ends_at, {"unit": work_unit}, now)


def tell_not_handed_over(session: Session, handover: Handover, person_id: UUID, now: datetime) -> None:
    """Queue the news that the place stays where it is."""
    signup = handover.signup
    queue.plan(
        session,
        kind="not_handed_over",
        person_id=person_id,
        event_id=signup.event_id,
        rule=str(handover.id),
        expires_at=signup.shift.ends_at,
        now=now,
    )


def _tell(
    session: Session, kind: str, signup: Signup, expires_at: datetime, params: Mapping[str, Any], now: datetime
) -> None:
    """Queue a notice about one sign-up, in its present version."""
    queue.plan(
        session,
        kind=kind,
        person_id=signup.volunteer_id,
        event_id=signup.event_id,
        rule=str(signup.id),
        occurrence=signup.version,
        expires_at=expires_at,
        params=params,
        now=now,
    )
