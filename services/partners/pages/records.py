"""What a unit has contributed, to print for its own report, and the letter of thanks: for the unit and at the desk."""

from typing import Any
from uuid import UUID

from flask import render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from services.partners import queries, record, words
from services.partners.asking import present_scope
from services.partners.models import Event, Pledge, WorkUnit
from services.partners.pages.desk import desk
from services.partners.pages.unit import unit
from services.partners.scope import Scope
from shared.web.current import database, now


@unit.get("/record")
def own_record() -> ResponseReturnValue:
    """Show what the unit has contributed."""
    return _record(None, "/partners/unit")


@unit.get("/events/<uuid:event_id>/letter")
def own_letter(event_id: UUID) -> ResponseReturnValue:
    """Show the letter of thanks for an event."""
    return _letter(event_id, None, "/partners/unit/record")


@desk.get("/units/<uuid:work_unit_id>/record")
def unit_record(work_unit_id: UUID) -> ResponseReturnValue:
    """Show what a unit has contributed."""
    return _record(work_unit_id, f"/partners/desk/units/{work_unit_id}")


@desk.get("/units/<uuid:work_unit_id>/letters/<uuid:event_id>")
def unit_letter(work_unit_id: UUID, event_id: UUID) -> ResponseReturnValue:
    """Show the letter of thanks to a unit for an event."""
    return _letter(event_id, work_unit_id, f"/partners/desk/units/{work_unit_id}/record")


def _record(work_unit_id: UUID | None, home: str) -> str:
    year = request.args.get("year", type=int)
    found = database.read(_found, work_unit_id, year, present_scope())
    return render_template(
        "partners/record.html",
        record=found,
        year=year,
        given=record.given,
        home=home,
        letter=f"{home}/letters/" if work_unit_id is not None else None,
        today=now(),
        words=words,
    )


def _letter(event_id: UUID, work_unit_id: UUID | None, back: str) -> str:
    found, event, pledges = database.read(_thanks, event_id, work_unit_id, present_scope())
    return render_template(
        "partners/letter.html",
        unit=found,
        event=event,
        pledges=pledges,
        given=record.given,
        back_to=back,
        today=now(),
        words=words,
    )


def _found(session: Session, work_unit_id: UUID | None, year: int | None, scope: Scope) -> record.Record:
    return record.of_unit(session, _unit(session, work_unit_id, scope), year=year, now=now())


def _thanks(session: Session, event_id: UUID, work_unit_id: UUID | None, scope: Scope) -> tuple[WorkUnit, Event, Any]:
    found = _unit(session, work_unit_id, scope)
    event = queries.event(session, event_id, scope=scope)
    pledges: list[Pledge] = list(record.for_event(session, found, event_id, now=now()))
    return found, event, pledges


def _unit(session: Session, work_unit_id: UUID | None, scope: Scope) -> WorkUnit:
    """Return the unit that the desk names, else the contact's own."""
    if work_unit_id is None:
        return queries.own_unit(session, scope=scope)
    return queries.work_unit(session, work_unit_id, scope=scope)
