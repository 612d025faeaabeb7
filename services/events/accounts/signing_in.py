"""Sign-ins: opened, confirmed at each request, ended for one device or for all; the other services are told."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from services.events import announcements
from services.events.models import Organizer, OrganizerSession
from shared.database import change
from shared.principal import Principal, Role


def open_session(session: Session, organizer_id: UUID, *, expires_at: datetime, now: datetime) -> UUID:
    """Begin a sign-in and return its id; the organizer's ones that are over are forgotten."""
    change(
        session,
        delete(OrganizerSession).where(
            OrganizerSession.organizer_id == organizer_id, OrganizerSession.expires_at <= now
        ),
    )
    opened = OrganizerSession(
        id=uuid4(), organizer_id=organizer_id, created_at=now, expires_at=expires_at, revoked_at=None
    )
    session.add(opened)
    return opened.id


def close_session(session: Session, session_id: UUID, *, now: datetime) -> None:
    """End the sign-in before its time; ending it again changes nothing."""
    expires_at = session.scalar(
        update(OrganizerSession)
        .where(OrganizerSession.id == session_id, OrganizerSession.revoked_at.is_(None))
        .values(revoked_at=now)
        .returning(OrganizerSession.expires_at)
    )
    if expires_at is not None:
        announcements.session_ended(session, session_id, expires_at, now)


def confirm(session: Session, principal: Principal) -> Principal | None:
    """Return the organizer with the role they have now, or None where their sign-in was ended or their account closed.

    It is one query.
    """
    role = session.scalar(
        select(Organizer.role).where(
            OrganizerSession.id == principal.session_id,
            OrganizerSession.revoked_at.is_(None),
            Organizer.id == OrganizerSession.organizer_id,
            Organizer.active,
        )
    )
    return None if role is None else replace(principal, role=Role(role))


def end_sign_ins(session: Session, organizer_id: UUID, *, now: datetime) -> None:
    """End all sign-ins of the organizer; the caller tells the other services."""
    change(
        session,
        update(OrganizerSession)
        .where(OrganizerSession.organizer_id == organizer_id, OrganizerSession.revoked_at.is_(None))
        .values(revoked_at=now),
    )
