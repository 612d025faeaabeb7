"""The secret links of a work unit: to its page, for its contact, and to its calendar."""

import base64
import hashlib
import hmac
import secrets
from typing import Final
from uuid import UUID

TOKEN_BYTES: Final = 32


def new_token() -> str:
    """Return the token of a new access link, of 256 bits; only its hash may be stored."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def feed_token(secret_key: str, feed_id: UUID) -> str:
    """Return the token of a unit's calendar, of 256 bits.

    It is derived with the service's key, so that the unit's page can show the link although only its hash is kept.
    """
    mac = hmac.digest(secret_key.encode(), b"feed:" + feed_id.bytes, "sha256")
    return base64.urlsafe_b64encode(mac).rstrip(b"=").decode()


def token_hash(token: str) -> str:
    """Return what is stored of a token; a look-up by it reveals nothing through its timing."""
    return hashlib.sha256(token.encode()).hexdigest()
