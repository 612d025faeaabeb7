"""The way in for units' contacts: an access link, and out again."""

from datetime import timedelta
from typing import Final

from flask import Blueprint, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from services.partners.schemas import EnterSchema
from services.partners.scope import identify
from shared.errors import NotFound
from shared.principal import Principal
from shared.texts import text as _
from shared.web import forms, limits
from shared.web.auth import current_principal, sign_in_cookie, sign_out
from shared.web.current import database, now
from shared.web.security import personal

STAY: Final = timedelta(days=90)
"""How long a browser stays let in; the access link opens it again."""
HOMES: Final = {"contact": "/partners/unit", "organizer": "/partners/desk"}

door = Blueprint("door", __name__, url_prefix="/partners")


@door.get("/")
def home() -> ResponseReturnValue:
    """Send everybody to where they belong."""
    principal = current_principal()
    return redirect(HOMES[principal.kind] if principal is not None else "/events/", 303)


@door.get("/enter/<token>")
@limits.limit("60 per minute", failures_only=True)
def show(token: str) -> ResponseReturnValue:
    """Show whom the link lets in; it lets nobody in by itself, since previews of links fetch them too."""
    unit = _holder(token)
    return personal(make_response(render_template("partners/enter.html", unit=unit, token=token)))


@door.post("/enter")
@limits.limit("60 per minute", failures_only=True)
def enter() -> ResponseReturnValue:
    """Let the contact in; from here on a cookie says who it is, and the address says nothing."""
    form = forms.load(EnterSchema(), request.form)
    token = form.data["token"] if form.data is not None else ""
    _holder(token)
    response = redirect(HOMES["contact"], 303)
    sign_in_cookie(response, token, now() + STAY, kind="contact")
    return response


@door.post("/leave")
def leave() -> ResponseReturnValue:
    """Forget on this browser who it was."""
    response = redirect("/events/", 303)
    sign_out(response)
    return response


def _holder(token: str) -> Principal:
    principal = database.read(identify, token)
    if principal is None:
        raise NotFound(_("This link is no longer valid. Please ask the community office for a new one."))
    return principal
