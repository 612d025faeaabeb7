"""The second step of signing in: a code of six digits that the organizer's phone shows (TOTP, RFC 6238)."""

import hmac
from datetime import datetime
from typing import ClassVar, Final
from uuid import UUID

import pyotp
from sqlalchemy.orm import Session

from services.events.accounts.changing import WRONG_PASSWORD
from services.events.accounts.passwords import matches
from services.events.models import Organizer
from shared.errors import Conflict, Invalid, Unauthorized, field_error
from shared.texts import Text
from shared.texts import text as _

STEP: Final = 30
"""Seconds for which a code is shown."""
WINDOW: Final = (-1, 0, 1)
"""Steps that count: a phone's clock may be half a minute off, and typing takes time."""
ISSUER: Final = "Steward"
WRONG_CODE: Final[Text] = _("This code is not right any more. Please type the one that your phone shows now.")


class CodeNeeded(Unauthorized):
    """Name and password are right, and the account asks for a code as well."""

    kind: ClassVar[str] = "urn:steward:problem:code-needed"
    title = _("A code is needed")


def begin_codes(session: Session, organizer_id: UUID) -> Organizer:
    """Make a secret, unless one waits to be confirmed; codes are asked for only after ``confirm_codes``.

    Raises Conflict where they are asked for already.
    """
    organizer = _take(session, organizer_id)
    if organizer.totp_since is not None:
        raise Conflict(_("Signing in asks for a code already. To use another phone, please turn that off first."))
    organizer.totp_secret = organizer.totp_secret or pyotp.random_base32()
    return organizer


def code_address(organizer: Organizer) -> str:
    """Return what the QR code tells an authenticator app (``otpauth:``); there must be a secret."""
    secret = pyotp.TOTP(organizer.totp_secret or "", interval=STEP)
    return secret.provisioning_uri(name=organizer.username, issuer_name=ISSUER)


def confirm_codes(session: Session, organizer_id: UUID, code: str, *, now: datetime) -> None:
    """Ask for a code from the next sign-in on. Raises Invalid where the code is not the phone's present one."""
    organizer = _take(session, organizer_id)
    if organizer.totp_secret is None or organizer.totp_since is not None or not spend(organizer, code, now):
        raise Invalid(field_error("code", WRONG_CODE))
    organizer.totp_since = now


def stop_codes(session: Session, organizer_id: UUID, password: str) -> None:
    """Ask for no code any more. Raises Invalid where it is not the account's password."""
    organizer = _take(session, organizer_id)
    if not matches(organizer.password_hash, password):
        raise Invalid(field_error("password", WRONG_PASSWORD))
    organizer.totp_secret = organizer.totp_since = organizer.totp_step = None


def spend(organizer: Organizer, code: str, now: datetime) -> bool:
    """Tell whether it is one of the present codes, and use up its step and those before; the account is locked."""
    present = int(now.timestamp()) // STEP
    newest = -1 if organizer.totp_step is None else organizer.totp_step
    codes = pyotp.HOTP(organizer.totp_secret or "")
    for step in (present + offset for offset in WINDOW):
        if step > newest and hmac.compare_digest(codes.at(step), code):
            organizer.totp_step = step
            return True
    return False


def _take(session: Session, organizer_id: UUID) -> Organizer:
    return session.get_one(Organizer, organizer_id, with_for_update=True, populate_existing=True)
