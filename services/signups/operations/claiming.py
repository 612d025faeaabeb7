"""A unit's contact enters its people as a list: all of them get a place that is kept for the unit, or none."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from services.signups import announcements, idempotency, queries
from services.signups.idempotency import Answer
from services.signups.links import Links
from services.signups.models import Hold, Signup
from services.signups.operations.signing import Application, enter, hold_of, is_on, person
from services.signups.wanted import WantedShift, open_shift
from shared.errors import Conflict, DomainError, Invalid, field_error
from shared.names import name_key
from shared.texts import Text
from shared.texts import text as _


def claim_for_people(
    session: Session,
    applications: Sequence[Application],
    *,
    request: idempotency.Request,
    links: Links,
    now: datetime,
) -> Answer:
    """Give everybody on the list one of the unit's places, tell each of them, and answer a repeated request as before.

    All applications have the unit's claim token. Whoever is on the shift already stays as they are. Raises Invalid with
    a line for each person who cannot come or where there are fewer places than people, and Conflict where the shift
    takes nobody or needs to hear from each person.
    """
    earlier = idempotency.begin(session, request)
    if earlier is not None:
        return earlier
    hold = hold_of(session, applications[0])
    shift = open_shift(session, hold.shift_id, now)
    _refuse_personal(shift)
    # In the order of their names, as families do it, so that two lists do not wait for each other.
    by_name = sorted(applications, key=lambda one: (name_key(one.name), one.phone))
    known = [one for one in by_name if is_on(session, shift.id, person(session, one, now))]
    counts = queries.hold_by_token(session, hold.claim_token)
    left, wanted = counts.held - counts.claimed, len(applications) - len(known)
    if wanted > left:
        text = _("There are places left for %(n)s people, and the list has %(m)s new ones.", n=left, m=wanted)
        raise Invalid(field_error("people", text))
    answers = _enter(session, applications, shift, hold, links, now)
    for answer in answers:
        if answer.signup_id is not None:
            announcements.tell_entered(session, session.get_one(Signup, answer.signup_id), hold.work_unit, now)
    if wanted:
        announcements.hold_changed(session, hold, now)
    answer = replace(answers[0], others=tuple(answers[1:]))
    idempotency.finish(session, request, answer, now)
    return answer


def _enter(
    session: Session,
    applications: Sequence[Application],
    shift: WantedShift,
    hold: Hold,
    links: Links,
    now: datetime,
) -> list[Answer]:
    answers: list[Answer] = []
    refusals: list[Text] = []
    for number, one in enumerate(applications, start=1):
        try:
            # Each a moment later, so that they stand in the order of the list.
            moment = now + timedelta(microseconds=number)
            answers.append(enter(session, one, shift, links=links, now=moment, hold=hold))
        except DomainError as error:
            refusals.append(_("Person %(n)s, %(name)s: %(reason)s", n=number, name=one.name, reason=error.detail))
    if refusals:
        raise Invalid({"people": refusals})
    return answers


def _refuse_personal(shift: WantedShift) -> None:
    """Raise Conflict where somebody has to answer for themselves: their age, or that the phone is theirs."""
    if shift.min_age:
        raise Conflict(_("This shift has a minimum age, so each person enters their own name and birth date."))
    if shift.event.asks_code:
        raise Conflict(_("Each person is sent a code for this event, so they enter their names themselves."))
