"""What a unit has contributed, for its own report, and the letter of thanks: for the unit and at the desk.

Both are pages and papers; each paper's address is that of its page with ``.pdf`` behind it.
"""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from services.partners import queries, record, thanks, words
from services.partners.asking import present_scope
from services.partners.models import Event, Pledge, WorkUnit
from services.partners.pages.desk import desk
from services.partners.pages.unit import unit
from services.partners.scope import Scope
from shared.web import limits
from shared.web.current import database, now
from shared.web.security import personal

PAPERS: Final = "30 per minute"
"""Drawing one takes about half a second of work."""


@unit.get("/record")
def own_record() -> ResponseReturnValue:
    """Show what the unit has contributed."""
    return _record(None, "/partners/unit")


@unit.get("/events/<uuid:event_id>/letter")
def own_letter(event_id: UUID) -> ResponseReturnValue:
    """Show the letter of thanks for an event."""
    return _letter(event_id, None, "/partners/unit/record")


@unit.get("/record.pdf")
@limits.limit(PAPERS)
def own_record_paper() -> ResponseReturnValue:
    """Download what the unit has contributed."""
    return _record_paper(None)


@unit.get("/events/<uuid:event_id>/letter.pdf")
@limits.limit(PAPERS)
def own_letter_paper(event_id: UUID) -> ResponseReturnValue:
    """Download the letter of thanks for an event."""
    return _letter_paper(event_id, None)


@desk.get("/units/<uuid:work_unit_id>/record")
def unit_record(work_unit_id: UUID) -> ResponseReturnValue:
    """Show what a unit has contributed."""
    return _record(work_unit_id, f"/partners/desk/units/{work_unit_id}")


@desk.get("/units/<uuid:work_unit_id>/letters/<uuid:event_id>")
def unit_letter(work_unit_id: UUID, event_id: UUID) -> ResponseReturnValue:
    """Show the letter of thanks to a unit for an event."""
    return _letter(event_id, work_unit_id, f"/partners/desk/units/{work_unit_id}/record")


@desk.get("/units/<uuid:work_unit_id>/record.pdf")
@limits.limit(PAPERS)
def unit_record_paper(work_unit_id: UUID) -> ResponseReturnValue:
    """Download what a unit has contributed."""
    return _record_paper(work_unit_id)


@desk.get("/units/<uuid:work_unit_id>/letters/<uuid:event_id>.pdf")
@limits.limit(PAPERS)
def unit_letter_paper(work_unit_id: UUID, event_id: UUID) -> ResponseReturnValue:
    """Download the letter of thanks to a unit for an event, to be stamped."""
    return _letter_paper(event_id, work_unit_id)


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
        paragraphs=thanks.paragraphs(event, pledges),
        paper=f"{request.path}.pdf",
        back_to=back,
        today=now(),
    )


def _record_paper(work_unit_id: UUID | None) -> Response:
    from services.partners.papers.record import draw  # noqa: PLC0415  # what draws papers takes long to import

    year = request.args.get("year", type=int)
    return _file(draw(database.read(_found, work_unit_id, year, present_scope()), year, now()), "record.pdf")


def _letter_paper(event_id: UUID, work_unit_id: UUID | None) -> Response:
    from services.partners.papers.letter import draw  # noqa: PLC0415  # as above

    return _file(draw(*database.read(_thanks, event_id, work_unit_id, present_scope()), now()), "letter.pdf")


def _file(content: bytes, name: str) -> Response:
    answer = Response(content, content_type="application/pdf")
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return personal(answer)


def _found(session: Session, work_unit_id: UUID | None, year: int | None, scope: Scope) -> record.Record:
    return record.of_unit(session, _unit(session, work_unit_id, scope), year=year, now=now())


def _thanks(
    session: Session, event_id: UUID, work_unit_id: UUID | None, scope: Scope
) -> tuple[WorkUnit, Event, Sequence[Pledge]]:
    found = _unit(session, work_unit_id, scope)
    event = queries.event(session, event_id, scope=scope)
    return found, event, record.for_event(session, found, event_id, now=now())


def _unit(session: Session, work_unit_id: UUID | None, scope: Scope) -> WorkUnit:
    """Return the unit that the desk names, else the contact's own."""
    if work_unit_id is None:
        return queries.own_unit(session, scope=scope)
    return queries.work_unit(session, work_unit_id, scope=scope)
