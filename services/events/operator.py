"""Organizers' accounts for whoever looks after the machine: the office does the rest on its pages."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from services.events import accounts
from services.events.schemas.accounts import AccountSchema
from shared.service import Accounts


def _listed(session: Session) -> Sequence[Mapping[str, str]]:
    return [
        {
            "name": one.username,
            "called": one.display_name,
            "community": one.community,
            "role": one.role,
            "active": "yes" if one.active else "closed",
            "code": "asked for" if one.totp_since else "not asked for",
        }
        for one in accounts.everybody(session)
    ]


def _add(session: Session, entered: Mapping[str, str], now: datetime) -> Mapping[str, str]:
    password = accounts.new_password()
    hashed = accounts.hash_password(password)
    made = accounts.add_organizer(session, **AccountSchema().load(entered), password_hash=hashed, now=now)
    return {"name": made.username, "community": made.community, "role": made.role, "password": password}


def _renew(session: Session, username: str, now: datetime) -> Mapping[str, str]:
    password = accounts.new_password()
    accounts.replace_password(session, username, accounts.hash_password(password), now=now)
    return {"name": username, "password": password}


def _forget_codes(session: Session, username: str, now: datetime) -> None:
    accounts.forget_codes(session, username, now=now)


ACCOUNTS: Final = Accounts(first=accounts.ADMIN, listed=_listed, add=_add, renew=_renew, forget_codes=_forget_codes)
