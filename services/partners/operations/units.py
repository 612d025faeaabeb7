"""Work units, and the access of those who speak for them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from services.partners.links import new_token, token_hash
from services.partners.models import Contact, WorkUnit
from services.partners.scope import Scope
from shared.errors import NotFound, field_error
from shared.texts import text as _


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who speaks for a unit. ``phone`` is E.164."""

    name: str
    phone: str
    email: str | None = None
    language: str = "zh-CN"


@dataclass(frozen=True, slots=True)
class Access:
    """A unit, its contact and the token of their new access link, which nobody can read again later."""

    unit: WorkUnit
    contact: Contact
    token: str

    @property
    def path(self) -> str:
        """Where the link leads, within this site."""
        return f"/partners/enter/{self.token}"


def add_work_unit(session: Session, *, name: str, kind: str, contact: Person, scope: Scope, now: datetime) -> Access:
    """Add a unit to the community, with its contact and the contact's access link."""
    unit = WorkUnit(id=uuid4(), community=scope.community, name=name, kind=kind, created_at=now)
    session.add(unit)
    session.flush()
    return _give_access(session, unit, contact, now)


def replace_contact(session: Session, work_unit_id: UUID, contact: Person, *, scope: Scope, now: datetime) -> Access:
    """Let somebody else speak for the unit; the access link of the one before stops working. Raises NotFound."""
    unit = locked_unit(session, work_unit_id, scope)
    unit.contact.active = False
    session.flush()
    return _give_access(session, unit, contact, now)


def renew_access(session: Session, work_unit_id: UUID, *, scope: Scope) -> Access:
    """Give the unit's contact a new access link; the old one stops working. Raises NotFound."""
    unit = locked_unit(session, work_unit_id, scope)
    token = new_token()
    unit.contact.token_hash = token_hash(token)
    session.flush()
    return Access(unit, unit.contact, token)


def close_work_unit(session: Session, work_unit_id: UUID, *, scope: Scope) -> WorkUnit:
    """Stop working with a unit: it cannot pledge and is told of nothing; its pledges stay. Raises NotFound."""
    return _set_active(session, work_unit_id, scope, active=False)


def reopen_work_unit(session: Session, work_unit_id: UUID, *, scope: Scope) -> WorkUnit:
    """Work with a unit again; its contact's access link works as before. Raises NotFound."""
    return _set_active(session, work_unit_id, scope, active=True)


def locked_unit(session: Session, work_unit_id: UUID, scope: Scope) -> WorkUnit:
    """Return the unit, locked until the transaction ends; raises NotFound where the scope has no such unit."""
    unit = session.scalars(
        select(WorkUnit)
        .options(joinedload(WorkUnit.contact))
        .where(WorkUnit.id == work_unit_id, scope.units())
        .with_for_update(of=WorkUnit)
    ).one_or_none()
    if unit is None:
        no_such_unit = _("There is no such work unit.")
        raise NotFound(no_such_unit, errors=field_error("work_unit_id", no_such_unit))
    return unit


def _give_access(session: Session, unit: WorkUnit, person: Person, now: datetime) -> Access:
    token = new_token()
    contact = Contact(
        id=uuid4(),
        work_unit=unit,
        name=person.name,
        phone=person.phone,
        email=person.email,
        language=person.language,
        token_hash=token_hash(token),
        created_at=now,
    )
    session.add(contact)
    session.flush()
    return Access(unit, contact, token)


def _set_active(session: Session, work_unit_id: UUID, scope: Scope, *, active: bool) -> WorkUnit:
    unit = locked_unit(session, work_unit_id, scope)
    unit.active = active
    return unit
