"""An event's supplies at the desk: the ledger, who brings what when, handing over and giving back on a phone."""

from uuid import UUID

from flask import render_template
from flask.typing import ResponseReturnValue

from services.partners import ledger, queries, words
from services.partners.asking import present_scope
from services.partners.models import Entry
from services.partners.pages.desk import desk
from shared.web.current import database


@desk.get("/events/<uuid:event_id>/supplies")
def supplies(event_id: UUID) -> ResponseReturnValue:
    """Show what was needed, promised, brought and given back, and who brings what when."""
    scope = present_scope()
    return render_template(
        "partners/supplies.html",
        event=database.read(queries.event, event_id, scope=scope),
        lines=database.read(ledger.lines, event_id, scope=scope),
        bringing=database.read(ledger.bringing, event_id, scope=scope),
        entry=Entry,
        words=words,
    )


@desk.get("/events/<uuid:event_id>/supplies/list")
def supplies_list(event_id: UUID) -> ResponseReturnValue:
    """Show who brings what when, to print on A4."""
    scope = present_scope()
    return render_template(
        "partners/supplies_list.html",
        event=database.read(queries.event, event_id, scope=scope),
        bringing=database.read(ledger.bringing, event_id, scope=scope),
        words=words,
    )
