"""Sending somebody a fresh link to their own pages, to where they can be reached and nowhere else."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from services.signups import identity
from services.signups.links import Links, token_hash
from services.signups.models import AccessLink, ShortLink, Signup, Volunteer
from shared.database import change
from shared.names import name_key
from shared.notices import queue

LINK_LASTS: Final = timedelta(days=30)
LETTER_LASTS: Final = timedelta(hours=1)
"""Whoever asks waits for it; one that comes later only puzzles."""
MOST_ADDRESSES: Final = 3
"""The addresses entered last; a link goes to each, since nobody knows which one is still read."""


def send_links(session: Session, *, name: str, phone: str, links: Links, now: datetime) -> None:
    """Queue a link to all their sign-ups for the person's phone, and one for each address to those that carry it.

    Where nobody of that name and phone is known, a link that opens nothing is written and a notice that is not sent,
    so that the time of the answer tells as little as its words.
    """
    volunteer_id = session.scalar(
        select(Volunteer.id).where(
            Volunteer.phone_key.in_(identity.phone_keys(session, [phone])), Volunteer.name_key == name_key(name)
        )
    )
    _queue(session, volunteer_id, None, links, now)
    newest_first = select(Signup.email).where(Signup.volunteer_id == volunteer_id).order_by(Signup.created_at.desc())
    addresses = dict.fromkeys(address for address in session.scalars(newest_first) if address)
    for address in list(addresses)[:MOST_ADDRESSES]:
        _queue(session, volunteer_id, links.address_mark(address), links, now)


def forget_links(session: Session, now: datetime) -> int:
    """Forget the links that open nothing any more; return how many."""
    return sum(change(session, delete(kind).where(kind.expires_at <= now)) for kind in (AccessLink, ShortLink))


def _queue(session: Session, volunteer_id: UUID | None, mark: str | None, links: Links, now: datetime) -> None:
    link_id = uuid4()
    session.add(
        AccessLink(
            id=link_id,
            token_hash=token_hash(links.access_token(link_id)),
            volunteer_id=volunteer_id,
            address_mark=mark,
            created_at=now,
            expires_at=now + LINK_LASTS,
        )
    )
    queue.plan(
        session,
        kind="own_link",
        person_id=volunteer_id or uuid4(),
        event_id=None,
        rule=str(link_id),
        expires_at=now + LETTER_LASTS,
        now=now,
    )
