"""The desk's forms about one person: moving them to another shift, and writing down who walks in."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from services.signups import contacts, operations, queries, schemas
from services.signups.applying import write_down
from services.signups.models import Signup
from services.signups.pages.desk import desk
from services.signups.pages.views import DESK
from services.signups.queries import ShiftCounts
from services.signups.words import STATES, desk_choice
from shared.errors import DomainError
from shared.principal import Ability
from shared.texts import text as _
from shared.web import forms
from shared.web.auth import needs, organizer
from shared.web.current import database, now
from shared.web.forms import Form
from shared.web.i18n import date_range, tell
from shared.web.security import local_path


@desk.get("/signups/<uuid:signup_id>/move")
@needs(Ability.WRITE)
def ask_where(signup_id: UUID) -> ResponseReturnValue:
    """Ask to which other shift of the event somebody is to be moved."""
    signup = database.read(queries.signup, signup_id, community=organizer().community)
    return _move_page(signup, Form(None, {"back": request.args.get("back", "")}))


@desk.post("/signups/<uuid:signup_id>/move")
def move(signup_id: UUID) -> ResponseReturnValue:
    """Move somebody, and return to the list; a refusal comes back with what was chosen."""
    signup = database.read(queries.signup, signup_id, community=organizer().community)
    sent = forms.load(schemas.MoveForm(), request.form)
    if sent.data is not None:
        asked = {name: value for name, value in sent.data.items() if name != "back"}
        try:
            moved = database.write(operations.move_signup, signup.id, now=now(), **asked)
        except DomainError as error:
            sent.refuse(error)
        else:
            shift = moved.shift
            when = date_range(shift.starts_at, shift.ends_at, shift.event.timezone)
            tell(_("%(name)s is now here: %(role)s, %(time)s", name=contacts.name(signup), role=shift.role, time=when))
            return redirect(_back(sent, signup.event_id), 303)
    return _move_page(signup, sent), 422


@desk.get("/events/<uuid:event_id>/walk-in")
@needs(Ability.WRITE)
def walk_in(event_id: UUID) -> ResponseReturnValue:
    """Ask who has come without having signed up; ``?shift=`` chooses the shift beforehand."""
    chosen = {"shift_id": request.args.get("shift", ""), "back": request.args.get("back", "")}
    return _walk_in_page(event_id, Form(None, chosen | {"key": str(uuid4())}))


@desk.post("/events/<uuid:event_id>/walk-in")
def add_walk_in(event_id: UUID) -> ResponseReturnValue:
    """Write somebody down, and return to the list; a form that is wrong comes back with what was typed."""
    database.read(queries.event, event_id, community=organizer().community)
    sent = forms.load(schemas.WalkInForm(), request.form)
    if sent.data is not None:
        entered = {name: value for name, value in sent.data.items() if name not in {"key", "back"}}
        try:
            signup = write_down(entered, str(sent.data["key"]), patient=True)
        except DomainError as error:
            sent.refuse(error)
        else:
            tell(_("%(name)s: %(state)s", name=signup.volunteer.name, state=STATES[signup.status][0]))
            return redirect(_back(sent, event_id), 303)
    return _walk_in_page(event_id, sent), 422


def _move_page(signup: Signup, typed: Form) -> str:
    shifts = [one for one in database.read(queries.shifts, signup.event_id) if one.shift.id != signup.shift_id]
    return render_template(
        "signups/move.html",
        signup=signup,
        name=contacts.name(signup),
        event=signup.shift.event,
        options=[desk_choice(one, now()) for one in shifts],
        asks_age=signup.birth_date is None and _asks_age(shifts),
        **_typed(typed, signup.event_id),
    )


def _walk_in_page(event_id: UUID, typed: Form) -> str:
    event = database.read(queries.event, event_id, community=organizer().community)
    shifts = database.read(queries.shifts, event_id)
    return render_template(
        "signups/walk_in.html",
        event=event,
        options=[desk_choice(one, now(), grace=operations.WALK_INS_FOR) for one in shifts],
        asks_age=_asks_age(shifts),
        **_typed(typed, event_id),
    )


def _asks_age(shifts: Sequence[ShiftCounts]) -> bool:
    return any(one.shift.min_age for one in shifts)


def _typed(typed: Form, event_id: UUID) -> dict[str, Any]:
    return {"values": typed.values, "errors": typed.errors, "back": _back(typed, event_id)}


def _back(typed: Form, event_id: UUID) -> str:
    return local_path(typed.values.get("back"), f"{DESK}/events/{event_id}")
