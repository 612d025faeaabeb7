"""Work units, and the access of those who speak for them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from services.partners import announcements
from services.partners.links import new_token, token_hash
from services.partners.models import Contact, Pledge, UnitStep, WorkUnit
from services.partners.operations.claim_links import renew_links
from services.partners.scope import Scope
from shared.errors import Conflict, Invalid, NotFound, field_error
from shared.texts import text as _

MAX_NAME: Final = 50
MAX_UNIT_NAME: Final = 100
MAX_TEXT: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who speaks for a unit. ``phone`` is E.164."""

    name: str
    phone: str
    email: str | None = None
    language: str = "zh-CN"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What the directory says of a unit; ``offers`` is what it usually gives."""

    name: str
    kind: str
    address: str = ""
    offers: str = ""


@dataclass(frozen=True, slots=True)
class Access:
    """A unit, a contact of it and the token of their new access link, which nobody can read again later."""

    unit: WorkUnit
    contact: Contact
    token: str

    @property
    def path(self) -> str:
        """Where the link leads, within this site."""
        return f"/partners/enter/{self.token}"


def add_work_unit(
    session: Session,
    *,
    name: str,
    kind: str,
    contact: Person,
    address: str = "",
    offers: str = "",
    scope: Scope,
    now: datetime,
) -> Access:
    """Add a unit to the community, with its contact and the contact's access link."""
    unit = WorkUnit(
        id=uuid4(), community=scope.community, name=name, kind=kind, address=address, offers=offers, created_at=now
    )
    session.add(unit)
    session.flush()
    access = _give_access(session, unit, contact, now, main=True)
    note(session, unit, "added", scope, now)
    return access


def change_work_unit(session: Session, work_unit_id: UUID, entry: Entry, *, scope: Scope, now: datetime) -> WorkUnit:
    """Write what the directory says of the unit; the others are told of a new name. Raises NotFound."""
    unit = locked_unit(session, work_unit_id, scope)
    said = {name: getattr(entry, name) for name in ("name", "kind", "address", "offers")}
    different = [name for name, value in said.items() if getattr(unit, name) != value]
    for name in different:
        setattr(unit, name, said[name])
    if different:
        note(session, unit, "changed", scope, now, fields=different)
    if "name" in different:
        announcements.retell(session, Pledge.work_unit_id == unit.id, now)
    return unit


def add_contact(session: Session, work_unit_id: UUID, contact: Person, *, scope: Scope, now: datetime) -> Access:
    """Let one more person speak for the unit, by a link of their own.

    Raises NotFound, and Invalid where somebody of that number does already.
    """
    unit = locked_unit(session, work_unit_id, scope)
    if any(one.phone == contact.phone for one in unit.contacts):
        raise Invalid(field_error("phone", _("Somebody with this number already speaks for the unit.")))
    note(session, unit, "contact_added", scope, now)
    return _give_access(session, unit, contact, now, main=False)


def end_contact(session: Session, work_unit_id: UUID, contact_id: UUID, *, scope: Scope, now: datetime) -> WorkUnit:
    """Let somebody speak for the unit no more: they are cut off at once, its claim links too. Again changes nothing.

    Raises NotFound, and Conflict for the last contact: a unit without any could be told nothing.
    """
    unit = locked_unit(session, work_unit_id, scope)
    leaving = session.get(Contact, contact_id)
    if leaving is None or leaving.work_unit_id != unit.id:
        raise NotFound(_("There is no such contact."))
    if not leaving.active:
        return unit
    others = [one for one in unit.contacts if one is not leaving]
    if not others:
        raise Conflict(_("This is the unit's only contact. Please name another one first, or close the unit."))
    leaving.active = False
    session.flush()
    if leaving.main:
        others[0].main = True
    renew_links(session, unit, scope=scope, now=now)
    note(session, unit, "contact_ended", scope, now)
    return unit


def replace_contact(session: Session, work_unit_id: UUID, contact: Person, *, scope: Scope, now: datetime) -> Access:
    """Let somebody else be the unit's main contact; the one before is cut off, and claim links end. Raises NotFound."""
    unit = locked_unit(session, work_unit_id, scope)
    unit.contact.active = False
    session.flush()
    renew_links(session, unit, scope=scope, now=now)
    note(session, unit, "contact_replaced", scope, now)
    return _give_access(session, unit, contact, now, main=True)


def renew_access(
    session: Session, work_unit_id: UUID, *, contact_id: UUID | None = None, scope: Scope, now: datetime
) -> Access:
    """Give the contact, else the unit's main one, a new access link; the old one stops working. Raises NotFound."""
    unit = locked_unit(session, work_unit_id, scope)
    contact = next((one for one in unit.contacts if contact_id in {None, one.id}), None)
    if contact is None:
        raise NotFound(_("There is no such contact."))
    token = new_token()
    contact.token_hash = token_hash(token)
    note(session, unit, "link_renewed", scope, now)
    return Access(unit, contact, token)


def close_work_unit(session: Session, work_unit_id: UUID, *, scope: Scope, now: datetime) -> WorkUnit:
    """Stop working with a unit: it cannot pledge and is told of nothing; its pledges stay. Raises NotFound."""
    return _set_active(session, work_unit_id, scope, now, active=False)


def reopen_work_unit(session: Session, work_unit_id: UUID, *, scope: Scope, now: datetime) -> WorkUnit:
    """Work with a unit again; its contacts' access links work as before. Raises NotFound."""
    return _set_active(session, work_unit_id, scope, now, active=True)


def locked_unit(session: Session, work_unit_id: UUID, scope: Scope) -> WorkUnit:
    """Return the unit, locked until the transaction ends; raises NotFound where the scope has no such unit."""
    unit = session.scalars(
        select(WorkUnit)
        .options(joinedload(WorkUnit.contact), selectinload(WorkUnit.contacts))
        .where(WorkUnit.id == work_unit_id, scope.units())
        .with_for_update(of=WorkUnit)
    ).one_or_none()
    if unit is None:
        no_such_unit = _("There is no such work unit.")
        raise NotFound(no_such_unit, errors=field_error("work_unit_id", no_such_unit))
    return unit


def note(session: Session, unit: WorkUnit, action: str, scope: Scope, now: datetime, **detail: Any) -> None:
    """Write into the unit's history what was done to its entry, and by whom; ``detail`` names no person."""
    session.add(UnitStep(work_unit_id=unit.id, at=now, organizer_id=scope.organizer_id, action=action, detail=detail))
    session.flush()


def _give_access(session: Session, unit: WorkUnit, person: Person, now: datetime, *, main: bool) -> Access:
    token = new_token()
    contact = Contact(
        id=uuid4(),
        work_unit=unit,
        name=person.name,
        phone=person.phone,
        email=person.email,
        language=person.language,
        token_hash=token_hash(token),
        main=main,
        created_at=now,
    )
    session.add(contact)
    session.flush()
    return Access(unit, contact, token)


def _set_active(session: Session, work_unit_id: UUID, scope: Scope, now: datetime, *, active: bool) -> WorkUnit:
    unit = locked_unit(session, work_unit_id, scope)
    if unit.active is not active:
        unit.active = active
        note(session, unit, "reopened" if active else "closed", scope, now)
    return unit
