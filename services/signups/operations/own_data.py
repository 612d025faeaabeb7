"""What people may ask of the data about them: that nothing more is done with it, and that it is forgotten.

Erasing leaves the service facts (which shift, how many minutes) without the person, as the rules on service records
want them kept (民政部令第67号); everything that reaches or describes somebody goes.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session

from services.signups import handovers, waitlist
from services.signups.models import (
    DETAILS,
    LIVE,
    AccessLink,
    Certificate,
    Erasure,
    Feed,
    Feedback,
    Handover,
    HandoverState,
    HourReview,
    IdempotencyKey,
    Shift,
    ShortLink,
    Signup,
    Volunteer,
)
from services.signups.operations.handing_over import end_handover
from services.signups.operations.importing import KIND
from services.signups.operations.signing import locked, take_out
from shared import phones
from shared.database import change
from shared.errors import NotFound
from shared.imports import Upload, records_of
from shared.notices import preferences
from shared.notices.tables import Notice
from shared.texts import text as _

KEPT: Final = timedelta(days=10 * 365 + 3)
"""After somebody's last shift, how long they are known: for as long as records of service are kept, and certified."""
AT_ONCE: Final = 50
"""People whom one transaction of a task forgets."""


def end_consent(session: Session, signup_ids: Collection[UUID], now: datetime) -> None:
    """Take back what was agreed to: sign-ups that are to come are withdrawn, and nothing more is written about any.

    A second time changes nothing. Raises NotFound.
    """
    for signup_id in sorted(signup_ids):
        signup = locked(session, signup_id)
        signup.consent_ended_at = signup.consent_ended_at or now
        signup.shows_name = False
        _leave(session, signup, now)


def erase(session: Session, volunteer_id: UUID, now: datetime) -> None:
    """Forget somebody: sign-ups that are to come are withdrawn, and of the others the bare facts are kept.

    Their links open nothing any more. A second time changes nothing. Raises NotFound.
    """
    waitlist.lock_person(session, volunteer_id)
    person = session.get(Volunteer, volunteer_id, populate_existing=True)
    if person is None:
        raise NotFound(_("There is nobody like that here."))
    if person.erased_at is not None:
        return
    theirs = select(Signup).where(Signup.volunteer_id == volunteer_id).order_by(Signup.id)
    signups = session.scalars(theirs.with_for_update(of=Signup)).all()
    for signup in signups:
        _leave(session, signup, now)
    _forget_uploads_with(session, person.phone)
    _forget_signups(session, signups)
    _close_links(session, volunteer_id, now)
    change(session, update(Certificate).where(Certificate.volunteer_id == volunteer_id).values(id_masked=None))
    change(session, delete(Notice).where(Notice.person_id == volunteer_id))
    preferences.forget(session, volunteer_id)
    person.name = person.name_key = person.phone = person.phone_end = ""
    person.phone_key = person.id.hex  # unlike any other's
    person.erased_at = now
    session.add(Erasure(volunteer_id=volunteer_id, erased_at=now))


def erasures(session: Session) -> Sequence[tuple[UUID, datetime]]:
    """Return who was erased and when, the first one first."""
    rows = session.execute(
        select(Erasure.volunteer_id, Erasure.erased_at).order_by(Erasure.erased_at, Erasure.volunteer_id)
    )
    return [(volunteer_id, erased_at) for volunteer_id, erased_at in rows]


def erase_again(session: Session, volunteer_ids: Collection[UUID], now: datetime) -> int:
    """Erase those of the people whom a restored backup knows again; return how many there were."""
    found = session.scalars(
        select(Volunteer.id)
        .where(Volunteer.id.in_(volunteer_ids), Volunteer.erased_at.is_(None))
        .order_by(Volunteer.id)
    ).all()
    for volunteer_id in found:
        erase(session, volunteer_id, now)
    return len(found)


def erase_unused(session: Session, now: datetime) -> int:
    """Erase some of those whose last shift is long past; return how many."""
    since = now - KEPT
    serves = exists(
        select(Signup.id)
        .join(Shift, Shift.id == Signup.shift_id)
        .where(Signup.volunteer_id == Volunteer.id, Shift.ends_at > since)
    )
    gone = select(Volunteer.id).where(Volunteer.erased_at.is_(None), Volunteer.created_at <= since, ~serves)
    return erase_again(session, session.scalars(gone.limit(AT_ONCE)).all(), now)


def _leave(session: Session, signup: Signup, now: datetime) -> None:
    """Withdraw the sign-up if it is to come or under way, and let whoever waits have the place."""
    shift = signup.shift
    if signup.status in LIVE and shift.event.status == "published" and now < shift.ends_at:
        take_out(session, signup, reason=None, now=now)
        waitlist.promote(session, shift, now)


def _forget_signups(session: Session, signups: Sequence[Signup]) -> None:
    """Leave nothing but the facts of the sign-ups, and close their links."""
    for signup in signups:
        for name in ("email", "reason", *DETAILS):
            setattr(signup, name, None)
        signup.shows_name = False
        signup.manage_hash = signup.id.hex  # unlike the hash of any token
    signup_ids = [signup.id for signup in signups]
    change(session, update(Feedback).where(Feedback.signup_id.in_(signup_ids)).values(words=""))
    change(session, update(HourReview).where(HourReview.signup_id.in_(signup_ids)).values(reason="", decision=""))
    change(session, delete(IdempotencyKey).where(IdempotencyKey.signup_id.in_(signup_ids)))
    change(session, delete(ShortLink).where(ShortLink.signup_id.in_(signup_ids)))


def _close_links(session: Session, volunteer_id: UUID, now: datetime) -> None:
    """Let nothing open the person's pages or calendar any more, and no place change hands to or from them.

    Whoever asked for their place is told.
    """
    change(session, delete(AccessLink).where(AccessLink.volunteer_id == volunteer_id))
    change(session, delete(Feed).where(Feed.volunteer_id == volunteer_id))
    for handover in handovers.of_person(session, volunteer_id):
        end_handover(session, handover, HandoverState.LAPSED, now)
    asked = update(Handover).where(Handover.taker_id == volunteer_id)
    change(session, asked.values(dict.fromkeys(("email", *DETAILS))))


def _forget_uploads_with(session: Session, phone: str) -> None:
    """Drop lists that name the number and were not imported yet; there are few, none older than a day."""
    for upload in session.scalars(select(Upload).where(Upload.kind == KIND)):
        if any(_is(record.cells.get("phone", ""), phone) for record in records_of(upload)):
            session.delete(upload)


def _is(written: str, phone: str) -> bool:
    try:
        return phones.e164(written) == phone
    except ValueError:
        return False
