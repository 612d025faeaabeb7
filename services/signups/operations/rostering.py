"""What organizers do with people on the roster: move them, write down who walks in, confirm what a shift asks for."""

from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.signups import announcements, idempotency, places, queries, timing, waitlist
from services.signups.idempotency import Answer
from services.signups.links import Links
from services.signups.models import LIVE, NEEDS_CLEARING, Event, Shift, Signup, SignupStatus
from services.signups.operations import holds
from services.signups.operations.attendance import check_in, note_presence
from services.signups.operations.signing import Application, confirm, is_on, locked, new_row, person
from services.signups.wanted import check_age, refuse_over
from shared import dates
from shared.errors import Conflict, NotFound
from shared.texts import text as _

WALK_INS_FOR: Final = timedelta(hours=24)
"""After the end of a shift, how long somebody may still be written down who was there."""


def move_signup(
    session: Session, signup_id: UUID, shift_id: UUID, *, now: datetime, birth_date: date | None = None
) -> Signup:
    """Give the person a place in another shift of the same event, and theirs to the first who waits for it.

    A place that a unit keeps stays with the unit; the person's new one is among those for everybody. ``birth_date`` is
    taken where none is known yet. Moving to the shift one is on changes nothing. Raises NotFound, Invalid for a shift
    of another event or for somebody who is too young, and Conflict where it is over, full or too close to another.
    """
    _take_turns(session, signup_id)
    signup = locked(session, signup_id)
    if signup.shift_id == shift_id:
        return signup
    if signup.status not in LIVE:
        raise Conflict(_("Only somebody who is signed up or waits can be moved. Take back what was noted since first."))
    before, target = signup.shift, queries.shift(session, shift_id, event_id=signup.event_id)
    refuse_over(target, now)
    signup.birth_date = signup.birth_date or birth_date
    check_age(target, signup.birth_date, guarded=signup.guardian_name is not None)
    waitlist.lock_person(session, signup.volunteer_id)
    if is_on(session, target.id, signup.volunteer_id):
        raise Conflict(_("This person is on that shift already."))
    waitlist.promote(session, target, now)  # whoever waits there comes first
    waited, had_place = signup.status is SignupStatus.WAITLISTED, not waitlist.is_in_line(signup)
    pledge_id = places.free(session, signup.id)
    _put(signup, target)
    session.flush()
    refusal = timing.refusal(session, signup.volunteer_id, target)
    if refusal is not None:
        raise Conflict(refusal)
    _seat(session, signup, target, now, but_for=before.id)
    if waited:
        signup.move_to(SignupStatus.CONFIRMED)
        signup.confirmed_at = now
    else:
        signup.version += 1
    session.flush()
    announcements.signup_changed(session, signup, now)
    announcements.tell_moved(session, signup, now, known=None if waited else before.id)
    if pledge_id is not None:
        holds.left(session, pledge_id, now)
    if had_place:
        waitlist.promote(session, before, now)
    return signup


def add_walk_in(
    session: Session, application: Application, *, request: idempotency.Request, links: Links, now: datetime
) -> Signup:
    """Write down somebody who came without having signed up, and check them in where the shift is running.

    Up to ``WALK_INS_FOR`` after its end they are noted as having been there, at times that are yet to be entered. A
    repeated request is answered with the same sign-up. Raises Invalid for entries that the shift does not allow, and
    Conflict where it is over or full, or the person is on it or on one that overlaps.
    """
    earlier = idempotency.begin(session, request)
    if earlier is not None and earlier.signup_id is not None:
        return locked(session, earlier.signup_id)
    shift = queries.shift(session, application.shift_id)
    refuse_over(shift, now, grace=WALK_INS_FOR)
    check_age(shift, application.birth_date, guarded=application.guardian is not None)
    volunteer_id = person(session, application, now)
    if is_on(session, shift.id, volunteer_id):
        raise Conflict(_("This person is on that shift already. Please look for them in the roster."))
    refusal = timing.overlap(session, volunteer_id, shift)  # travel and rest are theirs to judge: they have come
    if refusal is not None:
        raise Conflict(refusal)
    waitlist.promote(session, shift, now)  # whoever waits comes first
    signup = Signup(**new_row(application, shift, volunteer_id, None, links, now))
    signup.walk_in = True
    session.add(signup)
    session.flush()
    _seat(session, signup, shift, now)
    confirm(session, signup, now)
    if now >= shift.ends_at:
        note_presence(session, signup.id, now=now)
    elif now >= shift.starts_at:
        check_in(session, signup.id, now=now)
    idempotency.finish(session, request, Answer(status=signup.status.value, signup_id=signup.id), now)
    return locked(session, signup.id)


def clear(session: Session, signup_id: UUID, *, organizer_id: UUID, now: datetime) -> Signup:
    """Note that a lead has seen that the person has the skills and the training that the shift asks for.

    A second time changes nothing. Raises NotFound, and Conflict where nothing is asked for or the person is gone.
    """
    signup = locked(session, signup_id)
    if not signup.shift.asks_for:
        raise Conflict(_("This shift asks for no skills and no training."))
    if signup.status not in NEEDS_CLEARING:
        raise Conflict(_("This person is not on the shift any more."))
    if signup.cleared_at is None:
        signup.cleared_at, signup.cleared_by = now, organizer_id
    return signup


def take_back_clearing(session: Session, signup_id: UUID) -> Signup:
    """Note that skills and training are yet to be confirmed; a second time changes nothing. Raises NotFound."""
    signup = locked(session, signup_id)
    signup.cleared_at = signup.cleared_by = None
    return signup


def _take_turns(session: Session, signup_id: UUID) -> None:
    """Lock the event: two moves in opposite directions would otherwise wait for each other's waitlists."""
    event_id = session.scalar(select(Signup.event_id).where(Signup.id == signup_id))
    if event_id is None:
        raise NotFound(_("There is no such sign-up."))
    session.execute(select(Event.id).where(Event.id == event_id).with_for_update(key_share=True))


def _put(signup: Signup, target: Shift) -> None:
    """Write the other shift into the sign-up; what was confirmed for the old one counts only if the same is asked."""
    if signup.shift.asks_for != target.asks_for:
        signup.cleared_at = signup.cleared_by = None
    signup.shift = target
    signup.pledge_id = None


def _seat(session: Session, signup: Signup, shift: Shift, now: datetime, *, but_for: UUID | None = None) -> None:
    """Take a free place; raises Conflict with the shifts that have one, but for the one that the person comes from."""
    if places.take(session, shift.id, signup.id):
        return
    others = [
        one
        for one in queries.shifts(session, shift.event_id)
        if one.free > 0 and now < one.shift.ends_at and one.shift.id != but_for
    ]
    if not others:
        raise Conflict(_("This shift is full, and so are all others."))
    zone = shift.event.timezone
    free = " / ".join(f"{one.shift.role} {dates.time(one.shift.starts_at, zone)} ({one.free})" for one in others)
    raise Conflict(_("This shift is full. There are free places here: %(shifts)s", shifts=free))
