"""The second step of signing in: a code of six digits that the organizer's phone shows (TOTP, RFC 6238)."""

import hmac
from datetime import datetime
from typing import ClassVar, Final
from uuid import UUID

import pyotp
from sqlalchemy.orm import Session

from services.events.accounts.changing import WRONG_PASSWORD, sign_in_anew
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
CODES_FOR_ALL: Final[Text] = _(
    "Everybody here signs in with a code. To use another phone, ask the community office to turn the old one off; you "
    "set up the new one when you sign in."
)


class CodeNeeded(Unauthorized):
    """Name and password are right, and the account asks for a code as well."""

    kind: ClassVar[str] = "urn:steward:problem:code-needed"
    title = _("A code is needed")


class CodeToSetUp(Unauthorized):
    """Name and password are right, and everybody signs in with a code, but this account has no phone for it yet."""

    kind: ClassVar[str] = "urn:steward:problem:code-to-set-up"
    title = _("A code has to be set up first")


def begin_codes(session: Session, organizer_id: UUID) -> Organizer:
    """Make a secret; codes are asked for only after one was given, to ``confirm_codes`` or to ``sign_in``.

    It is another one each time, so that nobody's phone knows it who found it on the screen before. Raises Conflict
    where codes are asked for already.
    """
    organizer = _take(session, organizer_id)
    if organizer.totp_since is not None:
        raise Conflict(_("Signing in asks for a code already. To use another phone, please turn that off first."))
    organizer.totp_secret = pyotp.random_base32()
    return organizer


def code_address(organizer: Organizer) -> str:
    """Return what the QR code tells an authenticator app (``otpauth:``); there must be a secret."""
    secret = pyotp.TOTP(organizer.totp_secret or "", interval=STEP)
    return secret.provisioning_uri(name=organizer.username, issuer_name=ISSUER)


def confirm_codes(
    session: Session, organizer_id: UUID, *, password: str, code: str, expires_at: datetime, now: datetime
) -> tuple[Organizer, UUID]:
    """Ask for a code from the next sign-in on, and end all sign-ins; returns as ``change_password``.

    Raises Invalid where the password is not the account's, or the code not the phone's present one.
    """
    organizer = _take(session, organizer_id)
    _check(organizer, password, code, now)
    organizer.totp_since = organizer.totp_since or now
    return organizer, sign_in_anew(session, organizer, expires_at=expires_at, now=now)


def stop_codes(
    session: Session,
    organizer_id: UUID,
    *,
    password: str,
    code: str,
    required: bool,
    expires_at: datetime,
    now: datetime,
) -> tuple[Organizer, UUID]:
    """Ask for no code any more, and end all sign-ins; returns as ``change_password``.

    Raises as ``confirm_codes``, and Conflict where codes are required of everybody.
    """
    if required:
        raise Conflict(CODES_FOR_ALL)
    organizer = _take(session, organizer_id)
    _check(organizer, password, code, now)
    organizer.forget_codes()
    return organizer, sign_in_anew(session, organizer, expires_at=expires_at, now=now)


def spend(organizer: Organizer, code: str, now: datetime) -> bool:
    """Tell whether it is one of the present codes, and use up its step and those before; the account is locked."""
    if organizer.totp_secret is None:
        return False
    present = int(now.timestamp()) // STEP
    newest = -1 if organizer.totp_step is None else organizer.totp_step
    codes = pyotp.HOTP(organizer.totp_secret)
    for step in (present + offset for offset in WINDOW):
        if step > newest and hmac.compare_digest(codes.at(step), code):
            organizer.totp_step = step
            return True
    return False


def _check(organizer: Organizer, password: str, code: str, now: datetime) -> None:
    """Ask whoever changes how the account is signed in for all that signing in asks for."""
    if not matches(organizer.password_hash, password):
        raise Invalid(field_error("password", WRONG_PASSWORD))
    if not spend(organizer, code, now):
        raise Invalid(field_error("code", WRONG_CODE))


def _take(session: Session, organizer_id: UUID) -> Organizer:
    return session.get_one(Organizer, organizer_id, with_for_update=True, populate_existing=True)
