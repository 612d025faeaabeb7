"""The links that end letters of a kind with one press: each is made for one person and one topic, and never expires.

They are signed and kept nowhere, so that a letter of last year can still be stopped; what they open is no more than
that. RFC 8058 asks for them in the header of an e-mail.
"""

import hashlib
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from itsdangerous import BadData, URLSafeSerializer

from shared.config import Config
from shared.notices.kinds import Topic
from shared.notices.preferences import EVERY

PATH: Final = "stop"
"""Where the links lead to in each service: ``/<service>/stop/<token>``."""


@dataclass(frozen=True, slots=True)
class Stop:
    """What a link ends: letters about a topic to a person, by all channels or by one."""

    person_id: UUID
    topic: Topic
    channel: str = EVERY


def address(config: Config, stop: Stop) -> str:
    """Return the whole address that ends it."""
    return f"{config.origin}/{config.service}/{PATH}/{token(config.secret_key, stop)}"


def token(secret_key: str, stop: Stop) -> str:
    """Return the secret part of the link, which nobody makes without the service's key."""
    named = [stop.channel] if stop.channel else []
    return str(_signed(secret_key).dumps([stop.person_id.hex, stop.topic, *named]))


def read(secret_key: str, token: str) -> Stop | None:
    """Return what the link ends; None where it is none of ours."""
    try:
        person_id, topic, *named = _signed(secret_key).loads(token)
        return Stop(UUID(person_id), Topic(topic), *named)
    except (BadData, ValueError):  # a topic that there is no more, too
        return None


def _signed(secret_key: str) -> URLSafeSerializer:
    return URLSafeSerializer(secret_key, salt="stop", signer_kwargs={"digest_method": hashlib.sha256})
