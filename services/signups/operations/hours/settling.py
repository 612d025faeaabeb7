"""What happens to the hours when somebody is checked out, or that is taken back, or forgotten."""

from datetime import datetime
from typing import Final

from sqlalchemy import and_, delete, exists, or_, select
from sqlalchemy.orm import Session

from services.signups.models import EntryKind, HourReview, ReviewKind, Shift, Signup, SignupStatus
from services.signups.operations.hours import ledger

BATCH: Final = 500


def settle(session: Session, signup: Signup, *, now: datetime) -> None:
    """Write the minutes of somebody who was just checked out, or let an organizer look at them first.

    Only shifts that count as service have any. The sign-up is locked by the caller, who announces it.
    """
    shift, came, left = signup.shift, signup.checked_in_at, signup.checked_out_at
    if not shift.counts_as_service or came is None or left is None:
        return
    unsettle(session, signup, now=now)
    if left > shift.ends_at + ledger.FORGOTTEN:
        ledger.ask(session, signup, ReviewKind.FORGOTTEN, ledger.credited(shift, came, shift.ends_at), now)
        return
    minutes = ledger.credited(shift, came, left)
    if minutes * 100 < ledger.SHORT_PERCENT * ledger.planned(shift):
        ledger.ask(session, signup, ReviewKind.SHORT, minutes, now)
    else:
        ledger.enter(session, signup, minutes, EntryKind.SERVED, now=now)


def unsettle(session: Session, signup: Signup, *, now: datetime) -> None:
    """Take back what counts for the sign-up, and what is still to be decided, since its attendance was taken back."""
    session.execute(delete(HourReview).where(HourReview.signup_id == signup.id, HourReview.outcome.is_(None)))
    for entry in ledger.standing(session, signup.id):
        ledger.reverse(session, entry, organizer_id=None, reason="", now=now)
    ledger.reload(session, signup)


def find_forgotten(session: Session, now: datetime) -> int:
    """Ask about everybody whose check-out was forgotten, and return how many these are.

    Nobody is asked about whose hours count, or wait for a decision, for whatever reason.
    """
    asked_before = and_(HourReview.kind == ReviewKind.FORGOTTEN, HourReview.created_at >= Signup.checked_in_at)
    asked = exists().where(HourReview.signup_id == Signup.id, or_(HourReview.outcome.is_(None), asked_before))
    found = session.scalars(
        select(Signup)
        .join(Shift, Shift.id == Signup.shift_id)
        .where(
            Signup.status == SignupStatus.ATTENDED,
            Signup.checked_in_at.is_not(None),
            Signup.checked_out_at.is_(None),
            Signup.minutes.is_(None),
            Shift.counts_as_service,
            Shift.ends_at <= now - ledger.FORGOTTEN,
            ~asked,
        )
        .order_by(Signup.checked_in_at)
        .limit(BATCH)
        .with_for_update(of=Signup, skip_locked=True)
    ).all()
    for signup in found:
        came = signup.checked_in_at or signup.shift.ends_at
        minutes = ledger.credited(signup.shift, came, signup.shift.ends_at)
        ledger.ask(session, signup, ReviewKind.FORGOTTEN, minutes, now)
    return len(found)
