"""Protection against other sites: forms carry a token, and browsers are told what a page may do."""

import re
from collections.abc import Callable
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, request
from flask.sessions import SecureCookieSessionInterface
from flask_wtf.csrf import CSRFError, CSRFProtect
from itsdangerous import URLSafeTimedSerializer
from werkzeug.exceptions import NotFound, RequestEntityTooLarge

from shared.config import Config
from shared.errors import DomainError
from shared.texts import text as _
from shared.web import cookies
from shared.web.auth import carries_token
from shared.web.current import Access, config, is_api, surroundings

View = TypeVar("View", bound=Callable[..., Any])

MAX_BODY: Final = 1024 * 1024
MAX_PARTS: Final = 4000
"""Fields of one form; an event with 100 shifts has about 1,500."""
HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; "
        "object-src 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
ODD: Final = re.compile(r"[\x00-\x1f\x7f]")
HSTS: Final = "max-age=31536000"
NOT_KEPT: Final = "private, no-store"
ASKED_AGAIN: Final = "private, no-cache"


class _Sessions(SecureCookieSessionInterface):
    """Flask's, which would make what signs them anew twice for each request."""

    def __init__(self, app: Flask) -> None:
        self._serializer = super().get_signing_serializer(app)

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:  # noqa: ARG002 - Flask's
        """Return what signs."""
        return self._serializer


class FormExpired(DomainError):
    """A form came without the token of its page, or with that of a session that has ended."""

    title = _("This form was open for too long")


def init_app(app: Flask, settings: Config) -> None:
    """Check every form that is sent, bound what is read, and set the headers of every answer."""
    app.config |= {
        "SECRET_KEY": settings.secret_key,
        "SESSION_COOKIE_NAME": cookies.full_name(f"steward-{settings.service}", secure=settings.secure),
        "SESSION_COOKIE_SECURE": settings.secure,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_PATH": "/",
        "MAX_CONTENT_LENGTH": MAX_BODY,
        "MAX_FORM_MEMORY_SIZE": MAX_BODY,
        "MAX_FORM_PARTS": MAX_PARTS,
        "TRUSTED_HOSTS": list(settings.trusted_hosts) or None,
        "WTF_CSRF_TIME_LIMIT": None,
        "WTF_CSRF_CHECK_DEFAULT": False,  # _check does it, and knows what JSON and other services' pages need
    }
    app.session_interface = _Sessions(app)
    CSRFProtect(app)
    app.before_request(_refuse_odd_paths)
    app.before_request(_check)
    app.after_request(_set_headers)


def from_any_service(view: View) -> View:
    """Let the view's form stand on pages of all services, whose tokens this one cannot know, and on such without one.

    That is signing out, and choosing how pages look. Instead of a token the browser's word counts that the page was of
    this origin.
    """
    view.from_any_service = True  # type: ignore[attr-defined]  # a mark, read in _check
    return view


def one_click(view: View) -> View:
    """Let mail programs send the view's form as RFC 8058 has it: without a token or a cookie.

    The address itself is the secret, so the view must do nothing but what whoever holds the address may do.
    """
    view.one_click = True  # type: ignore[attr-defined]  # a mark, read in _check
    return view


def is_one_click() -> bool:
    """Say whether the form was sent by a mail program, for a reader who pressed its own button."""
    return request.form.get("List-Unsubscribe") == "One-Click"


def personal(response: Response) -> Response:
    """Keep the answer out of every cache: it shows somebody's data to whoever holds a link."""
    response.headers["Cache-Control"] = NOT_KEPT
    return response


def local_path(address: str | None, otherwise: str) -> str:
    """Return the address if it is a path on this origin, else the other one; never an open redirection."""
    safe = address is not None and re.fullmatch(r"/(?![/\\])[!-\[\]-~\u0080-\U0010ffff]*", address)
    return address if address is not None and safe else otherwise


def _refuse_odd_paths() -> None:
    """No address of ours holds a control character, and PostgreSQL fails on NUL."""
    if ODD.search(request.path):
        raise NotFound


def _check() -> None:
    """Refuse a form that was not sent from a page of ours. JSON needs no token, since it ignores cookies."""
    if is_api() or request.method in {"GET", "HEAD", "OPTIONS"} or request.endpoint is None:
        return
    view = current_app.view_functions[request.endpoint]
    if getattr(view, "from_any_service", False) and _is_same_origin():
        return
    if sum(map(len, request.form.listvalues())) > MAX_PARTS:  # Werkzeug counts those of multipart forms only
        raise RequestEntityTooLarge
    if getattr(view, "one_click", False) and is_one_click():
        return
    protection: CSRFProtect = current_app.extensions["csrf"]
    try:
        protection.protect()
    except (CSRFError, ValueError):  # the latter over a Referer that is no address
        raise FormExpired(
            _(
                "Nothing was changed. Please go back, reload the page and send the form again. If that does not help, "
                "allow cookies for this site in your browser."
            )
        ) from None


def _is_same_origin() -> bool:
    """Browsers say where a form comes from, and no page can make them say otherwise."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    source = request.headers.get("Origin") or request.headers.get("Referer")
    try:
        return source is not None and urlsplit(source)[:2] == (request.scheme, request.host)
    except ValueError:  # half an IPv6 address
        return False


def _set_headers(response: Response) -> Response:
    own = set(response.headers.keys())
    response.headers.extend([(name, value) for name, value in HEADERS.items() if name not in own])
    if config.secure:
        response.headers["Strict-Transport-Security"] = HSTS
    if "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = ASKED_AGAIN if _is_for_all() else NOT_KEPT
        response.vary.update(("Accept-Language", "Cookie"))
    return response


def _is_for_all() -> bool:
    """Say whether the answer is a page or a list that everybody may see."""
    access = surroundings().access.get(request.blueprint or "")
    return access is Access.PUBLIC and request.method in {"GET", "HEAD"} and not carries_token()
