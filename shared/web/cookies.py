"""Cookies of ours: for this host alone, out of reach of scripts, and not sent along when other sites' forms are."""

from typing import Final

from flask import request
from werkzeug import Response

from shared.web.current import config

PREFIX: Final = "__Host-"
"""Browsers take such a name only over https, for every path, and from no other host (RFC 6265bis, section 4.1.3)."""


def full_name(name: str, *, secure: bool) -> str:
    """Return how the cookie is called in the browser; without https no browser would take the prefix."""
    return f"{PREFIX}{name}" if secure else name


def read(name: str) -> str | None:
    """Return what the browser keeps under the name."""
    return request.cookies.get(full_name(name, secure=config.secure))


def keep(response: Response, name: str, value: str, *, seconds: int) -> None:
    """Have the browser keep the value for so long."""
    response.set_cookie(
        full_name(name, secure=config.secure),
        value,
        max_age=seconds,
        path="/",
        secure=config.secure,
        httponly=True,
        samesite="Lax",
    )


def forget(response: Response, name: str) -> None:
    """Have the browser forget what it keeps under the name."""
    keep(response, name, "", seconds=0)


def read_plain(name: str) -> str | None:
    """Return what the browser keeps under a name without a prefix, which an earlier release gave it."""
    return request.cookies.get(name)


def forget_plain(response: Response, name: str, *, path: str) -> None:
    """Have the browser forget that for the path."""
    response.delete_cookie(name, path=path, secure=config.secure, httponly=True, samesite="Lax")
