"""What is read of events: set-based, so that no page asks once for each row."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, not_, or_, select
from sqlalchemy.orm import Session

from services.events.models import (
    AuditEntry,
    Event,
    EventStatus,
    HoldCopy,
    NeedCopy,
    Organizer,
    PledgeCopy,
    Reminder,
    Shift,
    SignupCopy,
)
from shared.errors import NotFound
from shared.notices.tables import Notice
from shared.texts import text as _

PUBLIC: Final = (EventStatus.PUBLISHED, EventStatus.CANCELLED, EventStatus.COMPLETED)
"""States in which anybody may see an event who has its address."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many people stand where on a shift; ``held`` places are kept for units and still nameless.

    ``offered`` places are kept for some of the ``waitlisted``, until they have answered.
    """

    confirmed: int = 0
    waitlisted: int = 0
    attended: int = 0
    absent: int = 0
    held: int = 0
    offered: int = 0

    @property
    def taken(self) -> int:
        """Places that are not free, whatever became of them."""
        return self.confirmed + self.attended + self.absent + self.held + self.offered

    @property
    def is_empty(self) -> bool:
        """Whether the shift could go without anybody missing it."""
        return self.taken + self.waitlisted == 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.confirmed + other.confirmed,
            self.waitlisted + other.waitlisted,
            self.attended + other.attended,
            self.absent + other.absent,
            self.held + other.held,
            self.offered + other.offered,
        )


NOBODY: Final = Counts()


@dataclass(frozen=True, slots=True)
class Total:
    """How full an event is, all of its shifts together. A shift that is too full does not fill another."""

    capacity: int
    minimum: int
    free: int
    counts: Counts


@dataclass(frozen=True, slots=True)
class Staffed:
    """An event, and who stands where on its shifts."""

    event: Event
    counts: Mapping[UUID, Counts]

    @property
    def shifts(self) -> Sequence[tuple[Shift, Counts]]:
        """Each shift with its counts, by time."""
        shifts = sorted(self.event.shifts, key=lambda shift: (shift.starts_at, shift.position))
        return [(shift, self.counts.get(shift.id, NOBODY)) for shift in shifts]

    @property
    def total(self) -> Total:
        """The event as a whole."""
        shifts = self.shifts
        return Total(
            capacity=sum(shift.capacity for shift, _counts in shifts),
            minimum=sum(shift.minimum for shift, _counts in shifts),
            free=sum(max(shift.capacity - counts.taken, 0) for shift, counts in shifts),
            counts=sum((counts for _shift, counts in shifts), NOBODY),
        )


def event(session: Session, event_id: UUID, *, community: str | None = None) -> Event:
    """Return an event that anybody may see, or a draft of the community; raises NotFound."""
    return _one(session, select(Event).where(Event.id == event_id), community)


def event_by_slug(session: Session, slug: str, *, community: str | None = None) -> Event:
    """Return an event that anybody may see, or a draft of the community, by its address; raises NotFound."""
    return _one(session, select(Event).where(Event.slug == slug), community)


def desk_event(session: Session, event_id: UUID, *, community: str) -> Event:
    """Return an event of the community, in whatever state; raises NotFound."""
    found = session.scalars(select(Event).where(Event.id == event_id, Event.community == community)).one_or_none()
    if found is None:
        raise NotFound(_("There is no such event."))
    return found


def desk_staffed(session: Session, event_id: UUID, *, community: str) -> Staffed:
    """Return an event of the community with its counts; raises NotFound."""
    return staffed(session, [desk_event(session, event_id, community=community)])[0]


def events(
    *,
    community: str | None = None,
    status: EventStatus | None = None,
    begin: datetime | None = None,
    end: datetime | None = None,
) -> Select[Event]:
    """Select events that begin in ``[begin, end)``: all of the community's, or without one those that are published."""
    query = select(Event)
    if community is not None:
        query = query.where(Event.community == community)
        if status is not None:
            query = query.where(Event.status == status)
    else:
        query = query.where(Event.status == (status or EventStatus.PUBLISHED), Event.status.in_(PUBLIC))
    if begin is not None:
        query = query.where(Event.starts_at >= begin)
    if end is not None:
        query = query.where(Event.starts_at < end)
    return query


def upcoming(session: Session, now: datetime, limit: int) -> Sequence[Event]:
    """Return the events that people may still go to, the soonest first."""
    return session.scalars(
        select(Event)
        .where(Event.status == EventStatus.PUBLISHED, Event.ends_at > now)
        .order_by(Event.starts_at, Event.id)
        .limit(limit)
    ).all()


def staffed(session: Session, events: Sequence[Event]) -> list[Staffed]:
    """Return the events with their counts, in the same order."""
    counts = shift_counts(session, [event.id for event in events])
    return [Staffed(event, counts) for event in events]


def shift_counts(session: Session, event_ids: Iterable[UUID]) -> Mapping[UUID, Counts]:
    """Return the counts of every shift of the events that somebody signed up for, or that places are kept on."""
    ids = list(event_ids)
    found: dict[UUID, Counts] = {}

    signups = session.execute(
        select(
            SignupCopy.shift_id,
            *(
                func.sum(case((SignupCopy.status == status, 1), else_=0))
                for status in ("confirmed", "waitlisted", "attended", "absent")
            ),
            func.sum(case((SignupCopy.offered.is_(True), 1), else_=0)),
        )
        .where(SignupCopy.event_id.in_(ids))
        .group_by(SignupCopy.shift_id)
    )
    for shift_id, confirmed, waitlisted, attended, absent, offered in signups:
        found[shift_id] = Counts(confirmed, waitlisted, attended, absent, offered=offered)
    holds = session.execute(
        select(HoldCopy.shift_id, func.sum(HoldCopy.held - HoldCopy.claimed))
        .where(HoldCopy.event_id.in_(ids))
        .group_by(HoldCopy.shift_id)
    )
    for shift_id, held in holds:
        found[shift_id] = found.get(shift_id, NOBODY) + Counts(held=held)
    return found


class Tab(StrEnum):
    """The views of the desk's list of events."""

    UPCOMING = "upcoming"
    DRAFTS = "drafts"
    PAST = "past"


def desk_events(community: str, tab: Tab, now: datetime) -> Select[Event]:
    """Select the community's events of one tab."""
    return select(Event).where(Event.community == community, _in_tab(tab, now))


def tab_counts(session: Session, community: str, now: datetime) -> Mapping[Tab, int]:
    """Return how many of the community's events are in each tab."""
    numbers = session.execute(
        select(*(func.count(case((_in_tab(tab, now), 1))) for tab in Tab)).where(Event.community == community)
    ).one()
    return dict(zip(Tab, numbers, strict=True))


def pledges(session: Session, event_id: UUID) -> Sequence[Row[PledgeCopy, HoldCopy | None]]:
    """Return what units promise for the event, each with the places kept for it, if it is about people."""
    return session.execute(
        select(PledgeCopy, HoldCopy)
        .outerjoin(HoldCopy, HoldCopy.pledge_id == PledgeCopy.pledge_id)
        .where(PledgeCopy.event_id == event_id, PledgeCopy.quantity > 0)
        .order_by(PledgeCopy.work_unit, PledgeCopy.kind, PledgeCopy.pledge_id)
    ).all()


def needs(session: Session, event_id: UUID) -> Sequence[Row[NeedCopy, int]]:
    """Return what the event asks of units, each with how much of it has been promised."""
    promised = func.coalesce(func.sum(PledgeCopy.quantity), 0)
    return session.execute(
        select(NeedCopy, promised)
        .outerjoin(PledgeCopy, PledgeCopy.need_id == NeedCopy.need_id)
        .where(NeedCopy.event_id == event_id)
        .group_by(NeedCopy.need_id)
        .order_by(NeedCopy.due_at.is_(None), NeedCopy.due_at, NeedCopy.description, NeedCopy.need_id)
    ).all()


def reminders(session: Session, event_id: UUID, occurrence: int) -> Sequence[Reminder]:
    """Return the reminders planned for one occurrence of the event, in order."""
    return session.scalars(
        select(Reminder)
        .where(Reminder.event_id == event_id, Reminder.occurrence == occurrence)
        .order_by(Reminder.due_at)
    ).all()


def notices(*, community: str) -> Select[Notice, str]:
    """Select the notices to the community's organizers, each with the name of the one it is for."""
    return (
        select(Notice, Organizer.display_name)
        .join(Organizer, Organizer.id == Notice.person_id)
        .where(Organizer.community == community)
    )


def history(
    session: Session, event_id: UUID, *, since: int = 0, limit: int = 200
) -> Sequence[Row[AuditEntry, str | None]]:
    """Return what was changed in the event after version ``since`` and by whom, the newest first; None is Steward."""
    return session.execute(
        select(AuditEntry, Organizer.display_name)
        .outerjoin(Organizer, Organizer.id == AuditEntry.organizer_id)
        .where(AuditEntry.event_id == event_id, AuditEntry.version > since)
        .order_by(AuditEntry.version.desc(), AuditEntry.at.desc(), AuditEntry.id)
        .limit(limit)
    ).all()


def _one(session: Session, query: Select[Event], community: str | None) -> Event:
    seen = Event.status.in_(PUBLIC)
    found = session.scalars(query.where(or_(seen, Event.community == community) if community else seen)).one_or_none()
    if found is None:
        raise NotFound(_("There is no such event."))
    return found


def _in_tab(tab: Tab, now: datetime) -> ColumnElement[bool]:
    upcoming = and_(Event.status == EventStatus.PUBLISHED, Event.ends_at > now)
    drafts = Event.status == EventStatus.DRAFT
    match tab:
        case Tab.UPCOMING:
            return upcoming
        case Tab.DRAFTS:
            return drafts
        case Tab.PAST:
            return not_(or_(upcoming, drafts))
