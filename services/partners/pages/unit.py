"""A unit's own pages, for its contact: what it has pledged, and what it could."""

from uuid import UUID

from flask import Blueprint, redirect, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from services.partners import queries, words
from services.partners.asking import present_scope
from services.partners.models import Event, Kind
from services.partners.pages import pledges
from services.partners.scope import Scope
from shared.web.current import database, now

unit = Blueprint("unit", __name__, url_prefix="/partners/unit")
pledges.add_to(unit)


@unit.before_request
def send_organizers_to_the_desk() -> ResponseReturnValue | None:
    """Organizers have no unit of their own."""
    return redirect("/partners/desk", 303) if present_scope().contact_id is None else None


@unit.get("")
def overview() -> ResponseReturnValue:
    """Show what the unit has pledged, and the events that could use its help."""
    scope, moment = present_scope(), now()
    ahead, past = database.read(queries.unit_pledges, scope=scope, now=moment)
    return render_template(
        "partners/unit.html",
        unit=database.read(queries.own_unit, scope=scope),
        ahead=ahead,
        past=past,
        events=database.read(queries.upcoming, community=scope.community, now=moment),
        words=words,
    )


@unit.get("/events/<uuid:event_id>")
def event(event_id: UUID) -> ResponseReturnValue:
    """Show what an event needs, and what else a unit can offer it."""
    found, needs = database.read(_event, event_id, present_scope())
    return render_template(
        "partners/event.html",
        event=found,
        needs=needs,
        shifts=[shift for shift in found.shifts if shift.listed and shift.starts_at > now()],
        open=found.status == "published" and found.ends_at > now(),
        kinds=[(kind.value, words.KINDS[kind]) for kind in Kind if kind is not Kind.PEOPLE],
        words=words,
    )


def _event(session: Session, event_id: UUID, scope: Scope) -> tuple[Event, list[queries.NeedProgress]]:
    found = queries.event(session, event_id, scope=scope)
    return found, [need for need in queries.needs_of(session, event_id) if need.open]
