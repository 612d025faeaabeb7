"""What needs a hand: found for all of a community's events at once, the most urgent first, each with what helps."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Row, and_, func, or_, select
from sqlalchemy.orm import Session

from services.events import queries
from services.events.countdown import promises, stocked
from services.events.models import Event, EventStatus, Shift, Supply, Task
from services.events.queries import NOBODY
from shared.messaging import inbox
from shared.messaging.tables import InboxStatus
from shared.texts import Text
from shared.texts import text as _

URGENT: Final = timedelta(hours=48)
NEAR: Final = timedelta(days=7)
DRAFT_NEAR: Final = timedelta(days=14)
TASKS_KEPT: Final = timedelta(days=30)
"""Tasks of an event that was over longer ago are no longer asked for."""

Near = Row[UUID, str, EventStatus, datetime, datetime, str]


@dataclass(frozen=True, slots=True)
class Risk:
    """One line of what needs a hand. ``urgency`` is 0 for what cannot wait; ``at`` is the event's start.

    ``event_id`` is none where it concerns no single event; then ``at`` is since when it has been so.
    """

    urgency: int
    what: Text
    event_id: UUID | None
    title: str
    at: datetime
    timezone: str
    action: Text
    address: str


def risks(session: Session, community: str, now: datetime, *, may_discard: bool, timezone: str) -> list[Risk]:
    """Return what needs a hand in the community; ``may_discard`` adds what only those who may settle messages see."""
    near = _near(session, community, now)
    running = [one for one in near if one.status is EventStatus.PUBLISHED and one.ends_at > now]
    found = [
        *_unfinished(near, now),
        *_understaffed(session, running, now),
        *_short_of_supplies(session, running),
        *_late(session, community, now),
        *(_dead_messages(session, timezone) if may_discard else ()),
    ]
    return sorted(found, key=lambda risk: (risk.urgency, risk.at))


def _near(session: Session, community: str, now: datetime) -> Sequence[Near]:
    published = and_(Event.status == EventStatus.PUBLISHED, Event.starts_at < now + NEAR)
    draft = and_(Event.status == EventStatus.DRAFT, Event.starts_at > now, Event.starts_at < now + DRAFT_NEAR)
    return session.execute(
        select(Event.id, Event.title, Event.status, Event.starts_at, Event.ends_at, Event.timezone)
        .where(Event.community == community, or_(published, draft))
        .order_by(Event.starts_at)
    ).all()


def _unfinished(near: Sequence[Near], now: datetime) -> Iterator[Risk]:
    """Find events that are over and not completed, and drafts that nobody can sign up for although they come soon."""
    for one in near:
        if one.status is EventStatus.DRAFT:
            urgency = 1 if one.starts_at < now + NEAR else 2
            yield _risk(one, urgency, _("Still a draft: nobody can sign up"), _("Look at it"), f"/events/desk/{one.id}")
        elif one.ends_at <= now:
            address = f"/events/desk/{one.id}/complete"
            yield _risk(one, 1, _("Over, and not completed yet"), _("Complete"), address)


def _understaffed(session: Session, running: Sequence[Near], now: datetime) -> Iterator[Risk]:
    """Find events that cannot go ahead with the people they have, and places that units keep without a name."""
    ids = [one.id for one in running]
    shifts = session.execute(
        select(Shift.id, Shift.event_id, Shift.minimum).where(Shift.event_id.in_(ids), Shift.ends_at > now)
    ).all()
    counts = queries.shift_counts(session, ids)
    for one in running:
        own = [(shift.minimum, counts.get(shift.id, NOBODY)) for shift in shifts if shift.event_id == one.id]
        lacking = sum(max(minimum - count.taken, 0) for minimum, count in own)
        held = sum(count.held for _minimum, count in own)
        urgent = one.starts_at < now + URGENT
        if lacking:
            what = _("Too few people to go ahead: %(n)s missing", n=lacking)
            address = f"/signups/desk/events/{one.id}"
            yield _risk(one, 0 if urgent else 2, what, _("Ask for help"), address)
        if held and urgent:
            what = _("Places kept for units, still without a name: %(n)s", n=held)
            yield _risk(one, 1, what, _("Ask the units"), f"/partners/desk/events/{one.id}")


def _short_of_supplies(session: Session, running: Sequence[Near]) -> Iterator[Risk]:
    """Find events some of whose supplies are neither there nor promised in full."""
    ids = [one.id for one in running]
    supplies = session.scalars(select(Supply).where(Supply.event_id.in_(ids))).all()
    promised = promises(session, ids)
    for one in running:
        needed = [supply for supply in supplies if supply.event_id == one.id]
        missing = [stock.supply.name for stock in stocked(needed, promised[one.id]) if stock.missing]
        if missing:
            what = _("Supplies missing: %(n)s, the first is %(name)s", n=len(missing), name=missing[0])
            yield _risk(one, 1, what, _("Get them"), f"/events/desk/{one.id}/preparation")


def _late(session: Session, community: str, now: datetime) -> Iterator[Risk]:
    """Find events with tasks that should have been done before today; the first is found before the rest is read."""
    firsts = session.execute(
        select(Event.id, Event.title, Event.status, Event.starts_at, Event.ends_at, Event.timezone, func.min(Task.days))
        .join(Task, Task.event_id == Event.id)
        .where(
            Event.community == community,
            Event.status != EventStatus.CANCELLED,
            Event.ends_at > now - TASKS_KEPT,
            Task.done_at.is_(None),
        )
        .group_by(Event.id)
    ).all()
    days_left = {one.id: _days_until(one, now) for one in firsts}
    late = [one for one in firsts if one[-1] < -days_left[one.id]]
    tasks = session.execute(
        select(Task.event_id, Task.days, Task.title)
        .where(Task.event_id.in_([one.id for one in late]), Task.done_at.is_(None))
        .order_by(Task.days, Task.position)
    ).all()
    for one in late:
        titles = [title for event_id, days, title in tasks if event_id == one.id and days < -days_left[one.id]]
        what = _("Tasks overdue: %(n)s, the first is %(name)s", n=len(titles), name=titles[0])
        yield _risk(one, 1, what, _("Go through them"), f"/events/desk/{one.id}/preparation")


def _days_until(one: Row[UUID, str, EventStatus, datetime, datetime, str, int], now: datetime) -> int:
    zone = ZoneInfo(one.timezone)
    left: timedelta = one.starts_at.astimezone(zone).date() - now.astimezone(zone).date()
    return left.days


def _dead_messages(session: Session, timezone: str) -> Iterator[Risk]:
    oldest = inbox.unsettled(session, InboxStatus.DEAD, 1)
    if oldest:
        number = inbox.count(session)[InboxStatus.DEAD]
        what = _("News of other services that could not be applied: %(n)s", n=number)
        yield Risk(0, what, None, "", oldest[0].received_at, timezone, _("Look at them"), "/events/desk/messages")


def _risk(one: Row[*tuple[object, ...]], urgency: int, what: Text, action: Text, address: str) -> Risk:
    return Risk(urgency, what, one.id, one.title, one.starts_at, one.timezone, action, address)
