"""Organizers' accounts: who may sign in, how long a sign-in lasts, and the first organizer."""

import secrets
from datetime import datetime
from typing import Final
from uuid import UUID, uuid4

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session

from services.events.models import Organizer, OrganizerSession
from shared.config import Config
from shared.database import change
from shared.errors import Unauthorized
from shared.principal import Principal
from shared.texts import text as _

ADMIN: Final = "admin"
MAX_USERNAME: Final = 50
WRONG_PASSWORDS: Final = "10 per 15 minutes"
"""For one account from one address: whoever guesses locks out nobody elsewhere."""
LETTERS: Final = "abcdefghjkmnpqrstuvwxyz"
"""Without i, l and o, which are easily misread."""
HASHER: Final = PasswordHasher()
NOBODYS_HASH: Final = (
    "$argon2id$v=19$m=65536,t=3,p=4$FiIZRuL5YSit+snNRknOlg$TbEMC7AdWoCbdTSqDjntbtIAhQ2M8QyK25Ye/t2cmCc"
)
"""Of a password that was thrown away: an unknown user's is compared with it, so that both take the same time."""


def guess(address: str, username: str) -> str:
    """Return under what a wrong password is counted."""
    return f"{address} {username.strip().lower()[:MAX_USERNAME]}"


def check_password(session: Session, username: str, password: str) -> Organizer:
    """Return the organizer; raises Unauthorized, in the same words and time whether user or password is wrong.

    It takes some 50 ms on purpose: call it in a transaction that holds up nobody.
    """
    organizer = session.scalars(select(Organizer).where(Organizer.username == username.lower())).one_or_none()
    matches = _matches(organizer.password_hash if organizer else NOBODYS_HASH, password)
    if organizer is None or not organizer.active or not matches:
        raise Unauthorized(_("The user name or the password is not right. Please try again."))
    return organizer


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
    change(
        session,
        update(OrganizerSession)
        .where(OrganizerSession.id == session_id, OrganizerSession.revoked_at.is_(None))
        .values(revoked_at=now),
    )


def confirm(session: Session, principal: Principal) -> bool:
    """Tell whether the organizer's sign-in has not been ended and they may still work here."""
    return bool(
        session.scalar(
            select(
                exists().where(
                    OrganizerSession.id == principal.session_id,
                    OrganizerSession.revoked_at.is_(None),
                    Organizer.id == OrganizerSession.organizer_id,
                    Organizer.active,
                )
            )
        )
    )


def prepare(session: Session, config: Config, now: datetime) -> str | None:
    """Make the first organizer, or give it the password that the configuration now names.

    Returns a line to print once where a password was made up; only its hash is kept. A new password ends all of the
    account's sign-ins.
    """
    admin = session.scalars(select(Organizer).where(Organizer.username == ADMIN)).one_or_none()
    if admin is None:
        password = config.admin_password or "-".join(
            "".join(secrets.choice(LETTERS) for _letter in range(4)) for _group in range(4)
        )
        session.add(
            Organizer(
                id=uuid4(),
                username=ADMIN,
                password_hash=HASHER.hash(password),
                display_name="管理员",
                community=config.community,
                role="organizer",
                created_at=now,
            )
        )
        session.flush()
        return None if config.admin_password else f"Organizer: {ADMIN}  Password: {password}"
    if config.admin_password and not _matches(admin.password_hash, config.admin_password):
        admin.password_hash = HASHER.hash(config.admin_password)
        change(
            session,
            update(OrganizerSession)
            .where(OrganizerSession.organizer_id == admin.id, OrganizerSession.revoked_at.is_(None))
            .values(revoked_at=now),
        )
    return None


def _matches(password_hash: str, password: str) -> bool:
    try:
        return HASHER.verify(password_hash, password)
    except VerifyMismatchError:
        return False
