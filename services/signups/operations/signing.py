"""Signing up for a shift, and withdrawing from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.signups import announcements, idempotency, identity, places, questions, timing, waitlist, wanted
from services.signups.idempotency import Answer
from services.signups.links import Links, token_hash
from services.signups.models import Hold, Shift, Signup, SignupStatus
from services.signups.operations import holds
from services.signups.wanted import WantedShift, check_age, refuse_closed
from shared.errors import Conflict, Invalid, NotFound, field_error
from shared.names import name_key
from shared.texts import text as _
from shared.trips import ask

__all__ = ["Answer", "Application", "Guardian", "sign_up", "withdraw"]


@dataclass(frozen=True, slots=True)
class Guardian:
    """Who answers for a child, and has consented."""

    name: str
    phone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """What someone entered to sign up. ``phone`` is E.164; ``claim`` is the token of a unit's claim page.

    ``answers`` are those to the shift's questions by their keys, or None where nobody was asked (a list that was
    imported, a walk-in); ``skilled``: they say that they can do what the shift asks for; ``shows_name``: their unit may
    see their full name.
    """

    shift_id: UUID
    name: str
    phone: str
    language: str
    email: str | None = None
    birth_date: date | None = None
    guardian: Guardian | None = None
    claim: str | None = None
    answers: Mapping[str, Any] | None = None
    skilled: bool = False
    shows_name: bool = False


def sign_up(
    session: Session, application: Application, *, request: idempotency.Request, links: Links, now: datetime
) -> Answer:
    """Give the person a place in the shift, or one on its waitlist, and answer as before to a repeated request.

    Someone who is already on the shift gets an answer that tells nothing of it. Raises Invalid for entries that the
    shift does not allow and Conflict where it takes nobody (over, cancelled, full, or too close to one's own).
    """
    turn, known, found = ask(session, *idempotency.asking(request), wanted.asking(application.shift_id))
    earlier = idempotency.answered(request, turn, known)
    if earlier is not None:
        return earlier
    shift = refuse_closed(wanted.answered(found), now)
    answer = enter(session, application, shift, links=links, now=now)
    idempotency.finish(session, request, answer, now)
    return answer


def enter(
    session: Session,
    application: Application,
    shift: WantedShift,
    *,
    links: Links,
    now: datetime,
    hold: Hold | None = None,
) -> Answer:
    """Do what ``sign_up`` does, for a new request for a shift that is open; raises the same.

    A ``hold`` is that of the claim, which the caller has locked and announces once everybody is entered.
    """
    check_age(shift, application.birth_date, guarded=application.guardian is not None)
    own = hold_of(session, application) if hold is None and application.claim is not None else None
    hold = hold or own
    volunteer_id = person(session, application, now)
    if is_on(session, shift.id, volunteer_id):
        return Answer(status="received")
    refusal = timing.refusal(session, volunteer_id, shift)
    if refusal is not None:
        raise Conflict(refusal)
    signup = Signup(**new_row(application, shift, volunteer_id, hold, links, now))
    _seat(session, signup, shift, hold, now)
    if own is not None:
        announcements.hold_changed(session, own, now)
    waits = signup.status is SignupStatus.WAITLISTED
    return Answer(
        status=signup.status.value,
        signup_id=signup.id,
        waitlist_position=waitlist.position(session, signup) if waits else None,
    )


def withdraw(session: Session, signup_id: UUID, *, reason: str | None, now: datetime) -> Signup:
    """Free the volunteer's place and give it to the first eligible person waiting.

    Withdrawing twice changes nothing the second time. Raises NotFound, and Conflict once the shift has begun.
    """
    signup = locked(session, signup_id)
    if signup.status is SignupStatus.WITHDRAWN:
        return signup
    shift = signup.shift
    if now >= shift.starts_at and shift.event.status == "published":
        raise Conflict(_("The shift has begun. Please call the contact of the event instead."))
    take_out(session, signup, reason=reason, now=now)
    waitlist.promote(session, shift, now)
    return signup


def take_out(session: Session, signup: Signup, *, reason: str | None, now: datetime) -> None:
    """Withdraw the sign-up and free its place; a place that a unit keeps is the unit's again."""
    signup.move_to(SignupStatus.WITHDRAWN)
    signup.withdrawn_at = now
    signup.reason = reason
    session.flush()
    pledge_id = places.free(session, signup.id)
    announcements.signup_changed(session, signup, now)
    if pledge_id is not None:
        holds.left(session, pledge_id, now)


def locked(session: Session, signup_id: UUID) -> Signup:
    """Return the sign-up, locked until the transaction ends; raises NotFound."""
    signup = session.get(Signup, signup_id, with_for_update={"of": Signup}, populate_existing=True)
    if signup is None:
        raise NotFound(_("There is no such sign-up."))
    return signup


def hold_of(session: Session, application: Application) -> Hold:
    """Lock the hold of the claim link: its version grows with each claim."""
    hold = session.scalars(select(Hold).where(Hold.claim_token == application.claim).with_for_update()).one_or_none()
    if hold is None or hold.shift_id != application.shift_id:
        raise Invalid(
            field_error("claim", _("This link is not valid for the shift. Please ask your unit for a new one."))
        )
    return hold


def person(session: Session, application: Application, now: datetime) -> UUID:
    """Find or note the person, and lock them, so that their sign-ups take turns."""
    name, phone = application.name, application.phone
    return identity.note(session, name=name, name_key=name_key(name), phone=phone, now=now)


def is_on(session: Session, shift_id: UUID, volunteer_id: UUID) -> bool:
    """Tell whether the person has a sign-up for the shift that was not withdrawn."""
    return (
        session.scalar(
            select(Signup.id).where(
                Signup.shift_id == shift_id,
                Signup.volunteer_id == volunteer_id,
                Signup.status != SignupStatus.WITHDRAWN,
            )
        )
        is not None
    )


def new_row(
    application: Application,
    shift: Shift | WantedShift,
    volunteer_id: UUID,
    hold: Hold | None,
    links: Links,
    now: datetime,
) -> dict[str, Any]:
    """Return a sign-up that has neither a place nor a turn yet, as its row; what the row does not name is empty."""
    signup_id = uuid4()
    guardian = application.guardian
    return {
        "id": signup_id,
        "event_id": shift.event_id,
        "shift_id": shift.id,
        "volunteer_id": volunteer_id,
        "status": SignupStatus.WAITLISTED,
        "version": 1,
        "pledge_id": hold.pledge_id if hold else None,
        "email": application.email,
        "birth_date": application.birth_date,
        "guardian_name": guardian.name if guardian else None,
        "guardian_phone": guardian.phone if guardian else None,
        "language": application.language,
        "answers": [] if application.answers is None else questions.read(shift.questions, application.answers),
        "skilled": application.skilled,
        "shows_name": application.shows_name and hold is not None,
        "manage_hash": token_hash(links.manage_token(signup_id)),
        "walk_in": False,
        "created_at": now,
        "consented_at": now,
    }


def _seat(session: Session, signup: Signup, shift: WantedShift, hold: Hold | None, now: datetime) -> None:
    """Give the new sign-up a place, else its turn behind those who wait; raises Conflict where neither is to be had."""
    if hold is None:
        _seat_in_turn(session, signup, shift, now)
    else:
        session.add(signup)
        session.flush()
        if not places.take(session, shift.id, signup.id, hold.pledge_id):
            raise Conflict(
                _(
                    "All places kept for %(unit)s have been taken. You can still sign up on the event's page.",
                    unit=hold.work_unit,
                )
            )
        confirm(session, signup, now)


def _seat_in_turn(session: Session, signup: Signup, shift: WantedShift, now: datetime) -> None:
    place = waitlist.reserve(session, shift.id)
    session.add(signup)
    session.flush()
    if place is not None:
        ask(session, places.seating(shift.id, {place: signup.id}))
        confirm(session, signup, now)
        return
    # Whoever came earlier is served first, should a place be free after all.
    waitlist.promote(session, session.get_one(Shift, shift.id), now, present=signup.id)
    if signup.status is SignupStatus.WAITLISTED:
        if not shift.event.waitlist:
            raise Conflict(_("This shift has just been filled, and it keeps no waitlist."))
        announcements.signup_changed(session, signup, now)


def confirm(session: Session, signup: Signup, now: datetime) -> None:
    """Note that the new sign-up has got its place, and send it."""
    signup.status = SignupStatus.CONFIRMED
    signup.confirmed_at = now
    session.flush()
    announcements.signup_changed(session, signup, now)
