"""One POST over HTTP, so made that what was surely not taken can be told from what nobody knows of."""

import json
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from ssl import SSLCertVerificationError
from typing import Any, Final

import urllib3
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from shared.notices.channels.protocol import ChannelError

TIMEOUT: Final = urllib3.Timeout(connect=5, read=15)
MOST: Final = 16 * 1024
"""Bytes of an answer that are read; a receiver has no more to say than a word or two."""
LATER: Final = frozenset({408, 425, 429})
"""Request Timeout, Too Early, Too Many Requests: the client errors that pass."""
CLIENT_ERRORS: Final = range(400, 500)
LONGEST_PAUSE: Final = 3600

_KEPT: Final = urllib3.PoolManager(maxsize=8, retries=False)
logging.getLogger("urllib3").setLevel(logging.ERROR)  # its warnings name addresses, and a robot's address is its key


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; ``retry_after`` in seconds, where the receiver asks for a pause."""

    status: int
    body: bytes
    retry_after: int | None

    def fields(self) -> Mapping[str, Any]:
        """Return the JSON object that it is; an empty one where it is none."""
        try:
            decoded = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return decoded if isinstance(decoded, dict) else {}

    def refusal(self) -> ChannelError:
        """Return the refusal that its status stands for: 4xx is for good, unless it says that it passes."""
        permanent = self.status in CLIENT_ERRORS and self.status not in LATER
        return ChannelError(f"HTTP {self.status}", permanent=permanent, retry_after=self.retry_after)


def post(url: str, content: Mapping[str, Any] | bytes, headers: Mapping[str, str], *, keep: bool = False) -> Answer:
    """Send JSON and return the answer, whatever it is; redirections are answers too, and are not followed.

    ``keep`` keeps the connection for the next one: for receivers who recognise a repeat, since one that was closed
    meanwhile breaks off without a word. Raises ChannelError where no connection came about.
    """
    body = content if isinstance(content, bytes) else json.dumps(content, ensure_ascii=False).encode()
    described = {"Content-Type": "application/json", "User-Agent": "Steward", **headers}
    try:
        if keep:
            return _answer(_KEPT, url, body, described)
        with urllib3.PoolManager(retries=False) as pools:
            return _answer(pools, url, body, described)
    except Exception as error:
        if never_connected(error):
            raise ChannelError(f"no connection: {type(error).__name__}", permanent=False) from None
        raise


def _answer(pools: urllib3.PoolManager, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    response = pools.request(
        "POST",
        url,
        body=body,
        headers=headers,
        timeout=TIMEOUT,
        redirect=False,
        preload_content=False,
        decode_content=False,
    )
    read = response.read(MOST)
    if len(read) == MOST:
        response.close()
    return Answer(response.status, read, _pause(response.headers.get("Retry-After", "")))


def never_connected(error: BaseException | None) -> bool:
    """Tell whether the error, or what it came from, is that there was no connection to send anything over."""
    while error is not None:
        if isinstance(error, NewConnectionError | ConnectTimeoutError | SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False


def _pause(written: str) -> int | None:
    return min(int(written), LONGEST_PAUSE) if re.fullmatch("[0-9]{1,9}", written) else None
