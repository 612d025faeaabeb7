"""The secret links that open a person's own sign-up."""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Links:
    """Makes manage tokens.

    A token is derived from the sign-up's id with the service's key, so that a repeated request can be answered with
    the same link although only its hash is stored. It has 256 bits.
    """

    secret_key: str

    def manage_token(self, signup_id: UUID) -> str:
        """Return the token of the sign-up's manage link."""
        mac = hmac.digest(self.secret_key.encode(), b"manage:" + signup_id.bytes, "sha256")
        return base64.urlsafe_b64encode(mac).rstrip(b"=").decode()


def token_hash(token: str) -> str:
    """Return what is stored of a token; a look-up by it reveals nothing through its timing."""
    return hashlib.sha256(token.encode()).hexdigest()
