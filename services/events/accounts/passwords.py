"""Passwords: how they are kept, and how one is checked without telling more than yes or no."""

import secrets
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy import select
from sqlalchemy.orm import Session

from services.events.models import Organizer
from shared.errors import Unauthorized
from shared.texts import text as _

MAX_USERNAME: Final = 50
WRONG_PASSWORDS: Final = "10 per 15 minutes"
"""For one account from one address: whoever guesses locks out nobody elsewhere."""
WRONG_FROM_ONE_ADDRESS: Final = "100 per 15 minutes"
"""For all accounts: whoever tries a few words at many of them. An office behind one address errs less often."""
CODES: Final = "30 per hour"
"""For one account from everywhere: only who knows its password gets that far, so nobody else can use them up."""
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


def new_password() -> str:
    """Make up a password that can be read out and typed: 72 bits in four groups of four letters."""
    return "-".join("".join(secrets.choice(LETTERS) for _letter in range(4)) for _group in range(4))


def hash_password(password: str) -> str:
    """Return what is kept of the password. It takes some 50 ms on purpose: call it outside of a transaction."""
    return HASHER.hash(password)


def matches(password_hash: str, password: str) -> bool:
    """Tell whether it is the password; as slow as ``hash_password``."""
    try:
        return HASHER.verify(password_hash, password)
    except VerifyMismatchError:
        return False


def check_password(session: Session, username: str, password: str) -> Organizer:
    """Return the organizer; raises Unauthorized, in the same words and time whether user or password is wrong.

    It takes some 50 ms on purpose: call it in a transaction that holds up nobody.
    """
    organizer = session.scalars(select(Organizer).where(Organizer.username == username.lower())).one_or_none()
    is_right = matches(organizer.password_hash if organizer else NOBODYS_HASH, password)
    if organizer is None or not organizer.active or not is_right:
        raise Unauthorized(_("The user name or the password is not right. Please try again."))
    return organizer
