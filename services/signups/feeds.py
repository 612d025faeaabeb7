"""What is read for the calendar that follows all sign-ups of a person."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from services.signups import queries
from services.signups.links import token_hash
from services.signups.models import Event, Feed, Shift, Signup, SignupStatus
from shared.calendars import STAYS
from shared.errors import NotFound
from shared.texts import text as _


def of_people(session: Session, people: Collection[UUID]) -> Mapping[UUID, Feed]:
    """Return person -> their calendar link, for those who have one."""
    return {feed.volunteer_id: feed for feed in session.scalars(select(Feed).where(Feed.volunteer_id.in_(people)))}


def signups(session: Session, token: str, now: datetime) -> Sequence[Signup]:
    """Return what stands in the calendar that the link opens, by time; raises NotFound.

    That is all that the person signed up for, and what was withdrawn or called off not long ago.
    """
    feed = session.scalars(select(Feed).where(Feed.token_hash == token_hash(token))).one_or_none()
    if feed is None:
        raise NotFound(_("This calendar link is not valid any more."))
    ended = now - STAYS
    stands = and_(Signup.status != SignupStatus.WITHDRAWN, or_(Event.status != "cancelled", Shift.ends_at > ended))
    query = queries.with_people().where(
        Signup.volunteer_id == feed.volunteer_id, or_(stands, Signup.withdrawn_at > ended)
    )
    return session.scalars(query.order_by(Shift.starts_at, Signup.id)).all()
