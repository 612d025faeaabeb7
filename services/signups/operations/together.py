"""Signing up in one go: one or more people, for one or more shifts, all or nothing."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import combinations
from uuid import UUID

from sqlalchemy.orm import Session

from services.signups import announcements, idempotency, questions, timing, wanted
from services.signups.idempotency import Answer
from services.signups.links import Links
from services.signups.models import Hold, SignupStatus
from services.signups.operations.codes import Proof, prove
from services.signups.operations.signing import Application, enter, hold_of, person
from services.signups.wanted import GUARDIAN_BELOW, WantedShift, age_on, check_age, refuse_closed
from shared.errors import Conflict, Invalid, field_error
from shared.names import name_key
from shared.texts import text as _
from shared.trips import ask


def sign_up_together(
    session: Session,
    applications: Sequence[Application],
    *,
    may_wait: bool,
    code: str | None,
    request: idempotency.Request,
    links: Links,
    now: datetime,
) -> Answer:
    """Enter every application, or none, and answer as before to a repeated request.

    They are of people with one phone for shifts of one event, person after person. Somebody alone waits where a shift
    is full; several get their places together, unless they ``may_wait``. Raises what ``sign_up`` raises, Invalid for
    shifts that overlap and for somebody named twice, and Conflict where there are fewer places than people.

    Where the event asks for a code that is not the right one, nothing is entered: the answer's status is a ``Proof``.
    """
    wished = list(dict.fromkeys(one.shift_id for one in applications))
    turn, known, *found = ask(session, *idempotency.asking(request), *map(wanted.asking, wished))
    earlier = idempotency.answered(request, turn, known)
    if earlier is not None:
        return earlier
    shifts, ready = checked(applications, [wanted.answered(rows) for rows in found], now)
    event_id, event = shifts[ready[0].shift_id].event_id, shifts[ready[0].shift_id].event
    if event.asks_code:
        proof = prove(session, event_id, ready[0].phone, code, links=links, now=now)
        if proof is not Proof.GIVEN:
            return Answer(status=proof.value)
    hold = _lock(session, ready, now)
    # Shift after shift in one order, so that two families do not wait for each other; those who wait stand in line as
    # they were named.
    order = sorted(range(len(ready)), key=lambda place: (ready[place].shift_id, place))
    alone = len(ready) == 1
    answers = {
        place: _enter(session, ready[place], shifts, hold, links, now + timedelta(microseconds=place), alone=alone)
        for place in order
    }
    if hold is not None and any(one.signup_id is not None for one in answers.values()):
        announcements.hold_changed(session, hold, now)
    people = {name_key(one.name) for one in ready}
    if len(people) > 1 and not may_wait:
        waiting = next((place for place in order if answers[place].status == SignupStatus.WAITLISTED), None)
        if waiting is not None:
            _refuse(shifts[ready[waiting].shift_id], len(people))
    first, *others = (answers[place] for place in range(len(ready)))
    answer = replace(first, others=tuple(others))
    idempotency.finish(session, request, answer, now)
    return answer


def checked(
    applications: Sequence[Application], found: Sequence[WantedShift | None], now: datetime
) -> tuple[dict[UUID, WantedShift], list[Application]]:
    """Return the shifts by their ids and what is to be entered, as far as can be known without knowing anybody.

    Raises Invalid and Conflict where that cannot be.
    """
    shifts = _shifts(found, applications, now)
    people = _people(applications)
    return shifts, [_checked(one, shifts[one.shift_id], people) for one in applications]


def _shifts(
    found: Sequence[WantedShift | None], applications: Sequence[Application], now: datetime
) -> dict[UUID, WantedShift]:
    """Return the shifts that are wanted; raises Invalid where they cannot all be had by one person."""
    shifts = {one.id: one for one in (refuse_closed(shift, now) for shift in found)}
    if len({shift.event_id for shift in shifts.values()}) > 1:
        raise Invalid(field_error("shift_id", _("Please choose shifts of one event.")))
    for one, other in combinations(shifts.values(), 2):
        if one.starts_at < other.ends_at and other.starts_at < one.ends_at:
            text = _("“%(one)s” and “%(other)s” overlap. Please choose one of them.", one=one.role, other=other.role)
            raise Invalid(field_error("shift_id", text))
    too_much = timing.among(list(shifts.values()))
    if too_much is not None:
        raise Invalid(field_error("shift_id", too_much))
    known = {question["key"] for shift in shifts.values() for question in shift.questions}
    for key in applications[0].answers or ():
        if key not in known:
            raise Invalid({"answers": {key: [_("No shift that you chose asks this. Please leave it out.")]}})
    return shifts


def _people(applications: Sequence[Application]) -> list[str]:
    """Return the people as they are compared, in their order; raises Invalid where two are the same."""
    people: list[str] = []
    for one in applications:
        if one.shift_id == applications[0].shift_id:
            key = name_key(one.name)
            if key in people:
                text = _("This name stands here already. Please write it so that the two can be told apart.")
                raise Invalid({"companions": {len(people) - 1: field_error("name", text)}})
            people.append(key)
    return people


def _checked(application: Application, shift: WantedShift, people: Sequence[str]) -> Application:
    """Check what can be known without knowing anybody; a guardian is noted only for children where several come."""
    place = people.index(name_key(application.name))
    try:
        check_age(shift, application.birth_date, guarded=application.guardian is not None)
    except Invalid as error:
        if place and "birth_date" in error.errors:
            raise Invalid({"companions": {place - 1: error.errors}}) from None
        raise
    questions.read(shift.questions, application.answers or {})
    is_child = application.birth_date is not None and age_on(shift, application.birth_date) < GUARDIAN_BELOW
    return application if is_child or len(people) == 1 else replace(application, guardian=None)


def _lock(session: Session, applications: Sequence[Application], now: datetime) -> Hold | None:
    """Lock the unit's places, which are returned, then the people by their names: in one order, whatever they want."""
    hold = None
    if len(applications) == 1:
        return hold  # ``enter`` does the same
    for claiming in {one.shift_id: one for one in applications if one.claim is not None}.values():
        hold = hold_of(session, claiming)
    for one in sorted({name_key(one.name): one for one in applications}.items()):
        person(session, one[1], now)
    return hold


def _enter(
    session: Session,
    application: Application,
    shifts: dict[UUID, WantedShift],
    hold: Hold | None,
    links: Links,
    now: datetime,
    *,
    alone: bool,
) -> Answer:
    try:
        return enter(session, application, shifts[application.shift_id], links=links, now=now, hold=hold)
    except Conflict as error:
        reason: str = error.detail
        if not alone:
            role = shifts[application.shift_id].role
            reason = _("%(name)s, %(role)s: %(reason)s", name=application.name, role=role, reason=error.detail)
        raise Conflict(reason, errors=field_error("shift_id", reason)) from error


def _refuse(shift: WantedShift, number: int) -> None:
    text = _(
        "“%(role)s” has fewer places left than the %(n)s of you need. Choose another shift, or tick that you may also"
        " wait.",
        role=shift.role,
        n=number,
    )
    raise Conflict(text, errors=field_error("may_wait", text))
