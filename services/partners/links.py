"""The secret link that opens a work unit's page to its contact."""

import hashlib
import secrets
from typing import Final

TOKEN_BYTES: Final = 32


def new_token() -> str:
    """Return the token of a new access link, of 256 bits; only its hash may be stored."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def token_hash(token: str) -> str:
    """Return what is stored of a token; a look-up by it reveals nothing through its timing."""
    return hashlib.sha256(token.encode()).hexdigest()
