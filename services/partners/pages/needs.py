"""What an event needs of partners, at the desk: asking for it, changing it, and inviting units to it."""

from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from services.partners import operations, queries, schemas, wanted, words
from services.partners.asking import in_zone, present_scope
from services.partners.models import Kind, Pledge
from services.partners.pages.desk import desk, event_page
from services.partners.scope import Scope
from shared.errors import Conflict, DomainError
from shared.texts import text as _
from shared.web import forms, qr
from shared.web.current import config, database, now
from shared.web.forms import Form
from shared.web.i18n import tell

LINK: Final = "invitation"
"""Where the session keeps the link of an invitation until it has been shown."""


@desk.get("/events/<uuid:event_id>/needs/new")
def new_need(event_id: UUID) -> ResponseReturnValue:
    """Show the form for a new need."""
    return _need_form(event_id, Form(None, {"kind": Kind.PEOPLE.value}))


@desk.post("/events/<uuid:event_id>/needs/new")
def post_need(event_id: UUID) -> ResponseReturnValue:
    """Ask the community's partners for something."""
    form = forms.load(schemas.NeedFormSchema(), request.form)
    if form.data is not None:
        try:
            database.write(_post_need, event_id, form.data, present_scope())
        except DomainError as error:
            form.refuse(error)
        else:
            tell(_("The need has been posted. Units see it on their pages."))
            return redirect(url_for(".event", event_id=event_id), 303)
    return _need_form(event_id, form), 422


@desk.post("/events/<uuid:event_id>/needs/take-over")
def take_over(event_id: UUID) -> ResponseReturnValue:
    """Ask for what was chosen of the event's own list."""
    form = forms.load(schemas.TakeOverSchema(), request.form)
    if form.data is not None:
        try:
            made, left_out = database.write(
                operations.take_over_supplies, event_id, form.data["supplies"], scope=present_scope(), now=now()
            )
        except DomainError as error:
            form.refuse(error)
        else:
            if made or not left_out:
                tell(_("Needs posted from the event's list: %(n)s", n=len(made)))
            if left_out:
                names = ", ".join(supply.name for supply in left_out)
                tell(_("Left out: %(names)s. Money is not collected here.", names=names), "warning")
            return redirect(url_for(".event", event_id=event_id), 303)
    return event_page(event_id, form), 422


@desk.get("/needs/<uuid:need_id>")
def need(need_id: UUID) -> ResponseReturnValue:
    """Show a need: how far it is, who was asked, who has pledged, and the link of an invitation the first time."""
    return _page(need_id, Form(None, {}))


@desk.post("/needs/<uuid:need_id>/change")
def change_need(need_id: UUID) -> ResponseReturnValue:
    """Ask for more or less, in other words, or by another time."""
    form = forms.load(schemas.NeedChangeSchema(), request.form)
    if form.data is not None:
        try:
            database.write(_change_need, need_id, form.data, present_scope())
        except DomainError as error:
            form.refuse(error)
        else:
            tell(_("The need has been changed."))
            return redirect(url_for(".need", need_id=need_id), 303)
    return _page(need_id, form), 422


@desk.post("/needs/<uuid:need_id>/invite")
def invite(need_id: UUID) -> ResponseReturnValue:
    """Ask the chosen units."""
    form = forms.load(schemas.InvitingSchema(), request.form)
    if form.data is not None:
        try:
            asked = database.write(_invite, need_id, form.data, present_scope())
        except DomainError as error:
            form.refuse(error)
        else:
            tell(_("Units asked: %(n)s. Each of their contacts gets a letter with a link.", n=asked))
            return redirect(url_for(".need", need_id=need_id), 303)
    return _page(need_id, form), 422


@desk.post("/needs/<uuid:need_id>/invitations/<uuid:invitation_id>/<any('resend', 'revoke', 'decline'):step>")
def step_invitation(need_id: UUID, invitation_id: UUID, step: str) -> ResponseReturnValue:
    """Send an invitation again, take it back, or note that the unit said no by telephone."""
    operation, told = STEPS[step]
    try:
        operation(invitation_id)
    except Conflict as refused:
        tell(refused.detail, "error")
    else:
        tell(told)
    return redirect(url_for(".need", need_id=need_id), 303)


@desk.post("/needs/<uuid:need_id>/invitations/<uuid:invitation_id>/link")
def hand_out_link(need_id: UUID, invitation_id: UUID) -> ResponseReturnValue:
    """Make a link to pass on by hand, and show it once."""
    try:
        access = database.write(operations.hand_out_link, invitation_id, scope=present_scope(), now=now())
    except Conflict as refused:
        tell(refused.detail, "error")
    else:
        session[LINK] = str(need_id), access.unit.name, access.path
    return redirect(url_for(".need", need_id=need_id), 303)


def _resend(invitation_id: UUID) -> None:
    form = forms.load(schemas.ResendSchema(), request.form)
    seen = form.data["seen"] if form.data is not None else -1
    database.write(operations.resend_invitation, invitation_id, seen, scope=present_scope(), now=now())


def _revoke(invitation_id: UUID) -> None:
    database.write(operations.revoke_invitation, invitation_id, scope=present_scope(), now=now())


def _decline(invitation_id: UUID) -> None:
    database.write(operations.decline_invitation, invitation_id, scope=present_scope(), now=now())


STEPS: Final[Mapping[str, tuple[Callable[[UUID], None], str]]] = {
    "resend": (_resend, _("The invitation has been sent again.")),
    "revoke": (_revoke, _("The invitation has been taken back. Its links no longer work.")),
    "decline": (_decline, _("Noted: the unit cannot help this time.")),
}


def _post_need(session: Session, event_id: UUID, entered: Mapping[str, Any], scope: Scope) -> None:
    event = queries.event(session, event_id, scope=scope)
    asked = {**entered, "due_at": in_zone(entered["due_at"], event.timezone)}
    operations.post_need(session, operations.Request(event_id=event_id, **asked), scope=scope, now=now())


def _change_need(session: Session, need_id: UUID, entered: Mapping[str, Any], scope: Scope) -> None:
    zone = wanted.need(session, need_id, scope=scope).need.event.timezone
    change = operations.Change(**{**entered, "due_at": in_zone(entered["due_at"], zone)})
    operations.change_need(session, need_id, change, scope=scope, now=now())


def _invite(session: Session, need_id: UUID, entered: Mapping[str, Any], scope: Scope) -> int:
    zone = wanted.need(session, need_id, scope=scope).need.event.timezone
    expires_at = in_zone(entered["expires_at"], zone)
    return operations.invite_units(session, need_id, entered["units"], expires_at=expires_at, scope=scope, now=now())


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


def _page(need_id: UUID, sent: Form) -> str:
    shown = database.read(_shown, need_id, present_scope())
    asked, event = shown["progress"].need, shown["progress"].need.event
    for_need, unit_name, path = session.pop(LINK, ("", "", ""))
    link = f"{config.origin}{path}" if for_need == str(need_id) else None
    local = asked.due_at.astimezone(ZoneInfo(event.timezone)).strftime("%Y-%m-%dT%H:%M") if asked.due_at else ""
    values = {"quantity": asked.quantity, "unit": asked.unit, "description": asked.description, "due_at": local}
    return render_template(
        "partners/need.html",
        **shown,
        event=event,
        open=event.is_open(now()),
        states={one.invitation.id: words.INVITATIONS[one.invitation.state(now())] for one in shown["asked"]},
        link=link,
        link_of=unit_name,
        code=qr.svg(link) if link is not None else None,
        values=values | sent.values,
        errors=sent.errors,
        words=words,
    )


def _shown(session: Session, need_id: UUID, scope: Scope) -> Mapping[str, Any]:
    """Return all that a need's page shows."""
    pledged = queries.pledges(scope=scope).where(Pledge.need_id == need_id)
    return {
        "progress": wanted.need(session, need_id, scope=scope),
        "asked": wanted.asked_for(session, need_id, scope=scope),
        "units": wanted.not_asked(session, need_id, scope=scope),
        "pledges": session.scalars(pledged.order_by(Pledge.created_at)).all(),
    }
