"""The organizers' desk: the directory at a glance, and what an event needs and gets of its units."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from services.partners import directory, queries, wanted, words
from services.partners.asking import present_scope
from services.partners.models import Kind
from services.partners.pages import pledges
from services.partners.scope import Scope
from shared.web import contact_views
from shared.web.current import database, now
from shared.web.forms import Form

PAGE: Final = 50
"""Units on one page."""
MAX_SOUGHT: Final = 100
"""Characters of what is looked for."""

desk = Blueprint("desk", __name__, url_prefix="/partners/desk")
pledges.add_to(desk)
contact_views.watch(desk)


@desk.get("")
def overview() -> ResponseReturnValue:
    """Show the events that units can help with, and the directory of units, or those of it that are looked for."""
    scope = present_scope()
    kind = request.args.get("kind", "")
    search = directory.Search(
        words=request.args.get("q", "")[:MAX_SOUGHT].strip(), kind=kind if kind in words.UNIT_KINDS else ""
    )
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
        missing=database.read(wanted.missing, scope=scope, now=now()),
        words=words,
    )


@desk.get("/events/<uuid:event_id>")
def event(event_id: UUID) -> ResponseReturnValue:
    """Show what an event asks of partners, and what it gets."""
    return event_page(event_id, Form(None, {}))


def event_page(event_id: UUID, sent: Form) -> str:
    """Return the page of an event, with what was wrong with a form that stands on it."""
    shown = database.read(_event, event_id, present_scope())
    found = shown["event"]
    return render_template(
        "partners/desk_event.html",
        **shown,
        values=sent.values,
        errors=sent.errors,
        supplies_pledged=any(one.kind is Kind.SUPPLIES for one in shown["pledges"]),
        open=found.is_open(now()),
        kinds=[(kind.value, words.KINDS[kind]) for kind in Kind],
        words=words,
    )


def _event(session: Session, event_id: UUID, scope: Scope) -> Mapping[str, Any]:
    """Return all that is shown of what an event asks and gets."""
    return {
        "event": queries.event(session, event_id, scope=scope),
        "needs": queries.needs_of(session, event_id),
        "supplies": wanted.supplies_to_ask(session, event_id),
        "pledges": queries.pledges_of(session, event_id, scope=scope),
    }
