"""A community's events as a calendar that everybody may subscribe to: what stands there, and how it is written."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Final

from sqlalchemy import Row, exists, func, select
from sqlalchemy.orm import Session, lazyload

from services.events.models import AuditEntry, Event, EventStatus, Organizer
from services.events.queries import PUBLIC
from shared.calendars import STAYS, Entry, Status
from shared.catalogues import Language
from shared.errors import NotFound
from shared.texts import text as _

MIDNIGHT: Final = time(0)
UNTIL_MIDNIGHT: Final = (MIDNIGHT, time(23, 59))
"""The two ways in which forms say it."""


def communities(session: Session) -> Sequence[str]:
    """Return the communities that have, or had, something for everybody to see, by name."""
    public = select(Event.community).where(Event.status.in_(PUBLIC))
    return session.scalars(public.distinct().order_by(Event.community)).all()


def events(session: Session, community: str, now: datetime) -> Sequence[Row[Event, datetime]]:
    """Return what stands in the community's calendar, by time, each with the moment of its last change.

    A community without events has an empty calendar, so that what was taken back goes from people's calendars too.
    Raises NotFound where there is no such community.
    """
    if not session.scalar(select(exists().where(Organizer.community == community))):
        raise NotFound(_("There is no such calendar."))
    last = select(func.max(AuditEntry.at)).where(AuditEntry.event_id == Event.id).scalar_subquery()
    return session.execute(
        select(Event, func.coalesce(last, Event.created_at))
        .where(Event.community == community, Event.status.in_(PUBLIC), Event.ends_at > now - STAYS)
        .order_by(Event.starts_at, Event.id)
        .options(lazyload(Event.shifts), lazyload(Event.programme))
    ).all()


def entry(event: Event, changed_at: datetime, address: str, language: Language) -> Entry:
    """Return the event as an entry that says what its page says, and takes nobody's time; ``address`` is the page's."""
    starts, ends = _days(event) or (event.starts_at, event.ends_at)
    is_off = event.status is EventStatus.CANCELLED
    told = [event.reason if is_off else None, event.summary]
    if event.contact:
        told.append(language.translate(_("Questions: %(contact)s", contact=event.contact)))
    return Entry(
        key=str(event.id),
        sequence=event.version,
        stamp=changed_at,
        starts=starts,
        ends=ends,
        summary=event.title,
        location=f"{event.venue_name} {event.venue_address}".strip(),
        description="\n".join(one for one in told if one),
        url=address,
        status=Status.CANCELLED if is_off else Status.CONFIRMED,
        busy=False,
    )


def _days(event: Event) -> tuple[date, date] | None:
    """Return the first day and the one after the last, where the event is from midnight to midnight at its place."""
    starts, ends = event.local(event.starts_at), event.local(event.ends_at)
    if starts.time() != MIDNIGHT or ends.time() not in UNTIL_MIDNIGHT:
        return None
    return starts.date(), (ends + timedelta(minutes=1)).date()
