"""Pages for making a year's plan out of a workbook: events and their shifts, as drafts."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from services.events.operations.importing import plan
from services.events.pages.board import desk
from shared.errors import Invalid
from shared.imports import Importer, Upload
from shared.texts import text as _
from shared.web import uploads
from shared.web.current import config
from shared.web.i18n import translate

OUTCOME: Final = {"events": _("Drafts"), "shifts": _("Shifts")}
NOTES: Final = (
    _("Sheet “Events”: one row for each event. Columns with * are needed; the order of the columns does not matter."),
    _("Sheet “Shifts”: one row for each shift, with the number or the name of its event. It may be left out."),
    _("A template, by its name, fills in what you leave empty. Shifts of the sheet take the place of the template's."),
    _("Write dates like 2027-06-09 and times like 14:00, by the clock of the office."),
    _("Every event becomes a draft. Nobody sees it until you publish it."),
    _("Rows that begin with “Example:” are not read. At most 2,000 rows at once, in a file of up to 1 MB."),
)
EXAMPLES: Final = (
    (
        _("Example: 1"),
        _("Dragon Boat by the river"),
        _("Dragon Boat Afternoon"),
        "2027-06-09",
        "14:00",
        "17:00",
        _("Community square"),
        _("In front of the service centre"),
        "",
        "",
        "",
        "",
        "",
        200,
    ),
    (_("Example: 1"), _("Guide"), "", "13:30", "17:00", 4, 2, 16, "", _("yes"), _("Shows people the way")),
)


@desk.get("/import")
def import_events() -> ResponseReturnValue:
    """Ask for the workbook."""
    return _start({})


@desk.post("/import")
def upload_events() -> ResponseReturnValue:
    """Check the workbook and lead to what was found; no event is made yet."""
    try:
        upload = uploads.take_in(_importer(), uploads.owner())
    except Invalid as error:
        return _start(translate(error.errors)), 422
    return redirect(url_for("desk.uploaded_events", upload_id=upload.id), 303)


@desk.get("/import/template.xlsx")
def events_template() -> ResponseReturnValue:
    """Download an empty workbook to fill in, with rows that show how."""
    return uploads.template(_importer(), [translate(example) for example in EXAMPLES], NOTES)


def _importer() -> Importer:
    return plan(config.timezone)


def _frame(_upload: Upload) -> Mapping[str, Any]:
    return {
        "again": url_for("desk.import_events"),
        "outcome": OUTCOME,
        "title": _("Import events"),
        "lead": None,
        "crumbs": _crumbs(),
        "confirm": _("Make the drafts"),
        "next": (_("To the drafts"), url_for("desk.board", tab="drafts")),
    }


uploads.add_to(desk, "/import", "events", _importer, _frame)


def _start(errors: Mapping[str, Any]) -> str:
    return render_template("events/import.html", crumbs=_crumbs(), errors=errors)


def _crumbs() -> Sequence[tuple[str, str | None]]:
    return [(_("Desk"), url_for("desk.board")), (_("Import events"), None)]
