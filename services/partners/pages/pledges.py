"""Making a pledge and looking after it, on the units' own pages and at the desk alike."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import Schema
from sqlalchemy.orm import Session

from services.partners import operations, queries, schemas, words
from services.partners.asking import in_zone, present_scope
from services.partners.models import MOVES, Event, Kind, Need, Pledge, PledgeStatus, Shift
from services.partners.scope import Scope
from shared.errors import DomainError
from shared.texts import Text
from shared.texts import text as _
from shared.web import forms, qr
from shared.web.current import config, database, now
from shared.web.forms import Form
from shared.web.i18n import date_range, tell, translate


def add_to(blueprint: Blueprint) -> None:
    """Give a blueprint the pages of pledges."""
    for rule, view, methods in (
        ("/events/<uuid:event_id>/pledge", new, ["GET"]),
        ("/events/<uuid:event_id>/pledge", make, ["POST"]),
        ("/pledges/<uuid:pledge_id>", pledge, ["GET"]),
        ("/pledges/<uuid:pledge_id>/reduce", reduce, ["POST"]),
        ("/pledges/<uuid:pledge_id>/deliver", deliver, ["POST"]),
        ("/pledges/<uuid:pledge_id>/return", give_back, ["POST"]),
        ("/pledges/<uuid:pledge_id>/wait", wait, ["POST"]),
        ("/pledges/<uuid:pledge_id>/arrival", arrive, ["POST"]),
        ("/pledges/<uuid:pledge_id>/claim-link", renew_link, ["POST"]),
        ("/pledges/<uuid:pledge_id>/withdraw", ask_to_withdraw, ["GET"]),
        ("/pledges/<uuid:pledge_id>/withdraw", withdraw, ["POST"]),
    ):
        blueprint.add_url_rule(rule, view_func=view, methods=methods)


def new(event_id: UUID) -> ResponseReturnValue:
    """Show the form for what was chosen: ``?need=``, or ``?kind=`` with ``&shift=``."""
    chosen = {"need_id": "need", "kind": "kind", "shift_id": "shift"}
    values = {name: request.args.get(argument, "") for name, argument in chosen.items()}
    return _form(event_id, Form(None, values | {"key": str(uuid4()), "quantity": "1"}))


def make(event_id: UUID) -> ResponseReturnValue:
    """Write the pledge down, and go on to its page."""
    scope = present_scope()
    form = forms.load(_schema(scope), request.form)
    if form.data is not None:
        try:
            made = database.write(_make, event_id, form.data, scope)
        except DomainError as error:
            form.refuse(error)
        else:
            tell(_("Thank you! The pledge has been noted."))
            return redirect(url_for(".pledge", pledge_id=made.id), 303)
    return _form(event_id, form), 422


def pledge(pledge_id: UUID) -> ResponseReturnValue:
    """Show where a pledge stands, and what can be done about it."""
    return _page(pledge_id, Form(None, {}))


def reduce(pledge_id: UUID) -> ResponseReturnValue:
    """Promise less."""
    form = forms.load(schemas.ReduceSchema(), request.form)
    return _do(pledge_id, form, operations.reduce_pledge, _("The pledge has been reduced."), form.data)


def deliver(pledge_id: UUID) -> ResponseReturnValue:
    """Write down how much came."""
    form = forms.load(schemas.DeliveryFormSchema(), request.form)
    given = {"quantity": form.data["delivered"]} if form.data is not None else None
    return _do(pledge_id, form, operations.deliver_pledge, _("Noted. Thank you for the help!"), given, box="delivered")


def give_back(pledge_id: UUID) -> ResponseReturnValue:
    """Write down how much of what was lent has gone back."""
    form = forms.load(schemas.ReturnFormSchema(), request.form)
    given = {"quantity": form.data["returned"]} if form.data is not None else None
    return _do(pledge_id, form, operations.return_pledge, _("Noted what has gone back."), given, box="returned")


def wait(pledge_id: UUID) -> ResponseReturnValue:
    """Wait for the places that the unit did not get, or no more."""
    form = forms.load(schemas.WaitSchema(), request.form)
    told = _("Noted: places that become free will be kept for your unit.")
    if form.data is not None and not form.data["waits"]:
        told = _("Your unit waits no more for the other places.")
    return _do(pledge_id, form, operations.wait_for_rest, told, form.data)


def arrive(pledge_id: UUID) -> ResponseReturnValue:
    """Say when the unit brings what it promises."""
    form = forms.load(schemas.ArrivalFormSchema(), request.form)
    return _do(pledge_id, form, _schedule, _("The time has been noted."), form.data)


def renew_link(pledge_id: UUID) -> ResponseReturnValue:
    """End the claim link, and have another one made."""
    database.write(operations.renew_claim_link, pledge_id, scope=present_scope(), now=now())
    tell(_("The claim link is being changed. The new one shows here in a moment."))
    return redirect(url_for(".pledge", pledge_id=pledge_id), 303)


def ask_to_withdraw(pledge_id: UUID) -> ResponseReturnValue:
    """Ask before the whole pledge is taken back."""
    return _withdrawal(pledge_id, Form(None, {}))


def withdraw(pledge_id: UUID) -> ResponseReturnValue:
    """Take the whole pledge back."""
    form = forms.load(schemas.WithdrawSchema(), request.form)
    if form.data is not None:
        try:
            database.write(operations.withdraw_pledge, pledge_id, **form.data, scope=present_scope(), now=now())
        except DomainError as error:
            form.refuse(error)
        else:
            tell(_("The pledge has been withdrawn."))
            return redirect(url_for(".pledge", pledge_id=pledge_id), 303)
    return _withdrawal(pledge_id, form), 422


def _do(
    pledge_id: UUID,
    form: Form,
    operation: Callable[..., Pledge],
    told: Text,
    given: Mapping[str, Any] | None,
    *,
    box: str = "quantity",
) -> ResponseReturnValue:
    """Do something with the pledge and show it again, or what was wrong; ``box`` is the form's name for a quantity."""
    if given is not None:
        try:
            pledge = database.write(operation, pledge_id, **given, scope=present_scope(), now=now())
        except DomainError as error:
            form.refuse(error)
            if "quantity" in form.errors:
                form.errors[box] = form.errors.pop("quantity")
        else:
            tell(told)
            if request.form.get("_from") == "supplies" and present_scope().contact_id is None:
                return redirect(url_for("desk.supplies", event_id=pledge.event_id), 303)
            return redirect(url_for(".pledge", pledge_id=pledge_id), 303)
    return _page(pledge_id, form), 422


def _schedule(session: Session, pledge_id: UUID, arrives_at: datetime | None, *, scope: Scope, now: datetime) -> Pledge:
    """Write down when things are brought, as the form says it: in the time of the event's place."""
    zone = queries.pledge(session, pledge_id, scope=scope).event.timezone
    return operations.schedule_arrival(session, pledge_id, in_zone(arrives_at, zone), scope=scope, now=now)


def _schema(scope: Scope) -> Schema:
    return schemas.DeskPledgeFormSchema() if scope.contact_id is None else schemas.PledgeFormSchema()


def _make(session: Session, event_id: UUID, entered: Mapping[str, Any], scope: Scope) -> Pledge:
    """Pledge for the unit that was chosen at the desk, or for the contact's own."""
    promised = dict(entered)
    pledge_id = promised.pop("key")
    if scope.contact_id is not None:
        promised["work_unit_id"] = queries.own_unit(session, scope=scope).id
    zone = queries.event(session, event_id, scope=scope).timezone
    promised["arrives_at"] = in_zone(promised["arrives_at"], zone)
    promise = operations.Promise(event_id=event_id, pledge_id=pledge_id, **promised)
    return operations.make_pledge(session, promise, scope=scope, now=now())


def _form(event_id: UUID, sent: Form) -> str:
    scope = present_scope()
    event, needs, units = database.read(_around, event_id, scope)
    need = next((one.need for one in needs if str(one.need.id) == sent.values.get("need_id")), None)
    kind = need.kind if need is not None else _kind(sent.values.get("kind"))
    return render_template(
        "partners/pledge_form.html",
        event=event,
        need=need,
        kind=kind,
        units=units,
        shifts=_shifts(event, need) if kind is Kind.PEOPLE else [],
        at_desk=scope.contact_id is None,
        values=sent.values,
        errors=sent.errors,
        words=words,
    )


def _around(
    session: Session, event_id: UUID, scope: Scope
) -> tuple[Event, list[queries.NeedProgress], list[tuple[UUID, str]]]:
    event = queries.event(session, event_id, scope=scope)
    units = [(one.id, one.name) for one in session.execute(queries.active_units(scope=scope))]
    return event, list(queries.needs_of(session, event_id)), units


def _kind(value: str | None) -> Kind:
    return Kind(value) if value in set(Kind) else Kind.PEOPLE


def _shifts(event: Event, need: Need | None) -> list[dict[str, str]]:
    """Return the shifts that people can be pledged for, as choices."""
    wanted = None if need is None else need.shift_id
    return [
        {"value": str(shift.id), "label": shift.role, "hint": _shift_hint(shift, event)}
        for shift in event.shifts
        if shift.listed and shift.starts_at > now() and wanted in {None, shift.id}
    ]


def _shift_hint(shift: Shift, event: Event) -> str:
    when = date_range(shift.starts_at, shift.ends_at, event.timezone)
    return f"{when} · {translate(_('Places in all: %(n)s', n=shift.capacity))}"


def _page(pledge_id: UUID, sent: Form) -> str:
    scope = present_scope()
    found = database.read(queries.pledge, pledge_id, scope=scope)
    claim_url = f"{config.origin}{found.claim_url}" if found.claim_url and found.held else None
    arrives_at = found.arrives_at.astimezone(ZoneInfo(found.event.timezone)) if found.arrives_at else None
    return render_template(
        "partners/pledge.html",
        pledge=found,
        arrives_at=f"{arrives_at:%Y-%m-%dT%H:%M}" if arrives_at else "",
        at_desk=scope.contact_id is None,
        can_change=_can_change(found),
        is_over=found.is_over(now()),
        can_deliver=PledgeStatus.DELIVERED in MOVES[found.status] and _has_begun(found),
        claim_url=claim_url,
        claim_code=qr.svg(claim_url) if claim_url is not None else None,
        values=sent.values,
        errors=sent.errors,
        words=words,
    )


def _withdrawal(pledge_id: UUID, sent: Form) -> str:
    found = database.read(queries.pledge, pledge_id, scope=present_scope())
    return render_template("partners/withdraw.html", pledge=found, values=sent.values, errors=sent.errors, words=words)


def _can_change(found: Pledge) -> bool:
    return found.event.is_open(now()) and PledgeStatus.WITHDRAWN in MOVES[found.status]


def _has_begun(found: Pledge) -> bool:
    """Tell whether what was pledged can have come: people once their shift begins, anything else at any time."""
    return found.kind is not Kind.PEOPLE or found.shift is None or now() >= found.shift.starts_at
