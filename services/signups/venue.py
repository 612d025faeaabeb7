"""The code on the wall: it changes every minute, so that a picture of it is soon worth nothing."""

import base64
import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

SECONDS: Final = 60
"""How long one code is shown."""
FOR_SCANNING: Final = 2
"""How many codes are good for opening the page: the present one, and the one before while somebody holds up a phone."""
FOR_THE_FORM: Final = 10
"""How many are good once the page is open: people need a moment to type six digits."""
BYTES: Final = 10


@dataclass(frozen=True, slots=True)
class Wall:
    """Makes the codes of one event's wall, of 80 bits each, from the service's key and the time (as RFC 6238 does)."""

    secret_key: str
    event_id: UUID

    def code(self, now: datetime) -> str:
        """Return the code of this minute."""
        return self._code(_minute(now))

    def shows(self, code: str, now: datetime, *, last: int = FOR_SCANNING) -> bool:
        """Say whether the code is one of the ``last`` that the wall has shown."""
        given, minute = code.encode(), _minute(now)
        return any(hmac.compare_digest(given, self._code(minute - ago).encode()) for ago in range(last))

    def _code(self, minute: int) -> str:
        text = b"wall:" + self.event_id.bytes + minute.to_bytes(8, "big")
        mac = hmac.digest(self.secret_key.encode(), text, "sha256")
        return base64.b32encode(mac[:BYTES]).decode().lower()


def _minute(now: datetime) -> int:
    return int(now.timestamp()) // SECONDS
