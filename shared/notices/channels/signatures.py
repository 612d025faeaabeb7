"""Signatures of Standard Webhooks (standardwebhooks.com, version 1): who sent it, when, and that nobody changed it."""

import hmac
import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

ID: Final = "webhook-id"
TIMESTAMP: Final = "webhook-timestamp"
SIGNATURE: Final = "webhook-signature"
SECONDS: Final = re.compile(r"[0-9]{1,12}")
HEADERS: Final = (ID, TIMESTAMP, SIGNATURE)
TOLERANCE: Final = timedelta(minutes=5)
"""How far the two clocks may be apart; something older may be a copy that somebody kept."""


def signed(secrets: Sequence[bytes], message_id: str, body: bytes, now: datetime) -> Mapping[str, str]:
    """Return the headers that sign a body, with every secret, so that the receiver may change its own in peace."""
    timestamp = str(int(now.timestamp()))
    signatures = [_signature(secret, message_id, timestamp, body) for secret in secrets]
    return {ID: message_id, TIMESTAMP: timestamp, SIGNATURE: " ".join(signatures)}


def holds(secrets: Sequence[bytes], headers: Mapping[str, str], body: bytes, now: datetime) -> bool:
    """Tell whether the headers sign the body with one of the secrets, and were written just now."""
    message_id, timestamp = headers.get(ID, ""), headers.get(TIMESTAMP, "")
    if not message_id or not _is_fresh(timestamp, now):
        return False
    given = headers.get(SIGNATURE, "").split(" ")
    expected = [_signature(secret, message_id, timestamp, body) for secret in secrets]
    return any(hmac.compare_digest(one.encode(), other.encode()) for one in given for other in expected)


def _signature(secret: bytes, message_id: str, timestamp: str, body: bytes) -> str:
    digest = hmac.digest(secret, f"{message_id}.{timestamp}.".encode() + body, "sha256")
    return f"v1,{b64encode(digest).decode()}"


def _is_fresh(timestamp: str, now: datetime) -> bool:
    return bool(SECONDS.fullmatch(timestamp)) and abs(now.timestamp() - int(timestamp)) <= TOLERANCE.total_seconds()
