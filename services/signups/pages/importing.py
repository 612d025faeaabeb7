"""Pages for putting a whole list of people on the shifts of an event."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from services.signups import queries
from services.signups.models import Event
from services.signups.operations.importing import people
from services.signups.pages.desk import desk
from shared.errors import Invalid
from shared.imports import Importer, Owner, Upload
from shared.texts import text as _
from shared.web import uploads
from shared.web.auth import organizer
from shared.web.current import config, database
from shared.web.i18n import translate

AGREED: Final = {"consent": "√"}
"""What every row says once the organizer has ticked that all people of the list have agreed."""
OUTCOME: Final = {
    "confirmed": _("Got a place"),
    "waitlisted": _("On the waitlist"),
    "received": _("Were there already"),
}
NOTES: Final = (
    _("Fill in one row for each person and shift. Columns with * are needed; their order does not matter."),
    _("Write the shift as the event calls it. Where two shifts have one name, write in “Start” when it begins."),
    _("Write “yes” in “Has agreed” only once the person has agreed that the office signs them up."),
    _("Rows that begin with “Example:” are not read. At most 2,000 rows at once, in a file of up to 1 MB."),
)


@desk.get("/events/<uuid:event_id>/import")
def import_people(event_id: UUID) -> ResponseReturnValue:
    """Ask for the list."""
    return _start(_event(event_id), {}, {})


@desk.post("/events/<uuid:event_id>/import")
def upload_people(event_id: UUID) -> ResponseReturnValue:
    """Check the list and lead to what was found; nobody is signed up yet."""
    event = _event(event_id)
    given = AGREED if "agreed" in request.form else {}
    try:
        upload = uploads.take_in(_importer(), uploads.owner(event_id), given, bare=True)
    except Invalid as error:
        return _start(event, request.form, translate(error.errors)), 422
    return redirect(url_for("desk.uploaded_people", event_id=event_id, upload_id=upload.id), 303)


@desk.get("/events/<uuid:event_id>/import/template.xlsx")
def people_template(event_id: UUID) -> ResponseReturnValue:
    """Download an empty list to fill in, with a row that shows how."""
    shifts = database.read(queries.shifts, _event(event_id).id)
    role = shifts[0].shift.role if shifts else ""
    example = translate([_("Example: Zhao Min"), "13900139000", role, "14:00", "", "1990-05-01", _("yes")])
    return uploads.template(_importer(), [example], NOTES)


def _event(event_id: UUID) -> Event:
    return database.read(queries.event, event_id, community=organizer().community)


def _importer() -> Importer:
    return people(config.secret_key)


def _owner(event_id: UUID) -> Owner:
    return uploads.owner(_event(event_id).id)


def _frame(upload: Upload, event_id: UUID) -> Mapping[str, Any]:
    event = _event(event_id)
    return {
        "again": url_for("desk.import_people", event_id=event_id),
        "outcome": OUTCOME,
        "title": _("Import people"),
        "lead": event.title,
        "crumbs": _crumbs(event),
        "confirm": _("Sign up %(n)s rows", n=upload.total),
        "next": (_("To the roster"), url_for("desk.roster", event_id=event_id)),
    }


uploads.add_to(desk, "/events/<uuid:event_id>/import", "people", _importer, _frame, _owner)


def _start(event: Event, values: Mapping[str, Any], errors: Mapping[str, Any]) -> str:
    shifts = database.read(queries.shifts, event.id)
    return render_template(
        "signups/import.html",
        event=event,
        roles=list(dict.fromkeys(one.shift.role for one in shifts)),
        crumbs=_crumbs(event),
        values=values,
        errors=errors,
    )


def _crumbs(event: Event) -> Sequence[tuple[str, str | None]]:
    return [
        (_("Desk"), "/events/desk"),
        (event.title, f"/events/desk/{event.id}"),
        (_("Roster"), url_for("desk.roster", event_id=event.id)),
        (_("Import people"), None),
    ]
