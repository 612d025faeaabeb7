"""What a unit has contributed: for its own report, and for the letter of thanks after an event."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from services.partners import queries
from services.partners.models import Event, Kind, Pledge, PledgeStatus, WorkUnit
from services.partners.scope import Scope
from shared.errors import NotFound
from shared.notices.tables import Notice, NoticeState
from shared.texts import text as _


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """The contributions of a unit, the newest first; ``years`` are those in which there were any."""

    unit: WorkUnit
    pledges: Sequence[Pledge]
    years: Sequence[int]

    @property
    def events(self) -> int:
        """To how many events it contributed."""
        return len({pledge.event_id for pledge in self.pledges})

    @property
    def people(self) -> int:
        """How many people it sent, one at two events counting twice."""
        return sum(given(pledge) for pledge in self.pledges if pledge.kind is Kind.PEOPLE)


def given(pledge: Pledge) -> int:
    """Return how much came: as was noted, else the people who have a place by name."""
    if pledge.delivered is not None:
        return pledge.delivered
    return pledge.claimed if pledge.kind is Kind.PEOPLE else 0


def of_unit(session: Session, unit: WorkUnit, *, year: int | None, now: datetime) -> Record:
    """Return what the unit has contributed to events that are over, in a year or in all."""
    pledges = session.scalars(_contributions(unit, now).order_by(Event.starts_at.desc(), Pledge.created_at)).all()
    years = sorted({_year(pledge) for pledge in pledges}, reverse=True)
    chosen = [pledge for pledge in pledges if year in {None, _year(pledge)}]
    return Record(unit=unit, pledges=chosen, years=years)


def for_event(session: Session, unit: WorkUnit, event_id: UUID, *, now: datetime) -> Sequence[Pledge]:
    """Return what the unit gave to an event that is over; raises NotFound where there is nothing to thank for."""
    found = session.scalars(
        _contributions(unit, now).where(Pledge.event_id == event_id).order_by(Pledge.created_at)
    ).all()
    if not found:
        raise NotFound(_("There is nothing to thank for yet: the letter is written after the event."))
    return found


def letters_sent(session: Session, *, scope: Scope) -> Sequence[tuple[Notice, str]]:
    """Return the last letters that went to a contact, each with the title of its event."""
    rows = session.execute(
        select(Notice, Event.title)
        .join(Event, Event.id == Notice.event_id)
        .where(Notice.person_id == scope.contact_id, Notice.state.in_((NoticeState.SENT, NoticeState.DELIVERED)))
        .order_by(func.coalesce(Notice.sent_at, Notice.created_at).desc())
        .limit(20)
    )
    return [(notice, title) for notice, title in rows]


def _year(pledge: Pledge) -> int:
    return pledge.event.starts_at.astimezone(ZoneInfo(pledge.event.timezone)).year


def _contributions(unit: WorkUnit, now: datetime) -> Select[Pledge]:
    return queries.pledges(scope=Scope(unit.community)).where(
        Pledge.work_unit_id == unit.id,
        Event.status.in_(("published", "completed")),
        or_(Event.status == "completed", Event.ends_at <= now),
        or_(
            Pledge.delivered > 0,
            (Pledge.claimed > 0) & (Pledge.status != PledgeStatus.WITHDRAWN),
        ),
    )
