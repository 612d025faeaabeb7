"""What is read of accounts: who organizes in the community."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from services.events.models import Organizer, OrganizerSession
from shared.errors import NotFound
from shared.principal import Role
from shared.texts import text as _


@dataclass(frozen=True, slots=True)
class Person:
    """An organizer as the office sees them. ``signed_in_at`` is their last sign-in, None where there was none."""

    id: UUID
    username: str
    display_name: str
    role: Role
    active: bool
    codes: bool
    """Whether they are asked for a code at sign-in."""
    created_at: datetime
    signed_in_at: datetime | None


def people(session: Session, *, community: str) -> Sequence[Person]:
    """Return the community's organizers by name, those whose account is closed last."""
    rows = session.execute(_people(community).order_by(Organizer.active.desc(), Organizer.display_name, Organizer.id))
    return [_person(organizer, at) for organizer, at in rows]


def person(session: Session, organizer_id: UUID, *, community: str) -> Person:
    """Return one of the community's organizers; raises NotFound where there is none."""
    row = session.execute(_people(community).where(Organizer.id == organizer_id)).one_or_none()
    if row is None:
        raise NotFound(_("There is no such account."))
    return _person(*row)


def me(session: Session, organizer_id: UUID) -> Organizer:
    """Return the account of whoever is asking."""
    return session.get_one(Organizer, organizer_id)


def _people(community: str) -> Select[Organizer, datetime | None]:
    last = (
        select(OrganizerSession.organizer_id, func.max(OrganizerSession.created_at).label("at"))
        .group_by(OrganizerSession.organizer_id)
        .subquery()
    )
    return (
        select(Organizer, last.c.at)
        .outerjoin(last, last.c.organizer_id == Organizer.id)
        .where(Organizer.community == community)
    )


def _person(organizer: Organizer, signed_in_at: datetime | None) -> Person:
    return Person(
        id=organizer.id,
        username=organizer.username,
        display_name=organizer.display_name,
        role=Role(organizer.role),
        active=organizer.active,
        codes=organizer.totp_since is not None,
        created_at=organizer.created_at,
        signed_in_at=signed_in_at,
    )
