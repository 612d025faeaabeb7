"""Making a pledge and looking after it, on the units' own pages and at the desk alike."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import Schema
from sqlalchemy.orm import Session

from services.partners import directory, operations, queries, schemas, words
from services.partners.asking import present_scope
from services.partners.models import MOVES, Event, Kind, Need, Pledge, PledgeStatus, Shift, WorkUnit
from services.partners.scope import Scope
from shared.errors import DomainError
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
    if form.data is not None:
        try:
            database.write(operations.reduce_pledge, pledge_id, **form.data, scope=present_scope(), now=now())
        except DomainError as error:
            form.refuse(error)
        else:
            tell(_("The pledge has been reduced."))
            return redirect(url_for(".pledge", pledge_id=pledge_id), 303)
    return _page(pledge_id, form), 422


def deliver(pledge_id: UUID) -> ResponseReturnValue:
    """Write down how much came."""
    form = forms.load(schemas.DeliveryFormSchema(), request.form)
    if form.data is not None:
        quantity = form.data["delivered"]
        try:
            database.write(operations.deliver_pledge, pledge_id, quantity, scope=present_scope(), now=now())
        except DomainError as error:
            form.refuse(error)
        else:
            tell(_("Noted. Thank you for the help!"))
            return redirect(url_for(".pledge", pledge_id=pledge_id), 303)
    return _page(pledge_id, form), 422


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


def _schema(scope: Scope) -> Schema:
    return schemas.DeskPledgeFormSchema() if scope.contact_id is None else schemas.PledgeFormSchema()


def _make(session: Session, event_id: UUID, entered: Mapping[str, Any], scope: Scope) -> Pledge:
    """Pledge for the unit that was chosen at the desk, or for the contact's own."""
    promised = dict(entered)
    pledge_id = promised.pop("key")
    if scope.contact_id is not None:
        promised["work_unit_id"] = queries.own_unit(session, scope=scope).id
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
        units=[(one.id, one.name) for one in units],
        shifts=_shifts(event, need) if kind is Kind.PEOPLE else [],
        at_desk=scope.contact_id is None,
        values=sent.values,
        errors=sent.errors,
        words=words,
    )


def _around(session: Session, event_id: UUID, scope: Scope) -> tuple[Event, list[queries.NeedProgress], list[WorkUnit]]:
    event = queries.event(session, event_id, scope=scope)
    units = [one.unit for one in directory.overviews(session, scope=scope) if one.unit.active]
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
    return render_template(
        "partners/pledge.html",
        pledge=found,
        at_desk=scope.contact_id is None,
        can_change=_can_change(found),
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
    is_on = found.event.status == "published" and now() < found.event.ends_at
    return is_on and PledgeStatus.WITHDRAWN in MOVES[found.status]


def _has_begun(found: Pledge) -> bool:
    """Tell whether what was pledged can have come: people once their shift begins, anything else at any time."""
    return found.kind is not Kind.PEOPLE or found.shift is None or now() >= found.shift.starts_at
