"""Notices written into a group chat by its robot: 企业微信, 钉钉 and 飞书."""

import hmac
import re
from base64 import b64encode
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import SplitResult, urlencode, urlsplit
from uuid import UUID

from shared.clock import utc_now
from shared.endpoints import is_loopback
from shared.notices.channels.protocol import ChannelError, Unclear
from shared.notices.channels.texts import shortened
from shared.notices.queue import Letter

Written = tuple[Mapping[str, str], Mapping[str, Any]]
"""What is added to the robot's address, and what is posted there."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one maker's robots are spoken to, at addresses whose path is ``path``.

    ``most`` are the bytes of text that they take, and ``passing`` the codes of refusals that pass by themselves, mostly
    for too many messages in a minute. All others mean that the robot, or what it was to say, is refused for good.
    """

    name: str
    path: str
    most: int
    passing: frozenset[int]
    write: Callable[[str, str, datetime], Written]


def _wecom(text: str, _secret: str, _now: datetime) -> Written:
    return {}, {"msgtype": "text", "text": {"content": text}}


def _dingtalk(text: str, secret: str, now: datetime) -> Written:
    content = {"msgtype": "text", "text": {"content": text}}
    if not secret:
        return {}, content
    timestamp = str(int(now.timestamp() * 1000))
    return {"timestamp": timestamp, "sign": _mac(secret, f"{timestamp}\n{secret}")}, content


def _feishu(text: str, secret: str, now: datetime) -> Written:
    content: dict[str, Any] = {"msg_type": "text", "content": {"text": text}}
    if secret:
        timestamp = str(int(now.timestamp()))
        content |= {
            "timestamp": timestamp,
            "sign": _mac(f"{timestamp}\n{secret}", ""),
        }  # the key is the text, as they say
    return {}, content


def _mac(key: str, text: str) -> str:
    return b64encode(hmac.digest(key.encode(), text.encode(), "sha256")).decode()


DIALECTS: Final = (
    Dialect("wecom", "/cgi-bin/webhook/send", 2048, frozenset({-1, 45009}), _wecom),
    Dialect("dingtalk", "/robot/send", 20_000, frozenset({-1, 130101, 410100}), _dingtalk),
    Dialect("feishu", "/open-apis/bot/v2/hook/[A-Za-z0-9-]+", 20_000, frozenset({11232}), _feishu),
)
"""From what the makers document on robots of groups: limits of size and frequency, and the table of error codes."""


class ChatChannel:
    """Has a group's robot say the notice. Robots recognise no repeats.

    An address is believed only when it leads to one of ``hosts``: it was entered by somebody, and without that they
    could make the server call whatever it can reach. Behind ``#`` in it stands the secret that 钉钉 and 飞书 sign with.
    """

    name = "chat"
    repeats = False

    def __init__(self, hosts: Collection[str]) -> None:
        self._hosts = hosts

    def reaches(self, letter: Letter) -> bool:
        """Whoever has named a robot."""
        return letter.robot is not None and is_robot(letter.robot, self._hosts)

    def send(self, notice_id: UUID, letter: Letter) -> None:  # noqa: ARG002  (a robot has no use for it)
        """Post the subject and the body; taken is what the robot says 0 to, since it answers refusals with HTTP 200."""
        from shared.notices.channels.posting import CLIENT_ERRORS, LATER, post  # noqa: PLC0415  (its library takes long)

        found = _robot(letter.robot or "", self._hosts)
        if found is None:
            raise ChannelError("no robot of a chat service", permanent=True)
        address, dialect = found
        text = shortened(f"{letter.subject}\n\n{letter.body}", dialect.most, lambda one: len(one.encode()))
        query, content = dialect.write(text, address.fragment, utc_now())
        joined = "&".join(part for part in (address.query, urlencode(query)) if part)
        answer = post(address._replace(query=joined, fragment="").geturl(), content, {})
        said = answer.fields()
        code = said.get("errcode", said.get("code"))
        if isinstance(code, int):
            if code != 0:
                permanent = code not in dialect.passing and answer.status not in LATER
                raise ChannelError(f"{dialect.name} {code}", permanent=permanent, retry_after=answer.retry_after)
        elif answer.status in CLIENT_ERRORS:
            raise answer.refusal()
        else:
            raise Unclear(f"HTTP {answer.status}")


def is_robot(address: str, hosts: Collection[str]) -> bool:
    """Tell whether the address is that of a group's robot at one of the hosts."""
    return _robot(address, hosts) is not None


def _robot(address: str, hosts: Collection[str]) -> tuple[SplitResult, Dialect] | None:
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:  # half an IPv6 address, a port that is none
        return None
    if is_loopback(host):
        right = parts.netloc == f"{host}:{port}" and parts.scheme in {"http", "https"}
    else:
        right = parts.netloc in {host, f"{host}:443"} and parts.scheme == "https"
    dialect = next((one for one in DIALECTS if re.fullmatch(one.path, parts.path)), None)
    if not right or host not in hosts or dialect is None or not re.fullmatch(r"[!-\[\]-~]+", address):
        return None
    return parts, dialect
