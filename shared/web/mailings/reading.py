"""What is read of mailings and of the notices in them: set-based, so that 100,000 people take no more queries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, and_, case, exists, func, select
from sqlalchemy.orm import Session

from shared.errors import NotFound
from shared.notices import mailings
from shared.notices.kinds import Topic
from shared.notices.mailings import Progress
from shared.notices.tables import FirstChannel, Mailing, MailingState, Notice, NoticeState, OptOut
from shared.paging import Page, Part, fetch
from shared.texts import text as _
from shared.web.mailings.room import About, Room

GONE: Final = (NoticeState.SENT, NoticeState.DELIVERED, NoticeState.SENDING, NoticeState.UNKNOWN)
"""States in which a notice has left the house, or may have."""


class Stage(StrEnum):
    """Where a mailing stands, to whoever looks at it."""

    PLANNED = "planned"
    UNDER_WAY = "under way"
    DONE = "done"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Overview:
    """A mailing and how far it has come; ``total`` is how many people it is for."""

    mailing: Mailing
    progress: Progress
    total: int

    @property
    def is_open(self) -> bool:
        """Whether there is anything left to be planned or sent."""
        return self.mailing.state is MailingState.RUNNING or self.progress.settled < self.progress.planned

    @property
    def gone(self) -> int:
        """How many notices have gone out, or may have."""
        return sum(self.progress.states.get(state, 0) for state in GONE)

    @property
    def failed(self) -> int:
        """How many could not be delivered."""
        return self.progress.states.get(NoticeState.FAILED, 0)

    def stage(self, now: datetime) -> Stage:
        """Return where it stands at the moment."""
        if self.mailing.state is MailingState.STOPPED:
            return Stage.STOPPED
        if not self.is_open:
            return Stage.DONE
        return Stage.PLANNED if now < self.mailing.due_at else Stage.UNDER_WAY


@dataclass(frozen=True, slots=True)
class Reach:
    """How many people an audience has, and by which way each of them is reached first."""

    people: int
    email: int
    sms: int
    stopped: int
    """Those who do not want such messages."""
    nobody: int
    """Those who can be reached by neither."""


def reach(session: Session, room: Room, event_id: UUID, audience: Mapping[str, Any]) -> Reach:
    """Count the people of the audience, by the way that a message will take to each of them."""
    person, email, sms = room.reach(room.find(audience), event_id).subquery().c
    likes_sms = exists().where(FirstChannel.person_id == person, FirstChannel.channel == "sms")
    by_email, by_sms = and_(email, ~_stopped(person, "email")), and_(sms, ~_stopped(person, "sms"))
    way = case(
        (_stopped(person, ""), "stopped"),
        (and_(by_sms, likes_sms), "sms"),
        (by_email, "email"),
        (by_sms, "sms"),
        else_="nobody",
    )
    ways = {name: number for name, number in session.execute(select(way, func.count()).group_by(way))}  # noqa: C416  (a Row is no pair to mypy)
    return Reach(sum(ways.values()), *(ways.get(name, 0) for name in ("email", "sms", "stopped", "nobody")))


def overviews(session: Session, room: Room, page: Page, community: str, event_id: UUID | None = None) -> Part:
    """Return a page of the mailings of an event, or of all the community's, the newest first, as ``Overview``.

    Raises NotFound for an event that is not the community's.
    """
    events = room.events(community) if event_id is None else [room.event(session, event_id, community).id]
    query = select(Mailing).where(Mailing.event_id.in_(events))
    part = fetch(session, query, [Mailing.created_at, Mailing.id], page, descending=True)
    return Part(_with_progress(session, room, part.items), part.next)


def mailing(session: Session, room: Room, mailing_id: UUID, community: str) -> tuple[Overview, About]:
    """Return a mailing of the community and the event that it is about; raises NotFound."""
    found = session.get(Mailing, mailing_id)
    if found is None:
        raise NotFound(_("There is no such mailing."))
    event = room.event(session, found.event_id, community)
    return _with_progress(session, room, [found])[0], event


def kinds(session: Session, event_id: UUID) -> Sequence[str]:
    """Return which kinds of notices the event has."""
    return session.scalars(
        select(Notice.kind).where(Notice.event_id == event_id).distinct().order_by(Notice.kind)
    ).all()


def states(session: Session, event_id: UUID, wanted: Mapping[str, Any]) -> Mapping[NoticeState, int]:
    """Return how many of the event's notices stand in each state; only those of a kind or a mailing, where wanted."""
    query = select(Notice.state, func.count()).where(Notice.event_id == event_id, *_are(wanted))
    rows = session.execute(query.group_by(Notice.state))
    return {state: number for state, number in rows}  # noqa: C416  (a Row is no pair to mypy)


def log(session: Session, notices: Select[Notice, str], event_id: UUID, wanted: Mapping[str, Any], page: Page) -> Part:
    """Return a page of the event's notices with the names of their people, the newest first."""
    query = notices.where(Notice.event_id == event_id, *_are(wanted))
    return fetch(session, query, [Notice.created_at, Notice.id], page, descending=True)


def notice(session: Session, notices: Select[Notice, str], event_id: UUID, notice_id: UUID) -> tuple[Notice, str]:
    """Return one of the event's notices with the name of its person; raises NotFound."""
    row = session.execute(notices.where(Notice.id == notice_id, Notice.event_id == event_id)).one_or_none()
    if row is None:
        raise NotFound(_("There is no such notice."))
    return row[0], row[1]


def _with_progress(session: Session, room: Room, found: Sequence[Mailing]) -> list[Overview]:
    progress = mailings.progress(session, [one.id for one in found])
    return [Overview(one, progress[one.id], _total(session, room, one, progress[one.id])) for one in found]


def _total(session: Session, room: Room, one: Mailing, progress: Progress) -> int:
    """Return how many people the mailing is for: while it is being planned, its audience is counted."""
    if one.state is not MailingState.RUNNING:
        return progress.planned
    return max(session.scalar(size(room, one.audience)) or 0, progress.planned)


def size(room: Room, audience: Mapping[str, Any]) -> Select[int]:
    """Select how many people the audience has."""
    return select(func.count()).select_from(room.find(audience).distinct().subquery())


def _stopped(person: Any, channel: str) -> Any:
    return exists().where(OptOut.person_id == person, OptOut.topic == Topic.MESSAGES.value, OptOut.channel == channel)


def _are(wanted: Mapping[str, Any]) -> list[Any]:
    return [getattr(Notice, name) == value for name, value in wanted.items()]
