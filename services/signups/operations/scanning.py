"""Noting attendance from phones that may be late to send it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.signups.models import Scan, ScanKind, ScanOutcome, Signup, SignupStatus
from services.signups.operations.attendance import (
    check_in,
    check_out,
    mark_absent,
    undo_check_in,
    undo_check_out,
)
from services.signups.operations.signing import locked
from shared.errors import Conflict, Invalid, NotFound, field_error
from shared.texts import Text
from shared.texts import text as _

OLDEST: Final = timedelta(hours=12)
"""How long ago a scan may have been made; a moment further back is taken for this one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A scan as a phone sends it: ``nonce`` and ``at`` were made with it, whenever it is sent."""

    nonce: UUID
    signup_id: UUID
    kind: ScanKind
    at: datetime


def record_scan(session: Session, event_id: UUID, sent: Sent, *, organizer_id: UUID, now: datetime) -> Scan:
    """Note what a phone has scanned at the event; one that comes again is answered as before and changes nothing.

    What the sign-up does not allow is noted as refused, with the reason. Raises NotFound for a sign-up of another
    event, and Invalid where the nonce was used for another sign-up.
    """
    signup = locked(session, sent.signup_id)  # so that two of one nonce take turns
    if signup.event_id != event_id:
        raise NotFound(_("There is no such sign-up."))
    earlier = session.get(Scan, sent.nonce)
    if earlier is not None:
        if earlier.signup_id != signup.id:
            raise Invalid(field_error("nonce", _("This key was used for another request. Send a new key.")))
        return earlier
    at = min(max(sent.at, now - OLDEST), now)
    outcome, reason = ScanOutcome.DONE, None
    try:
        _note(session, sent, at, now)
    except Conflict as error:
        outcome, reason = ScanOutcome.REFUSED, _source(error.detail)
    scan = Scan(
        nonce=sent.nonce,
        signup_id=signup.id,
        kind=sent.kind,
        at=at,
        received_at=now,
        organizer_id=organizer_id,
        outcome=outcome,
        reason=reason,
    )
    session.add(scan)
    return scan


def mark_rest_absent(session: Session, shift_id: UUID, *, now: datetime) -> int:
    """Note of everybody whom nobody has seen on a shift that is over that they did not come; return how many.

    Raises Conflict before its end.
    """
    unseen = (
        select(Signup)
        .where(Signup.shift_id == shift_id, Signup.status == SignupStatus.CONFIRMED)
        .order_by(Signup.id)
        .with_for_update(of=Signup)
    )
    signups = session.scalars(unseen).all()
    if any(now < signup.shift.ends_at for signup in signups):
        raise Conflict(_("The shift is not over yet."))
    for signup in signups:
        mark_absent(session, signup.id, now=now)
    return len(signups)


def _note(session: Session, sent: Sent, at: datetime, now: datetime) -> None:
    """Do what the scan stands for; raises Conflict."""
    match sent.kind:
        case ScanKind.CHECK_IN:
            check_in(session, sent.signup_id, now=now, at=at)
        case ScanKind.CHECK_OUT:
            check_out(session, sent.signup_id, now=now, at=at)
        case ScanKind.UNDO_CHECK_IN:
            undo_check_in(session, sent.signup_id, now=now)
        case ScanKind.UNDO_CHECK_OUT:
            undo_check_out(session, sent.signup_id, now=now)


def _source(detail: str) -> str:
    """Return the text untranslated: whoever sends the scan again may read another language."""
    return detail.msgid if isinstance(detail, Text) else detail
