"""The directory at the desk: a unit with those who speak for it, and what can be done about its entry."""

from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import UUID

from flask import redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from services.partners import contacts, directory, operations, queries, schemas, words
from services.partners.asking import present_scope
from services.partners.models import Pledge, WorkUnit
from services.partners.pages.desk import desk
from services.partners.scope import Scope
from shared import catalogues
from shared.errors import Conflict, DomainError, Invalid
from shared.texts import Text
from shared.texts import text as _
from shared.web import forms, qr
from shared.web.current import config, database, now
from shared.web.forms import Form
from shared.web.i18n import tell, translate

ACCESS: Final = "access"
"""Where the session keeps an access link until it has been shown."""
SWITCHES: Final[Mapping[str, tuple[Callable[..., WorkUnit], Text]]] = {
    "close": (operations.close_work_unit, _("The unit has been closed. Nobody can pledge for it now.")),
    "reopen": (operations.reopen_work_unit, _("The unit is open again.")),
}


@desk.get("/units/new")
def new_unit() -> ResponseReturnValue:
    """Show the form for a new unit."""
    return _unit_form(Form(None, {}))


@desk.post("/units/new")
def add_unit() -> ResponseReturnValue:
    """Add a unit, and show its contact's access link once."""
    form = forms.load(schemas.WorkUnitSchema(), request.form)
    if form.data is None:
        return _unit_form(form), 422
    access = database.write(operations.add_work_unit, **form.data, scope=present_scope(), now=now())
    return _show_access(access)


@desk.get("/units/<uuid:work_unit_id>")
def unit(work_unit_id: UUID) -> ResponseReturnValue:
    """Show a unit with its contacts, what it has given, and a new access link the first time."""
    shown = database.read(_unit, work_unit_id, present_scope())
    contact_id, path = session.pop(ACCESS, (None, None))
    receiver = next((one for one in shown["unit"].contacts if str(one.id) == contact_id), None)
    link = f"{config.origin}{path}" if receiver is not None else None
    return render_template(
        "partners/work_unit.html",
        **shown,
        link=link,
        receiver=receiver,
        code=qr.svg(link) if link is not None else None,
        contacts=contacts,
        words=words,
    )


@desk.get("/units/<uuid:work_unit_id>/edit")
def edit_unit(work_unit_id: UUID) -> ResponseReturnValue:
    """Show the form with what the directory says of the unit."""
    found = database.read(queries.work_unit, work_unit_id, scope=present_scope())
    values = {name: getattr(found, name) for name in ("name", "kind", "address", "offers")}
    return _unit_form(Form(None, values), found)


@desk.post("/units/<uuid:work_unit_id>/edit")
def change_unit(work_unit_id: UUID) -> ResponseReturnValue:
    """Write what the directory says of the unit."""
    form = forms.load(schemas.EntrySchema(), request.form)
    if form.data is None:
        return _unit_form(form, database.read(queries.work_unit, work_unit_id, scope=present_scope())), 422
    entry = operations.Entry(**form.data)
    database.write(operations.change_work_unit, work_unit_id, entry, scope=present_scope(), now=now())
    tell(_("The entry has been changed."))
    return redirect(url_for(".unit", work_unit_id=work_unit_id), 303)


@desk.get("/units/<uuid:work_unit_id>/contact")
def new_contact(work_unit_id: UUID) -> ResponseReturnValue:
    """Show the form for somebody else to be the unit's main contact."""
    return _contact_form(work_unit_id, Form(None, {}), operations.replace_contact)


@desk.post("/units/<uuid:work_unit_id>/contact")
def replace_contact(work_unit_id: UUID) -> ResponseReturnValue:
    """Let somebody else be the unit's main contact, and show their access link once."""
    return _take_contact(work_unit_id, operations.replace_contact)


@desk.get("/units/<uuid:work_unit_id>/contacts/new")
def another_contact(work_unit_id: UUID) -> ResponseReturnValue:
    """Show the form for one more contact."""
    return _contact_form(work_unit_id, Form(None, {}), operations.add_contact)


@desk.post("/units/<uuid:work_unit_id>/contacts/new")
def add_contact(work_unit_id: UUID) -> ResponseReturnValue:
    """Let one more person speak for the unit, and show their access link once."""
    return _take_contact(work_unit_id, operations.add_contact)


@desk.post("/units/<uuid:work_unit_id>/contacts/<uuid:contact_id>/access-link")
def renew_access(work_unit_id: UUID, contact_id: UUID) -> ResponseReturnValue:
    """Make a new access link for the contact and show it once."""
    scope = present_scope()
    access = database.write(operations.renew_access, work_unit_id, contact_id=contact_id, scope=scope, now=now())
    return _show_access(access)


@desk.post("/units/<uuid:work_unit_id>/contacts/<uuid:contact_id>/end")
def end_contact(work_unit_id: UUID, contact_id: UUID) -> ResponseReturnValue:
    """Let the contact speak for the unit no more."""
    try:
        database.write(operations.end_contact, work_unit_id, contact_id, scope=present_scope(), now=now())
    except Conflict as refused:
        tell(refused.detail, "error")
    else:
        tell(_("The contact has been taken out. Their links no longer work."))
    return redirect(url_for(".unit", work_unit_id=work_unit_id), 303)


@desk.post("/units/<uuid:work_unit_id>/<any('close', 'reopen'):switch>")
def switch_unit(work_unit_id: UUID, switch: str) -> ResponseReturnValue:
    """Stop working with a unit, or begin again."""
    operation, told = SWITCHES[switch]
    database.write(operation, work_unit_id, scope=present_scope(), now=now())
    tell(told)
    return redirect(url_for(".unit", work_unit_id=work_unit_id), 303)


@desk.get("/units/<uuid:work_unit_id>/merge")
def preview_merger(work_unit_id: UUID) -> ResponseReturnValue:
    """Ask which unit is a double of this one, and once it is chosen show what would move where."""
    return _merge_page(work_unit_id, Form(None, {"double_id": request.args.get("double_id", "")}))


@desk.post("/units/<uuid:work_unit_id>/merge")
def merge(work_unit_id: UUID) -> ResponseReturnValue:
    """Give this unit all that the double has."""
    form = forms.load(schemas.MergeSchema(), request.form)
    if form.data is not None:
        double_id = form.data["double_id"]
        try:
            database.write(operations.merge_units, work_unit_id, double_id, scope=present_scope(), now=now())
        except DomainError as error:
            form.refuse(error)
        else:
            tell(_("The two entries are one now."))
            return redirect(url_for(".unit", work_unit_id=work_unit_id), 303)
    return _merge_page(work_unit_id, form), 422


def _unit(session: Session, work_unit_id: UUID, scope: Scope) -> Mapping[str, Any]:
    """Return all that a unit's page shows of it."""
    found = queries.work_unit(session, work_unit_id, scope=scope)
    pledged = queries.pledges(scope=scope).where(WorkUnit.id == work_unit_id)
    return {
        "unit": found,
        "pledges": session.scalars(pledged.order_by(Pledge.created_at.desc(), Pledge.id)).all(),
        "given": directory.cooperation(session, work_unit_id),
        "history": directory.history(session, work_unit_id),
    }


def _show_access(access: operations.Access) -> ResponseReturnValue:
    session[ACCESS] = str(access.contact.id), access.path
    return redirect(url_for(".unit", work_unit_id=access.unit.id), 303)


def _unit_form(sent: Form, unit: WorkUnit | None = None) -> str:
    return render_template(
        "partners/work_unit_form.html",
        unit=unit,
        kinds=list(words.UNIT_KINDS.items()),
        languages_of_letters=_languages(),
        values=sent.values,
        errors=sent.errors,
    )


def _take_contact(work_unit_id: UUID, operation: Callable[..., operations.Access]) -> ResponseReturnValue:
    form = forms.load(schemas.ContactSchema(), request.form)
    if form.data is not None:
        try:
            return _show_access(database.write(operation, work_unit_id, form.data, scope=present_scope(), now=now()))
        except Invalid as error:
            form.refuse(error)
    return _contact_form(work_unit_id, form, operation), 422


def _contact_form(work_unit_id: UUID, sent: Form, operation: Callable[..., operations.Access]) -> str:
    return render_template(
        "partners/contact_form.html",
        unit=database.read(queries.work_unit, work_unit_id, scope=present_scope()),
        is_another=operation is operations.add_contact,
        languages_of_letters=_languages(),
        values=sent.values,
        errors=sent.errors,
    )


def _merge_page(work_unit_id: UUID, sent: Form) -> str:
    merger, errors = None, sent.errors
    found, others = database.read(_with_others, work_unit_id, present_scope())
    chosen = forms.load(schemas.MergeSchema(), request.values) if sent.values.get("double_id") else None
    if chosen is not None and chosen.data is not None and not errors:
        try:
            merger = database.read(
                operations.preview_merger, work_unit_id, chosen.data["double_id"], scope=present_scope()
            )
        except DomainError as error:
            errors = translate(error.errors)
    return render_template(
        "partners/merge.html",
        unit=found,
        others=[(one.id, f"{one.name} · {one.contact.name}") for one in others],
        merger=merger,
        values=sent.values,
        errors=errors,
    )


def _with_others(session: Session, work_unit_id: UUID, scope: Scope) -> tuple[WorkUnit, list[WorkUnit]]:
    found = queries.work_unit(session, work_unit_id, scope=scope)
    return found, list(directory.doubles(session, found, scope=scope))


def _languages() -> list[tuple[str, str]]:
    return [(tag, language.name) for tag, language in catalogues.languages("partners").items()]
