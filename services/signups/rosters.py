"""What is read of the roster: who is on which shift, narrowed as asked; set-based, so that no list asks once a row."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, String, and_, case, cast, func, or_, select
from sqlalchemy.orm import Session

from services.signups import identity, queries, waitlist
from services.signups.models import NEEDS_CLEARING, SEATED, Event, Shift, Signup, SignupStatus, Volunteer
from shared.names import name_key
from shared.paging import Page, Part, fetch

NEWEST_FIRST: Final = (Signup.created_at, Signup.id)
BY_SHIFT: Final = (Shift.starts_at, Shift.id, Volunteer.name_key, Signup.id)
"""The order of lists on paper and on the desk: by shift, then by name as its characters stand in Unicode."""
_TO_CLEAR: Final[tuple[ColumnElement[bool], ...]] = (
    Signup.status.in_(NEEDS_CLEARING),
    Signup.cleared_at.is_(None),
    or_(Shift.training != "", cast(Shift.skills, String) != "[]"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which sign-ups of a community are asked for; what is None or empty narrows nothing.

    ``search`` is part of a name, or a phone number or its end; ``since`` and ``until`` are about when the shift begins.
    ``to_clear`` asks for those whose skills or training nobody has confirmed yet.
    """

    community: str
    event_id: UUID | None = None
    shift_id: UUID | None = None
    status: SignupStatus | None = None
    to_clear: bool = False
    search: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """How many stand in each state, and how many of all of them have skills or training yet to be confirmed."""

    states: Mapping[SignupStatus, int]
    to_clear: int


def part(session: Session, page: Page, wanted: Filter, *, newest_first: bool = False) -> Part:
    """Return a page of the roster, by shift and name or the newest first, with the turn of who waits."""
    order = NEWEST_FIRST if newest_first else BY_SHIFT
    found = fetch(session, _people(session, wanted), order, page, descending=newest_first)
    return replace(found, items=waitlist.with_turns(session, found.items))


def counts(session: Session, wanted: Filter) -> Counts:
    """Return how many of those asked for stand in each state, whatever state was asked for; in one query."""
    everywhere = replace(wanted, status=None, to_clear=False)
    is_to_clear = case((and_(*_TO_CLEAR), 1), else_=0)
    query = select(Signup.status, func.count(), func.sum(is_to_clear))
    rows = session.execute(_joined(session, query, everywhere).group_by(Signup.status)).all()
    found = {status: number for status, number, _to_clear in rows}
    return Counts({status: found.get(status, 0) for status in SignupStatus}, sum(row[2] for row in rows))


def people(session: Session, wanted: Filter) -> Sequence[UUID]:
    """Return the ids of the people who are asked for."""
    return session.scalars(_joined(session, select(Signup.volunteer_id).distinct(), wanted)).all()


def in_chunks(session_of: Any, wanted: Filter, *, size: int) -> Iterator[Signup]:
    """Yield everybody who is asked for, reading ``size`` rows at a time so that memory stays bounded.

    ``session_of`` is ``database.read``: each chunk is read in a transaction of its own, so a long download holds none.
    """
    page: Page | None = Page(size)
    while page is not None:
        found: Part = session_of(part, page, wanted)
        yield from found.items
        page = None if found.next is None else Page(size, found.next)


def events(session: Session, *, community: str, since: datetime | None, limit: int) -> Sequence[Event]:
    """Return up to ``limit`` of the community's events that end after ``since``, the soonest first."""
    query = select(Event).where(Event.community == community, Event.status != "cancelled")
    if since is not None:
        query = query.where(Event.ends_at >= since)
    return session.scalars(query.order_by(Event.starts_at, Event.id).limit(limit)).all()


def is_of(session: Session, event_id: UUID, *, community: str) -> bool:
    """Tell whether the event is one of the community's."""
    return session.scalar(select(Event.community).where(Event.id == event_id)) == community


def seated(session: Session, event_id: UUID, shift_id: UUID | None = None) -> Mapping[UUID, Sequence[Signup]]:
    """Return shift id -> those who have a place there, by name, for the sign-in sheets of an event; in one query."""
    query = queries.with_people().where(*queries.of_event(event_id), Signup.status.in_(SEATED))
    if shift_id is not None:
        query = query.where(Signup.shift_id == shift_id)
    found: dict[UUID, list[Signup]] = {}
    for signup in session.scalars(query.order_by(Volunteer.name_key, Signup.id)):
        found.setdefault(signup.shift_id, []).append(signup)
    return found


def _people(session: Session, wanted: Filter) -> Select[Signup]:
    return queries.with_people().where(*_conditions(session, wanted))


def _joined(session: Session, query: Any, wanted: Filter) -> Any:
    """Join what the conditions are about to a query that counts."""
    joined = query.select_from(Signup).join(Shift, Shift.id == Signup.shift_id).join(Event, Event.id == Shift.event_id)
    if wanted.search:
        joined = joined.join(Volunteer, Volunteer.id == Signup.volunteer_id)
    return joined.where(*_conditions(session, wanted))


def _conditions(session: Session, wanted: Filter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [Event.community == wanted.community]
    if wanted.event_id is not None:
        found += queries.of_event(wanted.event_id)
    for column, value in (
        (Signup.shift_id, wanted.shift_id),
        (Signup.status, wanted.status),
    ):
        if value is not None:
            found.append(column == value)
    if wanted.to_clear:
        found += _TO_CLEAR
    if wanted.since is not None:
        found.append(Shift.starts_at >= wanted.since)
    if wanted.until is not None:
        found.append(Shift.starts_at < wanted.until)
    if wanted.search:
        found.append(_matches(session, wanted.search))
    return found


def _matches(session: Session, search: str) -> ColumnElement[bool]:
    """Find a part of a name, or the end of a phone number however its digits are grouped."""
    by_name = Volunteer.name_key.contains(name_key(search), autoescape=True)
    digits = "".join(search.split()).replace("-", "")
    return or_(by_name, identity.has_number(session, digits)) if digits.isdecimal() else by_name
