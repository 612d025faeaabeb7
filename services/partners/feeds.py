"""What is read for the calendar that follows all that a unit has pledged."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from services.partners.links import token_hash
from services.partners.models import Event, Feed, Pledge, WorkUnit
from shared.calendars import STAYS
from shared.errors import NotFound
from shared.texts import text as _


def of_unit(session: Session, work_unit_id: UUID) -> Feed | None:
    """Return the unit's calendar link, if it has one."""
    return session.scalars(select(Feed).where(Feed.work_unit_id == work_unit_id)).one_or_none()


def unit(session: Session, token: str) -> WorkUnit:
    """Return the unit whose calendar the link opens; raises NotFound, also for one that is closed at present."""
    found = session.scalars(
        select(WorkUnit)
        .join(Feed, Feed.work_unit_id == WorkUnit.id)
        .where(Feed.token_hash == token_hash(token), WorkUnit.active)
        .options(joinedload(WorkUnit.contact))
    ).one_or_none()
    if found is None:
        raise NotFound(_("This calendar link is not valid any more."))
    return found


def pledges(session: Session, work_unit_id: UUID, now: datetime) -> Sequence[Pledge]:
    """Return what stands in the unit's calendar: its pledges, but for drafts and what has been over for long."""
    return session.scalars(
        select(Pledge)
        .join(Pledge.event)
        .where(Pledge.work_unit_id == work_unit_id, Event.status != "draft", Event.ends_at > now - STAYS)
        .order_by(Event.starts_at, Pledge.created_at, Pledge.id)
        .options(
            contains_eager(Pledge.event),
            joinedload(Pledge.shift),
            joinedload(Pledge.need),
            selectinload(Pledge.steps),
        )
    ).all()
