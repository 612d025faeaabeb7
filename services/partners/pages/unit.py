"""A unit's own pages, for its contact: what it has pledged, and what it could."""

from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from services.partners import feeds, isolation, operations, queries, record, schemas, wanted, words
from services.partners.asking import present_scope
from services.partners.links import feed_token
from services.partners.models import Event, Kind
from services.partners.pages import pledges
from services.partners.scope import Scope
from shared.errors import Conflict
from shared.texts import text as _
from shared.web import forms
from shared.web.current import config, database, now
from shared.web.forms import Form
from shared.web.i18n import tell

unit = Blueprint("unit", __name__, url_prefix="/partners/unit")
pledges.add_to(unit)
isolation.watch(unit)


@unit.before_request
def send_organizers_to_the_desk() -> ResponseReturnValue | None:
    """Organizers have no unit of their own."""
    return redirect("/partners/desk", 303) if present_scope().contact_id is None else None


@unit.get("")
def overview() -> ResponseReturnValue:
    """Show what the unit has pledged, and the events that could use its help."""
    scope, moment = present_scope(), now()
    ahead, past = database.read(queries.unit_pledges, scope=scope, now=moment)
    unit = database.read(queries.own_unit, scope=scope)
    return render_template(
        "partners/unit.html",
        unit=unit,
        calendar=_calendar(unit.id),
        invitations=database.read(wanted.own_invitations, scope=scope, now=moment),
        ahead=ahead,
        past=past,
        bringing=[one for one in ahead if one.kind is Kind.SUPPLIES],
        letters=database.read(record.letters_sent, scope=scope),
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
        open=found.is_open(now()),
        kinds=[(kind.value, words.KINDS[kind]) for kind in Kind if kind is not Kind.PEOPLE],
        words=words,
    )


@unit.get("/invitations/<uuid:invitation_id>")
def invitation(invitation_id: UUID) -> ResponseReturnValue:
    """Show what the unit is asked for."""
    return _invitation(invitation_id, Form(None, {}))


@unit.post("/invitations/<uuid:invitation_id>/decline")
def decline(invitation_id: UUID) -> ResponseReturnValue:
    """Answer that the unit cannot help."""
    form = forms.load(schemas.WithdrawSchema(), request.form)
    if form.data is not None:
        try:
            database.write(operations.decline_invitation, invitation_id, **form.data, scope=present_scope(), now=now())
        except Conflict as error:
            form.refuse(error)
        else:
            tell(_("Thank you for your answer."))
            return redirect(url_for(".invitation", invitation_id=invitation_id), 303)
    return _invitation(invitation_id, form), 422


def _invitation(invitation_id: UUID, sent: Form) -> str:
    scope = present_scope()
    asked = database.read(wanted.invitation, invitation_id, scope=scope)
    event = asked.invitation.need.event
    return render_template(
        "partners/invitation.html",
        invitation=asked.invitation,
        pledged=asked.pledged,
        progress=database.read(wanted.need, asked.invitation.need_id, scope=scope),
        is_open=event.is_open(now()),
        values=sent.values,
        errors=sent.errors,
        words=words,
    )


def _calendar(work_unit_id: UUID) -> str | None:
    """Return the address of the unit's calendar, if it has one."""
    feed = database.read(feeds.of_unit, work_unit_id)
    if feed is None:
        return None
    return f"{config.origin}/partners/feed/{feed_token(config.secret_key, feed.id)}.ics"


def _event(session: Session, event_id: UUID, scope: Scope) -> tuple[Event, list[queries.NeedProgress]]:
    found = queries.event(session, event_id, scope=scope)
    return found, [need for need in queries.needs_of(session, event_id) if need.open]
