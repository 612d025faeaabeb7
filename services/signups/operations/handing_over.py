"""Giving one's place to somebody: it changes hands in one transaction, so the waitlist never sees it free."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import update
from sqlalchemy.orm import Session

from services.signups import announcements, handovers, idempotency, questions, timing, waitlist
from services.signups.idempotency import Answer
from services.signups.links import Links, token_hash
from services.signups.models import (
    DETAILS,
    UNDER_WAY,
    Handover,
    HandoverState,
    Place,
    Signup,
    SignupStatus,
    Volunteer,
    may_be_given,
)
from services.signups.operations.codes import Proof, prove
from services.signups.operations.signing import Application, Guardian, confirm, is_on, locked, new_row, person
from services.signups.wanted import check_age
from shared.database import change
from shared.errors import Conflict
from shared.texts import text as _

HANDED_ON = "handed on"
"""The reason of a sign-up whose place went to somebody else."""
GONE = _("This place is no longer to be had by this link: somebody has taken it, or the person keeps it.")


def offer_place(session: Session, signup_id: UUID, *, links: Links, now: datetime) -> Handover:
    """Make a link by which one other person can take the place; a second time return the same.

    Raises NotFound, and Conflict where there is no place to give.
    """
    signup = locked(session, signup_id)
    if not may_be_given(signup, now):
        raise Conflict(_("Only a place in a shift that has not begun can be given to somebody."))
    handover = handovers.under_way(session, signup_id)
    if handover is None:
        handover_id = uuid4()
        token = links.handover_token(handover_id)
        handover = Handover(id=handover_id, signup_id=signup_id, token_hash=token_hash(token), created_at=now)
        session.add(handover)
        session.flush()
    return handover


def keep_place(session: Session, signup_id: UUID, *, now: datetime) -> Signup:
    """Close the link, and tell whoever asked by it; where there is none, nothing changes. Raises NotFound."""
    signup = locked(session, signup_id)
    found = handovers.under_way(session, signup_id)
    if found is not None:
        handover, _giver = _locked(session, found)
        if handover.state in UNDER_WAY:
            end_handover(session, handover, HandoverState.LAPSED, now)
    return signup


def take_place(
    session: Session,
    token: str,
    application: Application,
    *,
    code: str | None = None,
    request: idempotency.Request,
    links: Links,
    now: datetime,
) -> Answer:
    """Give the person the place that the link is for, or note that they ask for it, and answer a repeat as before.

    All that a sign-up asks of a person holds for the taker. Somebody who is on the shift already gets an answer that
    tells nothing of it. Where the event asks for a code that is not the right one, nothing is done: the answer's status
    is a ``Proof``. Raises NotFound for a link that is none, Invalid for entries that the shift does not allow, and
    Conflict where the place is gone or the person has another one at the time.
    """
    earlier = idempotency.begin(session, request)
    if earlier is not None:
        return earlier
    handover, giver = _locked(session, handovers.by_token(session, token))
    shift = giver.shift
    if handover.state is not HandoverState.OPEN or not handover.is_live(now):
        raise Conflict(GONE)
    check_age(shift, application.birth_date, guarded=application.guardian is not None)
    answers = questions.read(shift.questions, application.answers or {})
    if shift.event.asks_code:
        proof = prove(session, shift.event_id, application.phone, code, links=links, now=now)
        if proof is not Proof.GIVEN:
            return Answer(status=proof.value)
    volunteer_id = person(session, application, now)
    if is_on(session, shift.id, volunteer_id):
        answer = Answer(status="received")
    elif (refusal := timing.refusal(session, volunteer_id, shift)) is not None:
        raise Conflict(refusal)
    elif shift.swap_approval:
        _ask(handover, application, answers, volunteer_id, now)
        answer = Answer(status=HandoverState.ASKED.value)
    else:
        signup = _change_hands(session, handover, giver, application, volunteer_id, links, now)
        answer = Answer(status=signup.status.value, signup_id=signup.id)
    idempotency.finish(session, request, answer, now)
    return answer


def agree_to_handover(
    session: Session, handover_id: UUID, *, community: str, organizer_id: UUID, links: Links, now: datetime
) -> Handover:
    """Let the place change hands, and tell both; a second time changes nothing.

    Raises NotFound outside of the community, and Conflict where it is too late or the taker has another place by now.
    """
    handover, giver = _locked(session, handovers.of_community(session, handover_id, community))
    if handover.state is HandoverState.DONE:
        return handover
    taker = handover.taker
    if handover.state is not HandoverState.ASKED or taker is None or not handover.is_live(now):
        raise Conflict(_("This request has come to nothing meanwhile."))
    waitlist.lock_person(session, taker.id)
    if is_on(session, giver.shift_id, taker.id):
        raise Conflict(_("This person is on that shift already."))
    refusal = timing.refusal(session, taker.id, giver.shift)
    if refusal is not None:
        raise Conflict(refusal)
    handover.decided_at, handover.decided_by = now, organizer_id
    _change_hands(session, handover, giver, _application(handover, taker, giver), taker.id, links, now)
    return handover


def decline_handover(
    session: Session, handover_id: UUID, *, community: str, organizer_id: UUID, now: datetime
) -> Handover:
    """Leave the place where it is, and tell both; a second time changes nothing.

    Raises NotFound outside of the community, and Conflict where the place has changed hands.
    """
    handover, _giver = _locked(session, handovers.of_community(session, handover_id, community))
    if handover.state is HandoverState.DECLINED:
        return handover
    if handover.state is not HandoverState.ASKED:
        raise Conflict(_("This request has come to nothing meanwhile."))
    handover.decided_at, handover.decided_by = now, organizer_id
    end_handover(session, handover, HandoverState.DECLINED, now)
    return handover


def lapse_handovers(session: Session, now: datetime) -> int:
    """Close the links whose place can change hands no more, and tell whoever asked; return how many."""
    over = handovers.over(session, now)
    for handover in over:
        end_handover(session, handover, HandoverState.LAPSED, now)
    return len(over)


def _locked(session: Session, handover: Handover) -> tuple[Handover, Signup]:
    """Lock the giver's sign-up and then the handover, as everybody does who changes both."""
    giver = locked(session, handover.signup_id)
    return session.get_one(Handover, handover.id, with_for_update={"of": Handover}, populate_existing=True), giver


def _change_hands(
    session: Session,
    handover: Handover,
    giver: Signup,
    application: Application,
    volunteer_id: UUID,
    links: Links,
    now: datetime,
) -> Signup:
    """Write the taker's sign-up onto the giver's place; one that a unit keeps stays the unit's."""
    signup = Signup(**new_row(application, giver.shift, volunteer_id, None, links, now))
    signup.pledge_id, signup.consented_at = giver.pledge_id, handover.asked_at or now
    if handover.answers is not None:  # given when the taker asked, whatever the shift asks by now
        signup.answers = handover.answers
    session.add(signup)
    session.flush()
    change(session, update(Place).where(Place.signup_id == giver.id).values(signup_id=signup.id))
    giver.move_to(SignupStatus.WITHDRAWN)
    giver.withdrawn_at, giver.reason = now, HANDED_ON
    session.flush()
    announcements.signup_changed(session, giver, now)
    confirm(session, signup, now)
    handover.state, handover.taker_id = HandoverState.DONE, volunteer_id
    _forget_details(handover)
    announcements.tell_handed_over(session, giver, signup, now)
    return signup


def _ask(
    handover: Handover, application: Application, answers: list[dict[str, Any]], volunteer_id: UUID, now: datetime
) -> None:
    """Keep what the taker entered until the organizer decides."""
    guardian = application.guardian
    handover.state, handover.taker_id, handover.asked_at = HandoverState.ASKED, volunteer_id, now
    handover.language, handover.email = application.language, application.email
    handover.birth_date = application.birth_date
    handover.guardian_name = guardian.name if guardian else None
    handover.guardian_phone = guardian.phone if guardian else None
    handover.answers, handover.skilled = answers, application.skilled


def _application(handover: Handover, taker: Volunteer, giver: Signup) -> Application:
    """Return what the taker entered when they asked."""
    name, phone = handover.guardian_name, handover.guardian_phone
    return Application(
        shift_id=giver.shift_id,
        name=taker.name,
        phone=taker.phone,
        language=handover.language or giver.language,
        email=handover.email,
        birth_date=handover.birth_date,
        guardian=Guardian(name, phone) if name and phone else None,
        skilled=handover.skilled,
    )


def end_handover(session: Session, handover: Handover, state: HandoverState, now: datetime) -> None:
    """Leave the place where it is, and tell whoever asked for it; of an organizer's no the giver hears as well."""
    handover.state = state
    if handover.taker_id is not None:
        announcements.tell_not_handed_over(session, handover, handover.taker_id, now)
    if state is HandoverState.DECLINED:
        announcements.tell_not_handed_over(session, handover, handover.signup.volunteer_id, now)
    _forget_details(handover)


def _forget_details(handover: Handover) -> None:
    """Keep no more of a settled request than what writing to the taker needs."""
    for name in DETAILS:
        setattr(handover, name, None)
