"""What is read of units, needs and pledges: set-based, so that no page asks once for each row."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from services.partners.models import COVERED, LIVE, Contact, Event, Need, Pledge, PledgeStatus, WorkUnit
from services.partners.scope import Scope
from shared.errors import NotFound
from shared.notices.tables import Notice
from shared.texts import text as _

PLEDGED: Final = func.coalesce(func.sum(COVERED), 0)
"""How much of a need its pledges cover."""


@dataclass(frozen=True, slots=True)
class NeedProgress:
    """A need and how much of it has been pledged so far."""

    need: Need
    pledged: int

    @property
    def open(self) -> int:
        """How much is still wanted."""
        return max(self.need.quantity - self.pledged, 0)


@dataclass(frozen=True, slots=True)
class Told:
    """A notice and, by the first sign of their name, the person it is for."""

    notice: Notice
    person: str


def own_unit(session: Session, *, scope: Scope) -> WorkUnit:
    """Return the unit that a contact speaks for; raises NotFound where that has just ended."""
    found = session.scalars(_units(scope)).one_or_none()
    if found is None:
        raise NotFound(_("This link is no longer valid. Please ask the community office for a new one."))
    return found


def work_unit(session: Session, work_unit_id: UUID, *, scope: Scope) -> WorkUnit:
    """Return the unit, with its contact; raises NotFound where the scope has no such unit."""
    found = session.scalars(_units(scope).where(WorkUnit.id == work_unit_id)).one_or_none()
    if found is None:
        raise NotFound(_("There is no such work unit."))
    return found


def work_units(*, scope: Scope) -> Select[WorkUnit]:
    """Select the units within the scope, with their contacts."""
    return _units(scope)


def active_units(*, scope: Scope) -> Select[UUID, str, str]:
    """Select id and name of the units within the scope that can pledge, with what they usually give, by name."""
    return (
        select(WorkUnit.id, WorkUnit.name, WorkUnit.offers)
        .where(scope.units(), WorkUnit.active)
        .order_by(WorkUnit.name, WorkUnit.id)
    )


def event(session: Session, event_id: UUID, *, scope: Scope) -> Event:
    """Return the event, with its shifts; raises NotFound where the scope has no such event."""
    found = session.scalars(
        select(Event).where(Event.id == event_id, scope.events()).options(selectinload(Event.shifts))
    ).one_or_none()
    if found is None:
        raise NotFound(_("There is no such event."))
    return found


def upcoming(session: Session, *, community: str, now: datetime) -> Sequence[Event]:
    """Return the community's events that can still be pledged for, the soonest first."""
    return session.scalars(
        select(Event)
        .where(Event.community == community, Event.status == "published", Event.ends_at > now)
        .order_by(Event.starts_at)
    ).all()


def needs(*, scope: Scope | None, event_id: UUID | None = None) -> Select[Need, int]:
    """Select needs with what has been pledged for each: of events within the scope, else of all published ones."""
    query = (
        select(Need, PLEDGED)
        .join(Need.event)
        .outerjoin(Pledge, Pledge.need_id == Need.id)
        .options(contains_eager(Need.event), joinedload(Need.shift))
        .group_by(Need.id, Event.id)
    )
    query = query.where(Event.status == "published" if scope is None else scope.events())
    if event_id is not None:
        query = query.where(Need.event_id == event_id)
    return query


def needs_of(session: Session, event_id: UUID) -> Sequence[NeedProgress]:
    """Return an event's needs, the oldest first."""
    rows = session.execute(
        select(Need, PLEDGED)
        .outerjoin(Pledge, Pledge.need_id == Need.id)
        .where(Need.event_id == event_id)
        .group_by(Need.id)
        .order_by(Need.created_at, Need.id)
        .options(selectinload(Need.shift))
    )
    return [NeedProgress(need, pledged) for need, pledged in rows]


def pledge(session: Session, pledge_id: UUID, *, scope: Scope) -> Pledge:
    """Return the pledge with its history; raises NotFound where the scope has no such pledge."""
    found = session.scalars(
        pledges(scope=scope).where(Pledge.id == pledge_id).options(selectinload(Pledge.steps))
    ).one_or_none()
    if found is None:
        raise NotFound(_("There is no such pledge."))
    return found


def pledges(*, scope: Scope, event_id: UUID | None = None) -> Select[Pledge]:
    """Select the pledges of the units within the scope, with all that is shown of them."""
    query = (
        select(Pledge)
        .join(Pledge.work_unit)
        .join(Pledge.event)
        .where(scope.units())
        .options(
            contains_eager(Pledge.work_unit),
            contains_eager(Pledge.event),
            joinedload(Pledge.shift),
            joinedload(Pledge.need),
        )
    )
    if event_id is not None:
        query = query.where(Pledge.event_id == event_id)
    return query


def pledges_of(session: Session, event_id: UUID, *, scope: Scope) -> Sequence[Pledge]:
    """Return an event's pledges by unit, oldest first, those that were withdrawn last."""
    return session.scalars(
        pledges(scope=scope, event_id=event_id).order_by(
            Pledge.status == PledgeStatus.WITHDRAWN, WorkUnit.name, Pledge.created_at, Pledge.id
        )
    ).all()


def unit_pledges(session: Session, *, scope: Scope, now: datetime) -> tuple[Sequence[Pledge], Sequence[Pledge]]:
    """Return the unit's pledges: those for events to come, soonest first, and the others, newest first."""
    found = session.scalars(pledges(scope=scope).order_by(Event.starts_at, Pledge.created_at, Pledge.id)).all()
    ahead = [one for one in found if one.status in LIVE and one.event.is_open(now)]
    chosen = set(ahead)
    return ahead, [one for one in reversed(found) if one not in chosen]


def notices(*, community: str) -> Select[Notice, str]:
    """Select the notices to the community's units, each with the name of the person it is for."""
    return (
        select(Notice, Contact.name)
        .join(Contact, Contact.id == Notice.person_id)
        .join(WorkUnit, WorkUnit.id == Contact.work_unit_id)
        .where(WorkUnit.community == community)
    )


def _units(scope: Scope) -> Select[WorkUnit]:
    return (
        select(WorkUnit)
        .join(WorkUnit.contact)
        .where(scope.units())
        .options(contains_eager(WorkUnit.contact), selectinload(WorkUnit.contacts))
    )
