"""Pages for taking a whole directory of work units over from a sheet."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from services.partners import words
from services.partners.operations.importing import UNITS
from services.partners.pages.desk import desk
from shared.errors import Invalid
from shared.imports import Upload
from shared.texts import text as _
from shared.web import uploads
from shared.web.i18n import translate

OUTCOME: Final = {
    "added": _("New units"),
    "contact": _("Got one more contact"),
    "filled": _("Gaps filled in"),
    "already": _("Were there already"),
}


@desk.get("/units/import")
def import_units() -> ResponseReturnValue:
    """Ask for the list."""
    return _start({}, {})


@desk.post("/units/import")
def upload_units() -> ResponseReturnValue:
    """Check the list and lead to what was found; nothing is written yet."""
    try:
        upload = uploads.take_in(UNITS, uploads.owner(), bare=True)
    except Invalid as error:
        return _start(request.form, translate(error.errors)), 422
    return redirect(url_for("desk.uploaded_units", upload_id=upload.id), 303)


@desk.get("/units/import/template.xlsx")
def units_template() -> ResponseReturnValue:
    """Download an empty list to fill in, with a row that shows how."""
    name, kind, contact, offers = translate(
        [_("Example: Sunrise Primary School"), words.UNIT_KINDS["school"], _("Teacher Li"), _("Volunteers, a hall")]
    )
    example = [name, kind, contact, "13900139000", "", "", offers]
    kinds = ", ".join(translate(list(words.UNIT_KINDS.values())))
    notes = (
        _("Fill in one row for each unit. Columns with * are needed; their order does not matter."),
        _("Kinds of units: %(kinds)s", kinds=kinds),
        _("A second row with the same unit brings one more contact of it."),
        _("What is in the directory already is never overwritten; only gaps are filled in."),
        _("Rows that begin with “Example:” are not read. At most 2,000 rows at once, in a file of up to 1 MB."),
    )
    return uploads.template(UNITS, [example], notes)


def _frame(upload: Upload) -> Mapping[str, Any]:
    return {
        "again": url_for("desk.import_units"),
        "outcome": OUTCOME,
        "title": _("Import units"),
        "lead": _("Nobody is told anything by this, and no links are sent."),
        "crumbs": _crumbs(),
        "confirm": _("Take over %(n)s rows", n=upload.total),
        "next": (_("To the directory"), url_for("desk.overview")),
    }


uploads.add_to(desk, "/units/import", "units", lambda: UNITS, _frame)


def _start(values: Mapping[str, Any], errors: Mapping[str, Any]) -> str:
    return render_template("partners/import.html", crumbs=_crumbs(), values=values, errors=errors)


def _crumbs() -> Sequence[tuple[str, str | None]]:
    return [(_("Partner units"), url_for("desk.overview")), (_("Import units"), None)]
