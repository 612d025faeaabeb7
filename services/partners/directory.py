"""The directory of work units as organizers search it, and what each has given so far."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from services.partners import queries
from services.partners.models import Contact, Kind, Pledge, PledgeStatus, UnitStep, WorkUnit
from services.partners.scope import Scope

COUNTED: Final = Pledge.status.not_in((PledgeStatus.WITHDRAWN, PledgeStatus.REFUSED))
"""Pledges that say something of how a unit co-operates."""


@dataclass(frozen=True, slots=True)
class UnitOverview:
    """A unit with its contacts, and how many pledges it has made and kept to."""

    unit: WorkUnit
    pledges: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Which units are wanted: ``words`` from any of their texts or a contact, and a ``kind``."""

    words: str = ""
    kind: str = ""

    def finds(self, unit: WorkUnit) -> bool:
        """Tell whether the unit is one of them.

        It is asked here and not in the database, which need not be able to read how people are reached.
        """
        if self.kind and unit.kind != self.kind:
            return False
        texts = (unit.name, unit.kind, unit.address, unit.offers, *(contact.name for contact in unit.contacts))
        return all(
            any(word in text.casefold() for text in texts)
            or any(contact.phone.endswith(word) for contact in unit.contacts)
            for word in self.words.casefold().split()
        )


@dataclass(frozen=True, slots=True)
class Cooperation:
    """What a unit has given over the years: events it helped with, people it sent, and pledges of anything else."""

    events: int
    people: int
    others: int


def overviews(session: Session, *, scope: Scope, search: Search | None = None) -> Sequence[UnitOverview]:
    """Return the units that are wanted: active ones first, by name."""
    rows = session.execute(
        queries.work_units(scope=scope)
        .add_columns(func.count(Pledge.id))
        .outerjoin(Pledge, (Pledge.work_unit_id == WorkUnit.id) & COUNTED)
        .group_by(WorkUnit.id, Contact.id)
        .order_by(WorkUnit.active.desc(), WorkUnit.name, WorkUnit.id)
    )
    wanted = search or Search()
    return [UnitOverview(unit, pledges) for unit, pledges in rows if wanted.finds(unit)]


def cooperation(session: Session, work_unit_id: UUID) -> Cooperation:
    """Return what the unit has given so far; what it has promised for events to come counts as well."""
    given = func.coalesce(Pledge.delivered, Pledge.quantity)
    return Cooperation(
        *session.execute(
            select(
                func.count(Pledge.event_id.distinct()),
                func.coalesce(func.sum(case((Pledge.kind == Kind.PEOPLE, given), else_=0)), 0),
                func.count(case((Pledge.kind != Kind.PEOPLE, Pledge.id))),
            ).where(Pledge.work_unit_id == work_unit_id, COUNTED)
        ).one()
    )


def doubles(session: Session, unit: WorkUnit, *, scope: Scope) -> Sequence[WorkUnit]:
    """Return the other units of the directory, those first for which somebody of the same number speaks."""
    others = session.scalars(
        queries.work_units(scope=scope)
        .where(WorkUnit.id != unit.id)
        .order_by(WorkUnit.active.desc(), WorkUnit.name, WorkUnit.id)
    )
    numbers = {contact.phone for contact in unit.contacts}
    return sorted(others, key=lambda other: numbers.isdisjoint(contact.phone for contact in other.contacts))


def history(session: Session, work_unit_id: UUID) -> Sequence[UnitStep]:
    """Return what was done to the unit's entry, the newest first."""
    return session.scalars(
        select(UnitStep).where(UnitStep.work_unit_id == work_unit_id).order_by(UnitStep.id.desc())
    ).all()


def contacts_meant(session: Session, words: str, community: str) -> Collection[UUID]:
    """Return everybody who speaks or spoke for the units that the words find."""
    units = [one.unit.id for one in overviews(session, scope=Scope(community), search=Search(words=words))]
    return session.scalars(select(Contact.id).where(Contact.work_unit_id.in_(units))).all()


def contact_names(session: Session, contacts: Collection[UUID]) -> Mapping[UUID, str]:
    """Return id -> name of contacts, with the unit that they speak for."""
    rows = session.execute(
        select(Contact.id, Contact.name, WorkUnit.name).join(Contact.work_unit).where(Contact.id.in_(contacts))
    )
    return {contact_id: f"{name} · {unit}" for contact_id, name, unit in rows}
