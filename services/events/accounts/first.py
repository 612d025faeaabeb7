"""The first organizer, whom the configuration names."""

from datetime import datetime
from typing import Final
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.events.accounts.changing import void_sign_ins
from services.events.accounts.passwords import hash_password, matches, new_password
from services.events.models import Organizer
from shared.config import Config
from shared.principal import Role

ADMIN: Final = "admin"


def prepare(session: Session, config: Config, now: datetime) -> str | None:
    """Make the first organizer, or give it the password that the configuration now names.

    Returns a line to print once where a password was made up; only its hash is kept. A new password ends all of the
    account's sign-ins.
    """
    admin = session.scalars(select(Organizer).where(Organizer.username == ADMIN)).one_or_none()
    if admin is None:
        password = config.admin_password or new_password()
        session.add(
            Organizer(
                id=uuid4(),
                username=ADMIN,
                password_hash=hash_password(password),
                display_name="管理员",
                community=config.community,
                role=Role.OFFICE.value,
                created_at=now,
            )
        )
        session.flush()
        return None if config.admin_password else f"Organizer: {ADMIN}  Password: {password}"
    if config.admin_password and not matches(admin.password_hash, config.admin_password):
        admin.password_hash = hash_password(config.admin_password)
        void_sign_ins(session, admin, now=now)
    return None
