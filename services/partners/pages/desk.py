"""The organizers' desk: the directory at a glance, and what an event needs and gets of its units."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from services.partners import directory, operations, queries, schemas, words
from services.partners.asking import present_scope
from services.partners.models import Event, Kind, Pledge
from services.partners.pages import pledges
from services.partners.scope import Scope
from shared.errors import DomainError
from shared.texts import text as _
from shared.web import forms
from shared.web.current import database, now
from shared.web.forms import Form
from shared.web.i18n import tell

PAGE: Final = 50
"""Units on one page."""
MAX_SOUGHT: Final = 100
"""Characters of what is looked for."""

desk = Blueprint("desk", __name__, url_prefix="/partners/desk")
pledges.add_to(desk)


@desk.get("")
def overview() -> ResponseReturnValue:
    """Show the events that units can help with, and the directory of units, or those of it that are looked for."""
    scope = present_scope()
    # PostgreSQL fails on NUL, and a lone half of a character cannot be sent to any database.
    sought = "".join(sign for sign in request.args.get("q", "")[:MAX_SOUGHT] if sign.isprintable())
    kind = request.args.get("kind", "")
    search = directory.Search(words=sought.strip(), kind=kind if kind in words.UNIT_KINDS else "")
    units = database.read(directory.overviews, scope=scope, search=search)
    number = max(request.args.get("page", 1, type=int), 1)
    return render_template(
        "partners/desk.html",
        units=units[(number - 1) * PAGE : number * PAGE],
        found=len(units),
        number=number,
        pages=-(-len(units) // PAGE),
        search=search,
        kinds=list(words.UNIT_KINDS.items()),
        events=database.read(queries.upcoming, community=scope.community, now=now()),
        words=words,
    )


@desk.get("/events/<uuid:event_id>")
def event(event_id: UUID) -> ResponseReturnValue:
    """Show what an event asks of partners, and what it gets."""
    found, needs, pledged = database.read(_event, event_id, present_scope())
    return render_template(
        "partners/desk_event.html",
        event=found,
        needs=needs,
        pledges=pledged,
        open=found.status == "published" and found.ends_at > now(),
        kinds=[(kind.value, words.KINDS[kind]) for kind in Kind],
        words=words,
    )


@desk.get("/events/<uuid:event_id>/needs/new")
def new_need(event_id: UUID) -> ResponseReturnValue:
    """Show the form for a new need."""
    return _need_form(event_id, Form(None, {"kind": Kind.PEOPLE.value}))


@desk.post("/events/<uuid:event_id>/needs/new")
def post_need(event_id: UUID) -> ResponseReturnValue:
    """Ask the community's partners for something."""
    scope = present_scope()
    form = forms.load(schemas.NeedFormSchema(), request.form)
    if form.data is not None:
        try:
            database.write(_post_need, event_id, form.data, scope)
        except DomainError as error:
            form.refuse(error)
        else:
            tell(_("The need has been posted. Units see it on their pages."))
            return redirect(url_for(".event", event_id=event_id), 303)
    return _need_form(event_id, form), 422


def _need_form(event_id: UUID, sent: Form) -> str:
    found = database.read(queries.event, event_id, scope=present_scope())
    return render_template(
        "partners/need_form.html",
        event=found,
        shifts=[shift for shift in found.shifts if shift.listed],
        kinds=[(kind.value, words.KINDS[kind]) for kind in Kind],
        values=sent.values,
        errors=sent.errors,
    )


def _event(session: Session, event_id: UUID, scope: Scope) -> tuple[Event, list[queries.NeedProgress], list[Pledge]]:
    found = queries.event(session, event_id, scope=scope)
    needs = list(queries.needs_of(session, event_id))
    return found, needs, list(queries.pledges_of(session, event_id, scope=scope))


def _post_need(session: Session, event_id: UUID, entered: Mapping[str, Any], scope: Scope) -> None:
    asked = dict(entered)
    if asked["due_at"] is not None:
        zone = queries.event(session, event_id, scope=scope).timezone
        asked["due_at"] = asked["due_at"].replace(tzinfo=ZoneInfo(zone))
    operations.post_need(session, operations.Request(event_id=event_id, **asked), scope=scope, now=now())
