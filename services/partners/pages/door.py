"""The way in for units' contacts: an access link, and out again; and what everybody may see: the open board."""

from datetime import timedelta
from itertools import groupby
from typing import Final

from flask import Blueprint, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from services.partners import isolation, operations, wanted, words
from services.partners.schemas import EnterSchema
from services.partners.scope import Scope, identify
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
    asked = database.read(wanted.invited_by, token)
    need = asked.need if asked is not None else None
    page = render_template("partners/enter.html", unit=unit, token=token, need=need, words=words)
    return personal(make_response(page))


@door.post("/enter")
@limits.limit("60 per minute", failures_only=True)
def enter() -> ResponseReturnValue:
    """Let the contact in; from here on a cookie says who it is, and the address says nothing."""
    form = forms.load(EnterSchema(), request.form)
    token = form.data["token"] if form.data is not None else ""
    _holder(token)
    invitation = database.write(operations.open_invitation, token, now=now())
    home = HOMES["contact"]
    response = redirect(home if invitation is None else f"{home}/invitations/{invitation.id}", 303)
    sign_in_cookie(response, token, now() + STAY, kind="contact")
    return response


@door.get("/board")
def board() -> ResponseReturnValue:
    """Show what nobody has taken yet; a contact, or an organizer for a unit, can take it from here."""
    principal = current_principal()
    scope = Scope.of(principal) if principal is not None else None
    needs = database.read(wanted.board, scope=scope, now=now())
    links = {}
    if principal is not None and (principal.kind == "contact" or principal.may_write):
        home = HOMES[principal.kind]
        links = {one.need.id: f"{home}/events/{one.need.event_id}/pledge?need={one.need.id}" for one in needs}
    return render_template(
        "partners/board.html",
        by_event=[list(group) for _event, group in groupby(needs, key=lambda one: one.need.event_id)],
        links=links,
        words=words,
    )


@door.post("/leave")
def leave() -> ResponseReturnValue:
    """Forget on this browser who it was."""
    response = redirect("/events/", 303)
    sign_out(response)
    return response


def _holder(token: str) -> Principal:
    principal = database.read(identify, token, now())
    if principal is None:
        isolation.note(isolation.DEAD_LINK)
        raise NotFound(_("This link is no longer valid. Please ask the community office for a new one."))
    return principal
