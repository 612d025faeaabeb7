"""How single settings are written: each reader returns the value, or raises ValueError that says what it must be."""

import re
from collections.abc import Callable
from importlib.util import find_spec
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

MIN_SECRET_LENGTH: Final = 32
MAX_THREADS: Final = 16
"""As many as the pool of database connections has room for, beside the worker's other threads."""
MAX_PORT: Final = 65535


def choice(*allowed: str) -> Callable[[str], str]:
    """Return a reader of one of these words."""

    def parse(value: str) -> str:
        if value not in allowed:
            raise ValueError(f"must be one of {', '.join(allowed)}")
        return value

    return parse


def switch(value: str) -> bool:
    """Read ``on`` or ``off``."""
    return choice("on", "off")(value) == "on"


def number(value: str) -> int:
    """Read a whole number from 0."""
    if not value.isdecimal():
        raise ValueError("must be a whole number")
    return int(value)


def count(value: str) -> int:
    """Read how many threads there are to be."""
    threads = number(value)
    if not 1 <= threads <= MAX_THREADS:
        raise ValueError(f"must be from 1 to {MAX_THREADS}")
    return threads


def secret(value: str) -> str:
    """Read what nobody can guess."""
    if len(value) < MIN_SECRET_LENGTH:
        raise ValueError(f"must have at least {MIN_SECRET_LENGTH} characters")
    return value


def secrets(value: str) -> tuple[str, ...]:
    """Read several of these, by commas."""
    return tuple(secret(one) for one in names(value))


def origin(value: str) -> str:
    """Read an address without a path."""
    if not re.fullmatch(r"https?://[^/]+", value):
        raise ValueError("must be an address without a path, like https://steward.example")
    return value


def collector(value: str) -> str:
    """Read the address of a collector of traces, which needs the packages of the extra."""
    if find_spec("opentelemetry") is None:
        raise ValueError("needs the packages of requirements-extras.lock, which are not installed")
    return origin(value)


def listening(value: str) -> str:
    """Read where to listen."""
    if not (found := re.fullmatch(r"[A-Za-z0-9.-]+:([0-9]{1,5})", value)) or int(found[1]) > MAX_PORT:
        raise ValueError("must be a host and a port, like 127.0.0.1:9100")
    return value


def pem(value: str) -> str:
    """Read a key in PEM form, also one on a single line."""
    if "-----BEGIN" not in value:
        raise ValueError("must be a key in PEM form")
    return value.replace("\\n", "\n")


def zone(value: str) -> str:
    """Read a time zone's IANA name."""
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError("must be a time zone by its IANA name, like Asia/Shanghai") from None
    return value


def names(value: str) -> tuple[str, ...]:
    """Read words, by commas."""
    return tuple(name.strip() for name in value.split(",") if name.strip())
