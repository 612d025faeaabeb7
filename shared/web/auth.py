"""Who is asking: organizers by a signed token, contacts by an opaque one; and who may come in."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final, TypeVar, cast
from urllib.parse import urlencode
from uuid import UUID

from flask import current_app, g, redirect, request, session
from flask.typing import ResponseReturnValue
from werkzeug import Response

from shared.config import Config
from shared.errors import Forbidden, Unauthorized
from shared.principal import Ability, Principal, Role
from shared.texts import text as _
from shared.web import cookies
from shared.web.current import Access, config, is_api, is_htmx, now, surroundings

View = TypeVar("View", bound=Callable[..., Any])

ISSUER: Final = "steward/events"
ALGORITHM: Final = "EdDSA"
LIFETIME: Final = timedelta(hours=12)
LEEWAY: Final = timedelta(seconds=30)
"""How far the clocks of two machines may be apart."""
COOKIES: Final = {"organizer": "steward-organizer", "contact": "steward-contact"}
MAX_TOKEN: Final = 4096
SIGN_IN: Final = "/events/login"
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that change nothing."""


def issue_token(
    settings: Config,
    *,
    organizer_id: UUID,
    username: str,
    community: str,
    role: str,
    session_id: UUID,
    issued_at: datetime,
) -> tuple[str, datetime]:
    """Return an organizer's token, which every service can check and only events can make, and when it ends."""
    import jwt  # noqa: PLC0415  # only events gets here, at a sign-in

    expires_at = issued_at + LIFETIME
    claims = {
        "iss": ISSUER,
        "sub": str(organizer_id),
        "name": username,
        "community": community,
        "role": role,
        "sid": str(session_id),
        "iat": issued_at.timestamp(),  # to the microsecond: a token of the very moment of a change is good
        "exp": int(expires_at.timestamp()),
    }
    return jwt.encode(claims, settings.token_private_key, algorithm=ALGORITHM), expires_at


def current_principal() -> Principal | None:
    """Return who is asking, or None for anybody; found once for each request."""
    if "principal" not in g:
        g.principal = None  # an error on the way must not be met again by the page that tells of it
        g.principal = next((found for token in _tokens() if (found := _principal(token)) is not None), None)
    return cast("Principal | None", g.principal)


def organizer() -> Principal:
    """Return the organizer who is asking; raises Unauthorized for anybody, Forbidden for a contact."""
    principal = current_principal()
    if principal is None:
        raise Unauthorized(_("Please sign in as an organizer to do this."))
    if principal.kind != "organizer":
        raise Forbidden(_("Only organizers of the community can do this."))
    return principal


def needs(ability: Ability) -> Callable[[View], View]:
    """Ask of whoever uses the view this ability, instead of the one that its method asks for. Put it nearest to it."""

    def mark(view: View) -> View:
        view.needs = ability  # type: ignore[attr-defined]  # a mark, read in guard
        return view

    return mark


def bearer_token() -> str | None:
    """Return the token that the request carries in its Authorization header: an account's, or a manage token."""
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    token = token.strip()
    return token if scheme.lower() == "bearer" and 0 < len(token) <= MAX_TOKEN else None


def carries_token() -> bool:
    """Say whether the request carries a token that counts, whoever holds it."""
    return bool(_tokens())


def sign_in_cookie(response: Response, token: str, expires_at: datetime, *, kind: str = "organizer") -> None:
    """Keep the token in a cookie of this browser; what the session held before is dropped.

    ``kind`` is ``organizer`` or ``contact``. The cookie is good for all services, since they share one origin.
    """
    session.clear()
    cookies.keep(response, COOKIES[kind], token, seconds=max(int((expires_at - now()).total_seconds()), 0))


def sign_out(response: Response) -> None:
    """Forget who is signed in on this browser."""
    session.clear()
    for name in COOKIES.values():
        cookies.forget(response, name)


def guard() -> ResponseReturnValue | None:
    """Let in whom the blueprint is for, before a view runs; pages send others to sign in.

    An organizer must have the ability that the view asks for, which is to write where it may change something.
    """
    access = Access.PUBLIC if request.blueprint is None else surroundings().access[request.blueprint]
    if access is Access.PUBLIC:
        if is_api() and request.method not in SAFE and (known := current_principal()) and known.kind == "organizer":
            _check_ability(known)  # some of it an organizer's token opens, like somebody's sign-up
        return None
    principal = current_principal()
    if principal is None and access is Access.ORGANIZER and not is_api():
        return _to_sign_in()
    if principal is None:
        raise Unauthorized(_("Please sign in, or open the link that the community office sent you."))
    if access is Access.ORGANIZER or principal.kind == "organizer":
        _check_ability(organizer())
    return None


def _check_ability(principal: Principal) -> None:
    view = current_app.view_functions[request.endpoint] if request.endpoint is not None else None
    usual = Ability.READ if request.method in SAFE else Ability.WRITE
    ability = getattr(view, "needs", usual)
    if not principal.may(ability):
        raise Forbidden(
            _("Only the community office can do this. Please ask a colleague there.")
            if principal.may_write
            else _("Your account is for reading only. Please ask the community office to make this change.")
        )


def _to_sign_in() -> ResponseReturnValue:
    back = request.full_path.rstrip("?") if request.method == "GET" and not is_htmx() else None
    address = f"{SIGN_IN}?{urlencode({'next': back})}" if back else SIGN_IN
    if is_htmx():  # a redirection would put the sign-in page into a corner of this one
        return Response(status=204, headers={"HX-Redirect": address})
    return redirect(address, 303)


def _tokens() -> list[str]:
    """Return the tokens that count: JSON is asked for with a header only, so that no form can forge it."""
    if is_api():
        token = bearer_token()
        return [token] if token else []
    contacts_first = surroundings().access.get(request.blueprint or "") is Access.CONTACT
    kinds = ["contact", "organizer"] if contacts_first else ["organizer", "contact"]
    return [token for kind in kinds if (token := cookies.read(COOKIES[kind])) and len(token) <= MAX_TOKEN]


def _principal(token: str) -> Principal | None:
    """Return who holds the token: an organizer by our signature, else whom the service knows by it."""
    around = surroundings()
    principal = _organizer(token)
    if principal is not None:
        return around.database.read(around.confirm, principal) if around.confirm is not None else principal
    return around.database.read(around.identify, token, now()) if around.identify is not None else None


def _organizer(token: str) -> Principal | None:
    import jwt  # noqa: PLC0415  # most requests carry no token, and the first page should not wait for it

    required = ["iss", "sub", "name", "community", "role", "sid", "iat", "exp"]
    # The times are compared below, by the application's clock.
    options: Any = {"require": required, "verify_exp": False, "verify_iat": False}
    try:
        claims = jwt.decode(
            token, _public_key(config.token_public_key), algorithms=[ALGORITHM], issuer=ISSUER, options=options
        )
        begins, ends = (datetime.fromtimestamp(float(claims[name]), now().tzinfo) for name in ("iat", "exp"))
        if not begins - LEEWAY <= now() < ends + LEEWAY:
            return None
        return Principal(
            kind="organizer",
            id=UUID(str(claims["sub"])),
            name=str(claims["name"]),
            community=str(claims["community"]),
            role=Role(str(claims["role"])),
            session_id=UUID(str(claims["sid"])),
            issued_at=begins,
        )
    except (jwt.InvalidTokenError, ValueError, TypeError, OverflowError, OSError):
        return None


@lru_cache(maxsize=8)
def _public_key(pem: str) -> Any:
    from jwt.algorithms import OKPAlgorithm  # noqa: PLC0415  # as above

    return OKPAlgorithm().prepare_key(pem)
