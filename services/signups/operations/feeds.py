"""Making and ending the calendar that follows all sign-ups of a person."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from services.signups import waitlist
from services.signups.links import Links, token_hash
from services.signups.models import Feed
from shared.database import change


def make_feed(session: Session, volunteer_id: UUID, *, links: Links, now: datetime) -> Feed:
    """Make the person's calendar link; a second time return the same."""
    waitlist.lock_person(session, volunteer_id)
    feed = session.scalars(select(Feed).where(Feed.volunteer_id == volunteer_id)).one_or_none()
    if feed is None:
        feed_id = uuid4()
        hashed = token_hash(links.feed_token(feed_id))
        feed = Feed(id=feed_id, token_hash=hashed, volunteer_id=volunteer_id, created_at=now)
        session.add(feed)
    return feed


def end_feed(session: Session, volunteer_id: UUID) -> int:
    """Make the link worthless, for good; return whether there was one."""
    return change(session, delete(Feed).where(Feed.volunteer_id == volunteer_id))
