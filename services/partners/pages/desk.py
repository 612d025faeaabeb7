"""The organizers' desk: work units with their contacts, and what an event needs and gets of them."""

from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from services.partners import operations, queries, schemas, words
from services.partners.asking import present_scope
from services.partners.models import Event, Kind, Pledge, WorkUnit
from services.partners.pages import pledges
from services.partners.scope import Scope
from shared import catalogues
from shared.errors import DomainError
from shared.texts import Text
from shared.texts import text as _
from shared.web import forms, qr
from shared.web.current import config, database, now
from shared.web.forms import Form
from shared.web.i18n import tell

ACCESS: Final = "access"
"""Where the session keeps an access link until it has been shown."""
SWITCHES: Final[Mapping[str, tuple[Callable[..., WorkUnit], Text]]] = {
    "close": (operations.close_work_unit, _("The unit has been closed. Nobody can pledge for it now.")),
    "reopen": (operations.reopen_work_unit, _("The unit is open again.")),
}

desk = Blueprint("desk", __name__, url_prefix="/partners/desk")
pledges.add_to(desk)


@desk.get("")
def overview() -> ResponseReturnValue:
    """Show the community's units, and the events that they can help with."""
    scope = present_scope()
    return render_template(
        "partners/desk.html",
        units=database.read(queries.unit_overviews, scope=scope),
        events=database.read(queries.upcoming, community=scope.community, now=now()),
        words=words,
    )


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
    """Show a unit with its contact and its pledges, and a new access link the first time."""
    found, pledged = database.read(_unit, work_unit_id, present_scope())
    fresh = session.pop(ACCESS, None)
    link = None
    if fresh is not None and fresh["work_unit_id"] == str(work_unit_id):
        link = f"{config.origin}{fresh['path']}"
    return render_template(
        "partners/work_unit.html",
        unit=found,
        pledges=pledged,
        link=link,
        code=qr.svg(link) if link is not None else None,
        words=words,
    )


@desk.post("/units/<uuid:work_unit_id>/access-link")
def renew_access(work_unit_id: UUID) -> ResponseReturnValue:
    """Make a new access link and show it once."""
    return _show_access(database.write(operations.renew_access, work_unit_id, scope=present_scope()))


@desk.get("/units/<uuid:work_unit_id>/contact")
def new_contact(work_unit_id: UUID) -> ResponseReturnValue:
    """Show the form for somebody else to speak for the unit."""
    return _contact_form(work_unit_id, Form(None, {}))


@desk.post("/units/<uuid:work_unit_id>/contact")
def replace_contact(work_unit_id: UUID) -> ResponseReturnValue:
    """Let somebody else speak for the unit, and show their access link once."""
    form = forms.load(schemas.ContactSchema(), request.form)
    if form.data is None:
        return _contact_form(work_unit_id, form), 422
    access = database.write(operations.replace_contact, work_unit_id, form.data, scope=present_scope(), now=now())
    return _show_access(access)


@desk.post("/units/<uuid:work_unit_id>/<any('close', 'reopen'):switch>")
def switch_unit(work_unit_id: UUID, switch: str) -> ResponseReturnValue:
    """Stop working with a unit, or begin again."""
    operation, told = SWITCHES[switch]
    database.write(operation, work_unit_id, scope=present_scope())
    tell(told)
    return redirect(url_for(".unit", work_unit_id=work_unit_id), 303)


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


def _show_access(access: operations.Access) -> ResponseReturnValue:
    session[ACCESS] = {"work_unit_id": str(access.unit.id), "path": access.path}
    return redirect(url_for(".unit", work_unit_id=access.unit.id), 303)


def _unit_form(sent: Form) -> str:
    return render_template(
        "partners/work_unit_form.html",
        kinds=list(words.UNIT_KINDS.items()),
        languages_of_letters=_languages(),
        values=sent.values,
        errors=sent.errors,
    )


def _contact_form(work_unit_id: UUID, sent: Form) -> str:
    return render_template(
        "partners/contact_form.html",
        unit=database.read(queries.work_unit, work_unit_id, scope=present_scope()),
        languages_of_letters=_languages(),
        values=sent.values,
        errors=sent.errors,
    )


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


def _languages() -> list[tuple[str, str]]:
    return [(tag, language.name) for tag, language in catalogues.languages("partners").items()]


def _unit(session: Session, work_unit_id: UUID, scope: Scope) -> tuple[WorkUnit, list[Pledge]]:
    found = queries.work_unit(session, work_unit_id, scope=scope)
    pledged = queries.pledges(scope=scope).where(WorkUnit.id == work_unit_id)
    return found, list(session.scalars(pledged.order_by(Pledge.created_at.desc(), Pledge.id)))


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
