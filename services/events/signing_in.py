"""How JSON and pages let an organizer in: name and password, the code where one is asked for, and a token."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from itsdangerous import BadData, URLSafeSerializer

from services.events import accounts
from services.events.models import Organizer
from shared.errors import Unauthorized
from shared.texts import text as _
from shared.web import limits, qr
from shared.web.auth import LIFETIME, issue_token
from shared.web.current import config, database, now

TICKET_SECONDS: Final = 300
"""How long somebody may look for their phone."""
SET_UP_SECONDS: Final = 1800
"""How long somebody may take to put an authenticator app on it."""
GROUP: Final = 4
"""Letters of the secret that are read out together."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """Says that somebody gave name and password; it is no sign-in, and good for one account as it stood then."""

    organizer_id: UUID
    username: str
    version: int
    expires_at: int


def with_password(username: str, password: str) -> Organizer:
    """Return the organizer; raises Unauthorized where name or password are wrong."""
    return database.read(accounts.check_password, username, password)


def sign_in(organizer_id: UUID, version: int, code: str | None = None) -> tuple[str, datetime]:
    """Begin a sign-in of the organizer whose password was right; returns its token and when it ends.

    Raises as ``accounts.sign_in``, and TooManyRequests. ``version`` is the account's when its password was checked.
    """
    if code is not None:
        limits.spend(accounts.CODES, f"code {organizer_id}")
    moment = now()
    organizer, session_id = database.write(
        accounts.sign_in,
        organizer_id,
        version=version,
        code=code,
        required=config.codes_required,
        expires_at=moment + LIFETIME,
        now=moment,
    )
    return token(organizer, session_id, moment)


def token(organizer: Organizer, session_id: UUID, issued_at: datetime) -> tuple[str, datetime]:
    """Return the token of a sign-in and when it ends."""
    return issue_token(
        config,
        organizer_id=organizer.id,
        username=organizer.username,
        community=organizer.community,
        role=organizer.role,
        session_id=session_id,
        issued_at=issued_at,
    )


def ticket_for(organizer: Organizer) -> str:
    """Return the signed ticket for the second step; it stands in the page's form."""
    ends = now() + timedelta(seconds=SET_UP_SECONDS if organizer.totp_since is None else TICKET_SECONDS)
    return _signer().dumps([str(organizer.id), organizer.username, organizer.version, int(ends.timestamp())])


def ticket_of(written: str) -> Ticket:
    """Return the ticket; raises Unauthorized where it is none of ours or too old."""
    try:
        organizer_id, username, version, expires_at = _signer().loads(written)
    except BadData:
        expires_at = 0
    if expires_at <= now().timestamp():
        raise Unauthorized(_("That took a little too long. Please sign in once more."))
    return Ticket(UUID(organizer_id), username, version, expires_at)


def shown_secret(organizer: Organizer) -> dict[str, Any]:
    """Return how the secret gets into an authenticator app, for the pages: drawn, and to be typed."""
    secret = organizer.totp_secret or ""
    return {
        "drawing": qr.svg(accounts.code_address(organizer)),
        "secret": " ".join(secret[start : start + GROUP] for start in range(0, len(secret), GROUP)),
        "account": organizer.username,
    }


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(config.secret_key, salt="second step")
