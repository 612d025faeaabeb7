"""Making, renewing and ending the calendar that follows all that a unit has pledged."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import delete
from sqlalchemy.orm import Session

from services.partners import feeds, queries
from services.partners.links import feed_token, token_hash
from services.partners.models import Feed
from services.partners.operations.units import locked_unit
from services.partners.scope import Scope
from shared.database import change


def make_feed(session: Session, *, secret_key: str, scope: Scope, now: datetime) -> Feed:
    """Make the calendar link of the contact's unit; a second time return the same. Raises NotFound."""
    unit_id = _lock_own(session, scope)
    return feeds.of_unit(session, unit_id) or _add(session, unit_id, secret_key, now)


def renew_feed(session: Session, *, secret_key: str, scope: Scope, now: datetime) -> Feed:
    """Give the unit another calendar link, so that whoever has left reads along no more. Raises NotFound."""
    unit_id = _lock_own(session, scope)
    _delete(session, unit_id)
    return _add(session, unit_id, secret_key, now)


def end_feed(session: Session, *, scope: Scope) -> int:
    """Make the unit's calendar link worthless, for good; return whether there was one. Raises NotFound."""
    return _delete(session, _lock_own(session, scope))


def _lock_own(session: Session, scope: Scope) -> UUID:
    """Return the id of the contact's unit, locked, so that two contacts at once make one link."""
    return locked_unit(session, queries.own_unit(session, scope=scope).id, scope).id


def _add(session: Session, work_unit_id: UUID, secret_key: str, now: datetime) -> Feed:
    feed_id = uuid4()
    hashed = token_hash(feed_token(secret_key, feed_id))
    feed = Feed(id=feed_id, token_hash=hashed, work_unit_id=work_unit_id, created_at=now)
    session.add(feed)
    return feed


def _delete(session: Session, work_unit_id: UUID) -> int:
    return change(session, delete(Feed).where(Feed.work_unit_id == work_unit_id))
