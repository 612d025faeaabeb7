"""Who was there, from when to when, and who was not."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from services.signups import announcements
from services.signups.models import Signup, SignupStatus
from services.signups.operations import hours
from services.signups.operations.signing import locked
from shared.errors import Conflict
from shared.texts import text as _


def check_in(session: Session, signup_id: UUID, *, now: datetime, at: datetime | None = None) -> Signup:
    """Note that the person has come; a second time changes nothing. Raises NotFound, Conflict without a place.

    ``at`` is the moment where it was an earlier one than now.
    """
    signup = locked(session, signup_id)
    if signup.status is SignupStatus.ATTENDED:
        return signup
    if signup.status is SignupStatus.WAITLISTED:
        raise Conflict(_("This person is on the waitlist and has no place yet."))
    return _came(session, signup, at or now, now)


def note_presence(session: Session, signup_id: UUID, *, now: datetime) -> Signup:
    """Note that the person was there, from when to when is yet to be entered. Raises NotFound, Conflict."""
    return _came(session, locked(session, signup_id), None, now)


def check_out(session: Session, signup_id: UUID, *, now: datetime, at: datetime | None = None) -> Signup:
    """Note that the person has left; a second time changes nothing. Raises NotFound, Conflict before check-in.

    ``at`` is the moment where it was an earlier one than now; nobody leaves before they came.
    """
    signup = locked(session, signup_id)
    if signup.status is not SignupStatus.ATTENDED or signup.checked_in_at is None:
        raise Conflict(_("This person has not been checked in."))
    if signup.checked_out_at is not None:
        return signup
    signup.checked_out_at = max(at or now, signup.checked_in_at)
    signup.version += 1
    hours.settle(session, signup, now=now)
    return _announced(session, signup, now)


def mark_absent(session: Session, signup_id: UUID, *, now: datetime) -> Signup:
    """Note that the person has not come; a second time changes nothing. Raises NotFound, Conflict before the start."""
    signup = locked(session, signup_id)
    if signup.status is SignupStatus.ABSENT:
        return signup
    if now < signup.shift.starts_at:
        raise Conflict(_("The shift has not begun yet."))
    signup.move_to(SignupStatus.ABSENT)
    hours.unsettle(session, signup, now=now)
    signup.checked_in_at = signup.checked_out_at = None
    return _announced(session, signup, now)


def undo_check_in(session: Session, signup_id: UUID, *, now: datetime) -> Signup:
    """Take back a check-in, and the check-out with it; a second time changes nothing. Raises NotFound, Conflict."""
    return _expected_again(session, signup_id, SignupStatus.ATTENDED, now)


def undo_absence(session: Session, signup_id: UUID, *, now: datetime) -> Signup:
    """Take back that the person has not come; a second time changes nothing. Raises NotFound, Conflict."""
    return _expected_again(session, signup_id, SignupStatus.ABSENT, now)


def undo_check_out(session: Session, signup_id: UUID, *, now: datetime) -> Signup:
    """Take back a check-out; a second time changes nothing. Raises NotFound, Conflict before check-in."""
    signup = locked(session, signup_id)
    if signup.status is not SignupStatus.ATTENDED:
        raise Conflict(_("This person has not been checked in."))
    if signup.checked_out_at is None:
        return signup
    signup.checked_out_at = None
    signup.version += 1
    hours.unsettle(session, signup, now=now)
    return _announced(session, signup, now)


def _expected_again(session: Session, signup_id: UUID, noted: SignupStatus, now: datetime) -> Signup:
    """Take back what was noted; what somebody else has noted meanwhile stays."""
    signup = locked(session, signup_id)
    if signup.status is SignupStatus.CONFIRMED:
        return signup
    if signup.status is not noted:
        raise Conflict(_("Something else has been noted meanwhile. Please look at the row again."))
    signup.move_to(SignupStatus.CONFIRMED)
    hours.unsettle(session, signup, now=now)
    signup.checked_in_at = signup.checked_out_at = None
    return _announced(session, signup, now)


def _came(session: Session, signup: Signup, at: datetime | None, now: datetime) -> Signup:
    signup.move_to(SignupStatus.ATTENDED)
    signup.checked_in_at = at
    if signup.shift.event.status == "completed":
        announcements.thank(session, signup, now)
    return _announced(session, signup, now)


def _announced(session: Session, signup: Signup, now: datetime) -> Signup:
    session.flush()
    announcements.signup_changed(session, signup, now)
    return signup
