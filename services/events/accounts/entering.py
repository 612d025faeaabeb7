"""Letting somebody in whose password was right: the account is looked at once more, and the sign-in is opened."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from services.events.accounts.codes import WRONG_CODE, CodeNeeded, CodeToSetUp, spend
from services.events.accounts.signing_in import open_session
from services.events.models import Organizer
from shared.errors import Unauthorized
from shared.texts import text as _


def sign_in(
    session: Session,
    organizer_id: UUID,
    *,
    version: int,
    code: str | None,
    required: bool,
    expires_at: datetime,
    now: datetime,
) -> tuple[Organizer, UUID]:
    """Begin a sign-in until ``expires_at``; returns the organizer and its id. A code counts once.

    ``version`` is that of the account when its password was checked, which happens before, since it is slow. Where
    codes are ``required`` of everybody, the first one from a new phone turns them on. Raises Unauthorized where the
    account has changed since or the code is wrong; where there is none, CodeNeeded if the account asks for one, and
    CodeToSetUp if it has to and does not yet.
    """
    organizer = session.get_one(Organizer, organizer_id, with_for_update=True, populate_existing=True)
    if not organizer.active or organizer.version != version:
        raise Unauthorized(_("Your account has just been changed. Please sign in once more."))
    if organizer.totp_since is not None or required:
        if code is None:
            raise _missing(organizer)
        if not spend(organizer, code, now):
            raise Unauthorized(WRONG_CODE)
        organizer.totp_since = organizer.totp_since or now
    return organizer, open_session(session, organizer.id, expires_at=expires_at, now=now)


def _missing(organizer: Organizer) -> Unauthorized:
    if organizer.totp_since is not None:
        return CodeNeeded(_("This account asks for a code. Please send the one that the phone shows now."))
    return CodeToSetUp(_("Everybody here signs in with a code. Please sign in on the page once, which sets it up."))
