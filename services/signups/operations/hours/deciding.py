"""What organizers decide about hours: those that are unclear, those that were not noted, and those that are wrong."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.signups.models import (
    EntryKind,
    Event,
    HourEntry,
    HourReview,
    Outcome,
    ReviewKind,
    Signup,
    SignupStatus,
)
from services.signups.operations.hours import ledger
from services.signups.operations.signing import locked
from shared.errors import Conflict, Invalid, NotFound, field_error
from shared.texts import text as _

IN_THE_RECORD: Final = _("Hours for this shift are in the record already. They can be corrected there.")


def propose(
    session: Session,
    signup_id: UUID,
    *,
    volunteer_id: UUID,
    community: str,
    minutes: int,
    reason: str,
    organizer_id: UUID,
    now: datetime,
) -> HourReview:
    """Propose minutes for somebody who was there without having been checked in; a colleague has to agree.

    Proposing the same again changes nothing. Raises Invalid for a sign-up that is not this person's in this community
    and for more minutes than the shift can have, and Conflict where it is no service, not over, or has hours that count
    or wait already.
    """
    signup = _of_person(session, signup_id, volunteer_id, community)
    shift = signup.shift
    if not shift.counts_as_service:
        raise Conflict(_("This shift does not count as service, so nobody gets hours for it."))
    if now < shift.ends_at:
        raise Conflict(_("This shift is not over yet. Please check people in and out instead."))
    if signup.status in {SignupStatus.WITHDRAWN, SignupStatus.WAITLISTED}:
        raise Conflict(_("This person had no place on the shift."))
    ledger.check(shift, minutes)
    waiting = session.scalars(
        select(HourReview).where(HourReview.signup_id == signup_id, HourReview.outcome.is_(None))
    ).one_or_none()
    if waiting is not None:
        if (waiting.proposed_by, waiting.minutes) == (organizer_id, minutes):
            return waiting
        raise Conflict(_("Hours for this shift wait for a decision already."))
    if ledger.standing(session, signup_id):
        raise Conflict(IN_THE_RECORD)
    return ledger.ask(session, signup, ReviewKind.BACK_FILL, minutes, now, reason=reason, organizer_id=organizer_id)


def decide(
    session: Session,
    review_id: UUID,
    *,
    outcome: Outcome,
    organizer_id: UUID,
    minutes: int | None = None,
    reason: str = "",
    now: datetime,
) -> HourReview:
    """Let the hours count, as they are or with other ``minutes``, or refuse them; a second press changes nothing.

    What is not taken as it is needs a reason. Raises NotFound, Invalid, and Conflict where somebody else was faster,
    where hours count already or where whoever proposed hours would also approve them.
    """
    signup = _of_review(session, review_id)
    review = session.get_one(HourReview, review_id, populate_existing=True)
    if review.outcome is not None:
        if (review.outcome, review.decided_by) == (outcome, organizer_id):
            return review
        raise Conflict(_("A colleague has decided this already."))
    is_changed = minutes is not None and minutes != review.minutes
    if (is_changed or outcome is Outcome.REFUSED) and not reason:
        raise Invalid(field_error("reason", _("Please give a reason: the volunteer may ask for it.")))
    if outcome is Outcome.ACCEPTED:
        if not review.may_be_approved_by(organizer_id):
            raise Conflict(_("You proposed these hours yourself, so a colleague has to approve them."))
        if review.kind is ReviewKind.BACK_FILL and is_changed:
            raise Conflict(_("Hours that a colleague proposed can be taken as they are, or refused."))
        review.minutes = review.minutes if minutes is None else minutes
        ledger.check(signup.shift, review.minutes)
        _take(session, signup, review, organizer_id, reason, now)
    review.outcome, review.decided_by, review.decided_at, review.decision = outcome, organizer_id, now, reason
    return review


def correct(session: Session, entry_id: UUID, *, minutes: int, reason: str, organizer_id: UUID, now: datetime) -> None:
    """Take an entry back and write another with the right minutes, or none for 0.

    Raises NotFound, Invalid for more minutes than the shift can have, and Conflict for an entry that does not stand any
    more, or for more back-filled minutes than two people have agreed on.
    """
    entry = session.get(HourEntry, entry_id)
    if entry is None:
        raise NotFound(_("There is no such entry."))
    signup = locked(session, entry.signup_id)
    if entry not in ledger.standing(session, signup.id):
        raise Conflict(_("This entry has been taken back already. Please look at the newest one."))
    if minutes == entry.minutes:
        raise Invalid(field_error("minutes", _("That is what is there already.")))
    if minutes:
        ledger.check(signup.shift, minutes)
    if entry.kind is EntryKind.BACK_FILLED and minutes > entry.minutes:
        raise Conflict(_("Two people agreed on these hours. Take them back with 0, and propose the right ones anew."))
    ledger.reverse(session, entry, organizer_id=organizer_id, reason=reason, now=now)
    if minutes:
        ledger.enter(
            session,
            signup,
            minutes,
            entry.kind,
            reason=reason,
            recorded_by=organizer_id if entry.kind is EntryKind.SERVED else entry.recorded_by,
            approved_by=entry.approved_by,
            now=now,
        )
    ledger.announce(session, signup, now)


def _take(session: Session, signup: Signup, review: HourReview, organizer_id: UUID, reason: str, now: datetime) -> None:
    """Write the hours of a review into the ledger, and what they say of it; raises Conflict where some count."""
    if ledger.standing(session, signup.id):
        raise Conflict(IN_THE_RECORD)
    if review.kind is ReviewKind.BACK_FILL:
        if signup.status is not SignupStatus.ATTENDED:
            signup.move_to(SignupStatus.ATTENDED)
        kind, by, approved = EntryKind.BACK_FILLED, review.proposed_by, organizer_id
    else:
        if signup.checked_out_at is None and signup.checked_in_at is not None:
            begun = max(signup.checked_in_at, signup.shift.starts_at - ledger.EARLY)
            signup.checked_out_at = begun + timedelta(minutes=review.minutes)
        kind, by, approved = EntryKind.SERVED, organizer_id, None
    reason = reason or review.reason
    ledger.enter(session, signup, review.minutes, kind, reason=reason, recorded_by=by, approved_by=approved, now=now)
    ledger.announce(session, signup, now)


def _of_person(session: Session, signup_id: UUID, volunteer_id: UUID, community: str) -> Signup:
    """Return the sign-up, locked; raises Invalid unless it is one of this person in this community."""
    theirs = select(Signup.id).join(Event, Event.id == Signup.event_id).where(Signup.volunteer_id == volunteer_id)
    if session.scalar(theirs.where(Signup.id == signup_id, Event.community == community)) is None:
        raise Invalid(field_error("signup_id", _("There is no such shift. Please choose one from the list.")))
    return locked(session, signup_id)


def _of_review(session: Session, review_id: UUID) -> Signup:
    """Return the review's sign-up, locked, so that whoever decides takes turns with whoever takes attendance back."""
    signup_id = session.scalar(select(HourReview.signup_id).where(HourReview.id == review_id))
    if signup_id is None:
        raise NotFound(_("There is nothing to decide here any more. The attendance was changed meanwhile."))
    signup = locked(session, signup_id)
    if session.scalar(select(HourReview.id).where(HourReview.id == review_id)) is None:
        raise NotFound(_("There is nothing to decide here any more. The attendance was changed meanwhile."))
    return signup
