"""Letting somebody in whose password was right: the account is looked at once more, and the sign-in is opened."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from services.events.accounts.codes import WRONG_CODE, CodeNeeded, spend
from services.events.accounts.signing_in import open_session
from services.events.models import Organizer
from shared.errors import Unauthorized
from shared.texts import text as _


def sign_in(
    session: Session, organizer_id: UUID, *, version: int, code: str | None, expires_at: datetime, now: datetime
) -> tuple[Organizer, UUID]:
    """Begin a sign-in until ``expires_at``; returns the organizer and its id. A code counts once.

    ``version`` is that of the account when its password was checked, which happens before, since it is slow. Raises
    Unauthorized where the account has changed since or the code is wrong, CodeNeeded where there is none and the
    account asks for one.
    """
    organizer = session.get_one(Organizer, organizer_id, with_for_update=True, populate_existing=True)
    if not organizer.active or organizer.version != version:
        raise Unauthorized(_("Your account has just been changed. Please sign in once more."))
    if organizer.totp_since is not None:
        if code is None:
            raise CodeNeeded(_("This account asks for a code. Please send the one that the phone shows now."))
        if not spend(organizer, code, now):
            raise Unauthorized(WRONG_CODE)
    return organizer, open_session(session, organizer.id, expires_at=expires_at, now=now)
