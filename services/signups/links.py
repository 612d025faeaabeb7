"""The secret links that open a person's own sign-up, and the codes that are sent before."""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from itsdangerous import BadData, URLSafeTimedSerializer

DOWNLOAD_SECONDS: Final = 3600
WHOLE: Final = 32
SHORT: Final = 16
"""Bytes of a token."""


@dataclass(frozen=True, slots=True)
class Links:
    """Makes manage tokens.

    A token is derived from the sign-up's id with the service's key, so that a repeated request can be answered with
    the same link although only its hash is stored. It has 256 bits.
    """

    secret_key: str

    def download(self, signup_id: UUID) -> str:
        """Return a signature that opens the sign-up's calendar file for an hour, and nothing else."""
        return str(self._downloads.dumps(signup_id.hex))

    def opens(self, signature: str, signup_id: UUID) -> bool:
        """Tell whether the signature was made for this sign-up within the last hour."""
        try:
            return bool(self._downloads.loads(signature, max_age=DOWNLOAD_SECONDS) == signup_id.hex)
        except BadData:
            return False

    @property
    def _downloads(self) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(self.secret_key, salt="calendar")

    def manage_token(self, signup_id: UUID) -> str:
        """Return the token of the sign-up's manage link."""
        return self._derived(b"manage:" + signup_id.bytes)

    def short_token(self, signup_id: UUID) -> str:
        """Return the token of the sign-up's short link: 128 bits, since every sign of a text message counts."""
        return self._derived(b"short:" + signup_id.bytes, SHORT)

    def access_token(self, link_id: UUID) -> str:
        """Return the token of the link that opens all sign-ups of a person."""
        return self._derived(b"access:" + link_id.bytes)

    def feed_token(self, feed_id: UUID) -> str:
        """Return the token of the calendar of a person."""
        return self._derived(b"feed:" + feed_id.bytes)

    def handover_token(self, handover_id: UUID) -> str:
        """Return the token of the link by which somebody takes another's place."""
        return self._derived(b"handover:" + handover_id.bytes)

    def address_mark(self, address: str) -> str:
        """Return what tells an e-mail address from others without naming it."""
        return self._derived(b"address:" + address.encode())

    def _derived(self, what: bytes, length: int = WHOLE) -> str:
        mac = hmac.digest(self.secret_key.encode(), what, "sha256")[:length]
        return base64.urlsafe_b64encode(mac).rstrip(b"=").decode()

    def code(self, code_id: UUID) -> str:
        """Return the six digits of a one-time code."""
        mac = hmac.digest(self.secret_key.encode(), b"code:" + code_id.bytes, "sha256")
        return f"{int.from_bytes(mac) % 1_000_000:06d}"


def token_hash(token: str) -> str:
    """Return what is stored of a token; a look-up by it reveals nothing through its timing."""
    return hashlib.sha256(token.encode()).hexdigest()
