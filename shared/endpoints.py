"""How the settings of channels are written: addresses of other people's programs, and what signs what goes there."""

import re
from base64 import b64decode
from binascii import Error as NotBase64
from email.utils import parseaddr
from importlib.util import find_spec
from typing import Final
from urllib.parse import urlsplit

LOOPBACK: Final = frozenset({"127.0.0.1", "localhost"})
ADDRESS: Final = re.compile(r"(?P<scheme>https?)://(?P<host>[A-Za-z0-9.-]+)(:[0-9]{1,5})?([/?][!-~]*)?")
BROKER: Final = re.compile(r"amqps?://([^/\s]*@)?([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?([/?][!-~]*)?")
SHORTEST_SECRET: Final = 24
"""Bytes; the least that Standard Webhooks allows."""


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine, where nobody listens in on plain HTTP."""
    return host in LOOPBACK


def https_address(written: str) -> str:
    """Read an address that is called over TLS; raises ValueError."""
    found = ADDRESS.fullmatch(written)
    if found is None or not (found["scheme"] == "https" or is_loopback(found["host"])):
        raise ValueError("must be an address that begins with https://")
    return written


def brokers(written: str) -> tuple[str, ...]:
    """Read the addresses of a broker's nodes, by commas; raises ValueError."""
    addresses = tuple(one.strip() for one in written.split(",") if one.strip())
    if not all(BROKER.fullmatch(one) for one in addresses):
        raise ValueError("must be like amqp://user:password@host:5672/vhost, several by commas (%2C in a password)")
    return addresses


def mail_sender(written: str) -> str:
    """Read the address that mail comes from, which may have a name before it; raises ValueError."""
    if not re.fullmatch(r"[^@\s]+@[^@\s]+", parseaddr(written)[1]):
        raise ValueError("must be an e-mail address, like steward@example.org")
    return written


def signing_secrets(written: str) -> tuple[bytes, ...]:
    """Read secrets as Standard Webhooks writes them, by commas; raises ValueError."""
    return tuple(_signing_secret(one.strip()) for one in written.split(",") if one.strip())


def sms_account(written: str) -> str:
    """Read the account with a provider of text messages; raises ValueError."""
    parts = urlsplit(written)
    known = parts.scheme == "tencent" and parts.username and parts.password and parts.hostname
    if not known or not parts.path.strip("/").isdecimal():
        raise ValueError("must be like tencent://id:key@sms.tencentcloudapi.com/1400006666")
    return _with_package("tencentcloud", written)


def sms_templates(written: str) -> tuple[tuple[str, str], ...]:
    """Read which kind of notice has which template, like ``reminder=1234567,*=1234569``; raises ValueError."""
    pairs = [tuple(part.strip() for part in one.split("=")) for one in written.split(",") if one.strip()]
    if not all(len(pair) == 2 and all(pair) for pair in pairs):  # noqa: PLR2004  # a pair
        raise ValueError("must be kinds and templates like reminder=1234567,*=1234569")
    return tuple((kind, template) for kind, template in pairs)


def apprise_address(written: str) -> str:
    """Read an address of Apprise that says where the person's own is to stand; raises ValueError."""
    if "://" not in written or not ("{phone}" in written or "{email}" in written):
        raise ValueError("must be an address of Apprise with {phone} or {email} in it")
    return _with_package("apprise", written)


def _signing_secret(written: str) -> bytes:
    try:
        secret = b64decode(written.removeprefix("whsec_"), validate=True)
    except (NotBase64, ValueError):
        secret = b""
    if len(secret) < SHORTEST_SECRET:
        raise ValueError(f"must be whsec_ and at least {SHORTEST_SECRET} random bytes in base64")
    return secret


def _with_package(package: str, written: str) -> str:
    if find_spec(package) is None:
        raise ValueError("needs the packages of requirements-extras.lock, which are not installed")
    return written
