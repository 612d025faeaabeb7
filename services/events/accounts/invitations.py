"""Invitations: a link by which somebody makes their own account, once, within a week."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.events.models import Invitation, Organizer
from services.events.operations import Desk
from shared.errors import Conflict, Invalid, NotFound, field_error
from shared.principal import Role
from shared.texts import text as _

GOOD_FOR: Final = timedelta(days=7)
TOKEN_BYTES: Final = 32


def invite(session: Session, *, role: Role, display_name: str, desk: Desk, now: datetime) -> tuple[Invitation, str]:
    """Invite somebody into the desk's community; returns the invitation and the token of its link.

    Only a hash of the token is kept, so it cannot be shown again.
    """
    token = secrets.token_urlsafe(TOKEN_BYTES)
    made = Invitation(
        id=uuid4(),
        token_hash=_hash(token),
        community=desk.community,
        role=role.value,
        display_name=display_name,
        invited_by=desk.organizer_id,
        created_at=now,
        expires_at=now + GOOD_FOR,
        revoked_at=None,
        organizer_id=None,
    )
    session.add(made)
    session.flush()
    return made, token


def revoke(session: Session, invitation_id: UUID, *, desk: Desk, now: datetime) -> Invitation:
    """Let the link open nothing any more; doing so again changes nothing.

    Raises NotFound where the desk has no such invitation, and Conflict where an account was made with it.
    """
    found = _take(session, invitation_id, desk)
    if found.organizer_id is not None:
        raise Conflict(_("This invitation has been used already: there is an account now."))
    found.revoked_at = found.revoked_at or now
    return found


def renew(session: Session, invitation_id: UUID, *, desk: Desk, now: datetime) -> tuple[Invitation, str]:
    """Replace an invitation by one with a new link; returns as ``invite``.

    Raises as ``revoke``, and Conflict where it was taken back or replaced before.
    """
    if _take(session, invitation_id, desk).revoked_at is not None:
        raise Conflict(_("This invitation has been taken back or replaced already. Please invite anew."))
    old = revoke(session, invitation_id, desk=desk, now=now)
    return invite(session, role=Role(old.role), display_name=old.display_name, desk=desk, now=now)


def invitation(session: Session, token: str, *, now: datetime) -> Invitation:
    """Return the invitation that the link opens; raises NotFound once it was used, was taken back or is too old."""
    return _opened(session, token, now, lock=False)


def open_invitations(session: Session, *, community: str, now: datetime) -> Sequence[Invitation]:
    """Return the community's invitations that may still be used, the newest first."""
    return session.scalars(
        select(Invitation)
        .where(Invitation.community == community, *_is_open(now))
        .order_by(Invitation.created_at.desc(), Invitation.id)
    ).all()


def accept(session: Session, token: str, *, username: str, password_hash: str, now: datetime) -> Organizer:
    """Make the account that the link is for.

    Raises NotFound where the link opens nothing, and Invalid where somebody has the user name.
    """
    found = _opened(session, token, now, lock=True)
    name = username.lower()
    taken = Invalid(field_error("username", _("Somebody has this user name already. Please choose another one.")))
    if session.scalar(select(exists().where(Organizer.username == name))):
        raise taken
    organizer = Organizer(
        id=uuid4(),
        username=name,
        password_hash=password_hash,
        display_name=found.display_name,
        community=found.community,
        role=found.role,
        created_at=now,
    )
    session.add(organizer)
    try:
        session.flush()
    except IntegrityError:  # somebody else took the name in this very moment
        raise taken from None
    found.organizer_id = organizer.id
    return organizer


def _take(session: Session, invitation_id: UUID, desk: Desk) -> Invitation:
    """Return the desk's invitation, locked until the transaction ends."""
    found = session.scalars(
        select(Invitation)
        .where(Invitation.id == invitation_id, Invitation.community == desk.community)
        .with_for_update()
    ).one_or_none()
    if found is None:
        raise NotFound(_("There is no such invitation."))
    return found


def _opened(session: Session, token: str, now: datetime, *, lock: bool) -> Invitation:
    query = select(Invitation).where(Invitation.token_hash == _hash(token), *_is_open(now))
    found = session.scalars(query.with_for_update() if lock else query).one_or_none()
    if found is None:
        raise NotFound(_("This invitation opens nothing any more."))
    return found


def _is_open(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (Invitation.organizer_id.is_(None), Invitation.revoked_at.is_(None), Invitation.expires_at > now)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
