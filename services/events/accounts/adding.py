"""Accounts as whoever looks after the machine makes them: without an invitation, and without a desk."""

from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from services.events.accounts.changing import void_sign_ins
from services.events.models import Organizer
from shared.errors import Conflict, NotFound
from shared.principal import Role
from shared.texts import text as _


def add_organizer(
    session: Session, *, username: str, password_hash: str, display_name: str, community: str, role: Role, now: datetime
) -> Organizer:
    """Make an account. Raises Conflict where somebody has the user name."""
    name = username.strip().lower()
    if session.scalar(select(exists().where(Organizer.username == name))):
        raise Conflict(_("Somebody has this user name already. Please choose another one."))
    organizer = Organizer(
        id=uuid4(),
        username=name,
        password_hash=password_hash,
        display_name=display_name,
        community=community,
        role=role.value,
        created_at=now,
    )
    session.add(organizer)
    session.flush()
    return organizer


def replace_password(session: Session, username: str, password_hash: str, *, now: datetime) -> Organizer:
    """Give the account another password and end its sign-ins. Raises NotFound where there is no such account."""
    organizer = _take(session, username)
    organizer.password_hash = password_hash
    void_sign_ins(session, organizer, now=now)
    return organizer


def forget_codes(session: Session, username: str, *, now: datetime) -> None:
    """Let the codes of a lost phone open nothing any more, and end the account's sign-ins. Raises NotFound."""
    organizer = _take(session, username)
    organizer.forget_codes()
    void_sign_ins(session, organizer, now=now)


def everybody(session: Session) -> Sequence[Organizer]:
    """Return the accounts of all communities."""
    return session.scalars(select(Organizer).order_by(Organizer.community, Organizer.username)).all()


def _take(session: Session, username: str) -> Organizer:
    query = select(Organizer).where(Organizer.username == username.strip().lower()).with_for_update()
    organizer = session.scalars(query).one_or_none()
    if organizer is None:
        raise NotFound(_("There is no such account."))
    return organizer
