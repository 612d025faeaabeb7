"""The short links of letters: each opens its one sign-up, as the manage link does, and not for ever (ADR 19)."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from services.signups.links import Links, token_hash
from services.signups.models import ShortLink, Signup
from shared.database import insert
from shared.errors import NotFound
from shared.texts import text as _

LAST: Final = timedelta(days=60)
"""After the event's end; nobody is written to about it any more by then."""
OWN: Final = "s"
"""Leads to the sign-up's page: ``/signups/s/<token>``."""
FEEDBACK: Final = "f"
"""Leads to the questions how it was."""


def note(session: Session, signup: Signup, links: Links) -> str:
    """Return the token of the sign-up's short link, and note until when it is good, which an event's move changes."""
    token = links.short_token(signup.id)
    until = signup.shift.event.ends_at + LAST
    written = insert(session, ShortLink).values(token_hash=token_hash(token), signup_id=signup.id, expires_at=until)
    session.execute(
        written.on_conflict_do_update(index_elements=[ShortLink.token_hash], set_={"expires_at": until}),
        execution_options={"synchronize_session": False},
    )
    return token


def opened(session: Session, token: str, now: datetime) -> UUID:
    """Return the id of the sign-up that the link opens; raises NotFound."""
    found = session.scalar(select(ShortLink.signup_id).where(ShortLink.token_hash == token_hash(token), is_good(now)))
    if found is None:
        raise NotFound(_("This link is not valid any more. Please ask for a new one under “Find my sign-ups”."))
    return found


def is_good(now: datetime) -> ColumnElement[bool]:
    """Return what is true of links that still open something."""
    return ShortLink.expires_at > now
