"""What events came to, in figures: for one event, for those it is compared with, and for a whole year."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from typing import Final, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Row, case, func, or_, select
from sqlalchemy.orm import Session

from services.events.festivals import Weekly
from services.events.models import Event, EventStatus, FeedbackCopy, PledgeCopy, Shift, SignupCopy
from services.events.playbook import BLANK, PLAYBOOK, base_of

Key = TypeVar("Key", int, str)

TREND: Final = 12
"""Events of a series that are shown side by side."""
SATISFIED: Final = 4
"""The overall score from which somebody counts as satisfied."""
SCORES: Final = (5, 4, 3, 2, 1)
HELD: Final = (EventStatus.PUBLISHED, EventStatus.COMPLETED)
YEAR: Final = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Figures:
    """What one event came to, or several together. Minutes are those between check-in and check-out."""

    attended: int = 0
    absent: int = 0
    unsettled: int = 0
    """Had a place, and nobody has noted whether they came."""
    minutes: int = 0
    service_minutes: int = 0
    """Of these, the minutes on shifts that count as service."""
    visitors: int = 0
    counted: int = 0
    """Events whose visitors were counted."""
    answers: int = 0
    satisfied: int = 0

    def __add__(self, other: "Figures") -> "Figures":
        return Figures(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))

    @property
    def expected(self) -> int:
        """People who had a place."""
        return self.attended + self.absent + self.unsettled

    @property
    def turnout(self) -> int | None:
        """How many of those with a place came, in per cent; none where nobody had one."""
        return percent(self.attended, self.expected)

    @property
    def hours(self) -> float:
        """Hours given on all shifts."""
        return round(self.minutes / 60, 1)

    @property
    def service_hours(self) -> float:
        """Hours of voluntary service."""
        return round(self.service_minutes / 60, 1)

    @property
    def satisfaction(self) -> int | None:
        """How many of those who answered are satisfied, in per cent; none where nobody answered."""
        return percent(self.satisfied, self.answers)


NOTHING: Final = Figures()


@dataclass(frozen=True, slots=True)
class Answers:
    """How the answers to the three questions are spread: score -> people, and would they come again -> people."""

    overall: Mapping[int, int]
    organised: Mapping[int, int]
    again: Mapping[bool, int]


@dataclass(frozen=True, slots=True)
class Results:
    """What is known of an event once it is over; ``before`` is the one it is compared with, if there is any."""

    event: Event
    figures: Figures
    answers: Answers
    before: tuple[Event, Figures] | None
    trend: Sequence[tuple[Event, Figures]]


@dataclass(frozen=True, slots=True)
class Group:
    """The events of a year that have something in common, a month or a template."""

    events: int = 0
    figures: Figures = field(default=NOTHING)


NO_EVENTS: Final = Group()


@dataclass(frozen=True, slots=True)
class Year:
    """A community's year: what took place, and what it came to."""

    held: int
    cancelled: int
    total: Figures
    months: Mapping[int, Group]
    templates: Mapping[str, Group]
    units: Sequence[Row[str, int, int]]


def percent(part: int, whole: int) -> int | None:
    """Return the share in per cent, rounded; none of nothing."""
    return round(100 * part / whole) if whole else None


def growth(now: float | None, before: float | None) -> int | None:
    """Return by how many per cent something has changed; none where there is nothing to compare with."""
    return round(100 * (now - before) / before) if before and now is not None else None


def results(session: Session, event: Event) -> Results:
    """Return what the event came to, beside one of its kind a year ago, or the one before it in its series."""
    trend = _series(session, event)
    before = _year_ago(session, event)
    if before is None and len(trend) > 1:
        before = trend[-2]
    shown = {one.id: one for one in (event, *trend, *([before] if before else ()))}
    found = figures(session, list(shown.values()))
    return Results(
        event=event,
        figures=found[event.id],
        answers=_answers(session, event.id),
        before=(before, found[before.id]) if before else None,
        trend=[(one, found[one.id]) for one in trend],
    )


def figures(session: Session, events: Sequence[Event | Row[*tuple[object, ...]]]) -> Mapping[UUID, Figures]:
    """Return the figures of each event, in two queries; the events need an ``id`` and ``visitors``."""
    ids = [one.id for one in events]
    people = {
        row[0]: row[1:]
        for row in session.execute(
            select(
                SignupCopy.event_id,
                *(
                    func.sum(case((SignupCopy.status == one, 1), else_=0))
                    for one in ("attended", "absent", "confirmed")
                ),
                func.coalesce(func.sum(SignupCopy.minutes), 0),
                func.coalesce(func.sum(case((Shift.counts_as_service, SignupCopy.minutes), else_=0)), 0),
            )
            .outerjoin(Shift, Shift.id == SignupCopy.shift_id)
            .where(SignupCopy.event_id.in_(ids))
            .group_by(SignupCopy.event_id)
        )
    }
    said = {
        row[0]: row[1:]
        for row in session.execute(
            select(
                FeedbackCopy.event_id,
                func.count(),
                func.sum(case((FeedbackCopy.overall >= SATISFIED, 1), else_=0)),
            )
            .where(FeedbackCopy.event_id.in_(ids))
            .group_by(FeedbackCopy.event_id)
        )
    }
    return {
        one.id: Figures(
            *map(
                int,
                (
                    *people.get(one.id, (0, 0, 0, 0, 0)),
                    one.visitors or 0,
                    one.visitors is not None,
                    *said.get(one.id, (0, 0)),
                ),
            )
        )
        for one in events
    }


def year(session: Session, community: str, number: int, *, timezone: str, now: datetime) -> Year:
    """Return the community's year in figures; an event counts as held once it is over and was not cancelled."""
    zone = ZoneInfo(timezone)
    rows = session.execute(
        select(Event.id, Event.status, Event.template, Event.starts_at, Event.ends_at, Event.visitors).where(
            Event.community == community,
            Event.status != EventStatus.DRAFT,
            Event.starts_at >= datetime(number, 1, 1, tzinfo=zone),
            Event.starts_at < datetime(number + 1, 1, 1, tzinfo=zone),
        )
    ).all()
    held = [one for one in rows if one.status in HELD and one.ends_at <= now]
    found = figures(session, held)
    months = [(one.starts_at.astimezone(zone).month, found[one.id]) for one in held]
    templates = [(one.template or "", found[one.id]) for one in held]
    return Year(
        held=len(held),
        cancelled=sum(1 for one in rows if one.status is EventStatus.CANCELLED),
        total=sum(found.values(), NOTHING),
        months=dict.fromkeys(range(1, 13), NO_EVENTS) | _grouped(months),
        templates=_grouped(templates),
        units=_units(session, [one.id for one in held]),
    )


def _grouped(pairs: Iterable[tuple[Key, Figures]]) -> dict[Key, Group]:
    groups: dict[Key, Group] = {}
    for key, one in pairs:
        group = groups.get(key, NO_EVENTS)
        groups[key] = Group(group.events + 1, group.figures + one)
    return groups


def _units(session: Session, ids: Sequence[UUID]) -> Sequence[Row[str, int, int]]:
    """Return the units with how many pledges they made and for how many events, the most helpful first."""
    pledges = func.count()
    return session.execute(
        select(PledgeCopy.work_unit, pledges, func.count(PledgeCopy.event_id.distinct()))
        .where(PledgeCopy.event_id.in_(ids), PledgeCopy.quantity > 0)
        .group_by(PledgeCopy.work_unit)
        .order_by(pledges.desc(), PledgeCopy.work_unit)
    ).all()


def _series(session: Session, event: Event) -> list[Event]:
    """Return the event and those before it in its series, by time; nothing for one that stands alone.

    What takes place weekly is a series even where no rule made it.
    """
    same: ColumnElement[bool] | None = None
    if event.series_id is not None:
        same = Event.series_id == event.series_id
    elif _is_weekly(event):
        same = _same_kind(event)
    if same is None:
        return []
    query = (
        select(Event)
        .where(Event.community == event.community, same, Event.starts_at <= event.starts_at)
        .where(or_(Event.status.in_(HELD), Event.id == event.id))
        .order_by(Event.starts_at.desc(), Event.id)
        .limit(TREND)
    )
    return list(reversed(session.scalars(query).all()))


def _year_ago(session: Session, event: Event) -> Event | None:
    """Return the event of the same kind in the year before, the nearest to the same day; or nothing."""
    same = _same_kind(event)
    if same is None:
        return None
    zone, last = ZoneInfo(event.timezone), event.local(event.starts_at).year - 1
    rows = session.execute(
        select(Event.id, Event.starts_at).where(
            Event.community == event.community,
            same,
            Event.status.in_(HELD),
            Event.starts_at >= datetime(last, 1, 1, tzinfo=zone),
            Event.starts_at < datetime(last + 1, 1, 1, tzinfo=zone),
        )
    ).all()
    nearest = min(rows, key=lambda one: abs(event.starts_at - YEAR - one.starts_at), default=None)
    return session.get_one(Event, nearest.id) if nearest else None


def _same_kind(event: Event) -> ColumnElement[bool] | None:
    """Return what is true of events of the same kind: their templates come from the same one of the playbook.

    The blank one says nothing of a kind, so that only its own offspring does. None where the event is of no kind.
    """
    base = base_of(event.template or BLANK)
    if base != BLANK:
        return or_(Event.template == base, Event.template.startswith(f"{base}--", autoescape=True))
    return Event.template == event.template if event.template not in {None, BLANK} else None


def _is_weekly(event: Event) -> bool:
    template = PLAYBOOK.get(base_of(event.template or ""))
    return template is not None and isinstance(template.rule, Weekly)


def _answers(session: Session, event_id: UUID) -> Answers:
    rows = session.execute(
        select(FeedbackCopy.overall, FeedbackCopy.organised, FeedbackCopy.again, func.count())
        .where(FeedbackCopy.event_id == event_id)
        .group_by(FeedbackCopy.overall, FeedbackCopy.organised, FeedbackCopy.again)
    ).all()
    return Answers(
        {score: sum(row[3] for row in rows if row[0] == score) for score in SCORES},
        {score: sum(row[3] for row in rows if row[1] == score) for score in SCORES},
        {again: sum(row[3] for row in rows if row[2] is again) for again in (True, False)},
    )
