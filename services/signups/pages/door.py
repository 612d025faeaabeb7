"""The door for volunteers: the sign-up form, and where it leads."""

from typing import Final
from uuid import UUID, uuid4

from flask import Blueprint, abort, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from services.signups import access, queries, schemas
from services.signups.applying import SIGNUPS, apply
from services.signups.idempotency import Answer
from services.signups.links import Links
from services.signups.models import Event
from services.signups.operations.signing import NOT_OPEN
from services.signups.queries import HoldCounts, ShiftCounts
from services.signups.words import shift_choice
from shared.errors import DomainError
from shared.texts import Text
from shared.texts import text as _
from shared.web import forms, limits
from shared.web.current import config, database, now
from shared.web.forms import Form
from shared.web.security import personal

OFF: Final = _("This event has been cancelled.")
OVER: Final = _("This event is over.")
CHECKED: Final = ("name", "phone", "email", "guardian-name", "guardian-phone")
"""Boxes of the form that are checked one by one while it is filled in."""

door = Blueprint("door", __name__, url_prefix="/signups")


@door.get("/")
def home() -> ResponseReturnValue:
    """Lead to the festivals: one signs up from there."""
    return redirect("/events/", 303)


@door.get("/events/<uuid:event_id>")
def form(event_id: UUID) -> ResponseReturnValue:
    """Show the sign-up form of an event; ``?shift=`` chooses one beforehand."""
    typed = Form(None, {"shift_id": request.args.get("shift", ""), "key": str(uuid4())})
    return _form(event_id, typed)


@door.post("/events/<uuid:event_id>")
@limits.limit(SIGNUPS)
def sign_up(event_id: UUID) -> ResponseReturnValue:
    """Sign up, and lead to the confirmation; a form that is wrong comes back with what was typed."""
    sent = forms.load(schemas.FormSchema(), request.form)
    answer = _apply(sent)
    return (_form(event_id, sent), 422) if answer is None else _confirmed(answer)


@door.post("/check")
@limits.limit(SIGNUPS)
def check() -> ResponseReturnValue:
    """Return the one box of the form that was sent, with what is wrong in it; nothing is kept."""
    name = next((name for name in CHECKED if name in request.form), None)
    if name is None:
        abort(422)
    sent = forms.load(schemas.FormSchema(), request.form)
    group, _hyphen, last = name.rpartition("-")
    found = sent.errors.get(group, {}) if group else sent.errors
    wrong = last in found
    page = render_template("signups/box.html", name=name, values=sent.values, errors=sent.errors)
    return page, 422 if wrong else 200


@door.get("/claim/<token>")
def claim(token: str) -> ResponseReturnValue:
    """Show the page on which a unit's people enter their own names."""
    hold = database.read(queries.hold_by_token, token)
    typed = Form(None, {"shift_id": str(hold.hold.shift_id), "key": str(uuid4())})
    return personal(make_response(_form(hold.hold.event_id, typed, hold)))


@door.post("/claim/<token>")
@limits.limit(SIGNUPS)
def claim_place(token: str) -> ResponseReturnValue:
    """Claim one of the unit's places, and lead to the confirmation."""
    hold = database.read(queries.hold_by_token, token)
    sent = forms.load(schemas.FormSchema(), request.form)
    if sent.data is not None:
        sent.data["claim"] = token
    answer = _apply(sent)
    return (_form(hold.hold.event_id, sent, hold), 422) if answer is None else _confirmed(answer)


@door.get("/received")
def received() -> ResponseReturnValue:
    """Tell somebody who was on the shift already no more than that."""
    return render_template("signups/received.html")


def _apply(sent: Form) -> Answer | None:
    """Sign up with what was sent; None where something is wrong, which the form then says."""
    if sent.data is None:
        return None
    key = str(sent.data.pop("key"))
    try:
        return apply(sent.data, key, patient=True)
    except DomainError as error:
        sent.refuse(error)
        return None


def _confirmed(answer: Answer) -> ResponseReturnValue:
    if answer.signup_id is None:
        return redirect("/signups/received", 303)
    token = Links(config.secret_key).manage_token(answer.signup_id)
    return access.remembering(f"/signups/mine/{answer.signup_id}", token)


def _form(event_id: UUID, typed: Form, hold: HoldCounts | None = None) -> str:
    event, shifts = database.read(_event, event_id)
    offered = [counts for counts in shifts if hold is None or counts.shift.id == hold.hold.shift_id]
    return render_template(
        "signups/form.html",
        event=event,
        hold=hold,
        options=[shift_choice(counts, hold, now()) for counts in offered],
        asks_age=any(counts.shift.min_age for counts in offered),
        closed=_closed(event),
        values=typed.values,
        errors=typed.errors,
    )


def _closed(event: Event) -> Text | None:
    """Return why nobody can sign up for the event any more, or None."""
    if event.status == "draft":
        return NOT_OPEN
    if event.status == "cancelled":
        return OFF
    if event.status == "completed" or event.ends_at <= now():
        return OVER
    return None


def _event(session: Session, event_id: UUID) -> tuple[Event, list[ShiftCounts]]:
    return queries.event(session, event_id), list(queries.shifts(session, event_id))
