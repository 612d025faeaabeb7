"""The door for volunteers: the sign-up form, and where it leads."""

import re
from collections.abc import Sequence
from typing import Final
from uuid import UUID, uuid4

from flask import Blueprint, abort, make_response, redirect, render_template, request, session
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from services.signups import access, entering, queries, schemas
from services.signups.applying import SIGNUPS, CodeNeeded, apply
from services.signups.idempotency import Answer
from services.signups.links import Links
from services.signups.models import Event, Signup
from services.signups.offering import by_day
from services.signups.pages.codes import code_page, typed
from services.signups.queries import HoldCounts, ShiftCounts
from services.signups.wanted import NOT_OPEN
from shared.errors import DomainError
from shared.texts import Text
from shared.texts import text as _
from shared.web import forms, kept, limits
from shared.web.current import config, database, now
from shared.web.forms import Form
from shared.web.notice_log import masked
from shared.web.security import personal

OFF: Final = _("This event has been cancelled.")
OVER: Final = _("This event is over.")
CHECKED: Final = ("name", "phone", "email", "guardian-name", "guardian-phone")
"""Boxes of the form that are checked one by one while it is filled in."""
REDRAWN: Final = {"_add", "_remove", "_edit"}
"""Buttons that lead to the form again: a row more, a row less, and back from the code."""
ROW: Final = re.compile(r"companions-\d+-name")

door = Blueprint("door", __name__, url_prefix="/signups")


@door.get("/")
def home() -> ResponseReturnValue:
    """Lead to the festivals: one signs up from there."""
    return redirect("/events/", 303)


def _begun() -> dict[str, str]:
    return {"key": str(uuid4()), "opened": entering.stamp(now())}


@door.get("/events/<uuid:event_id>")
@kept.page(_begun)
def form(event_id: UUID) -> ResponseReturnValue:
    """Show the sign-up form of an event; ``?shift=`` chooses one beforehand, ``?for=another`` is on a shared phone."""
    begun = {name: kept.mine()[name] for name in ("key", "opened")}
    typed = Form(None, begun | {"shift_id": request.args.getlist("shift")})
    earlier = database.read(_earlier) if request.args.get("for") is None else []
    return _form(event_id, typed, earlier=earlier)


@door.post("/events/<uuid:event_id>")
@limits.limit(SIGNUPS)
def sign_up(event_id: UUID) -> ResponseReturnValue:
    """Sign up, and lead to the confirmation; a form that is wrong comes back with what was typed."""
    sent = _sent(event_id)
    entering.refuse_programs(sent, now())
    return _answered(event_id, sent)


@door.post("/check")
@limits.limit(SIGNUPS)
def check() -> ResponseReturnValue:
    """Return the one box of the form that was sent, with what is wrong in it; nothing is kept."""
    name = next((name for name in CHECKED if name in request.form), None)
    if name is None:
        abort(422)
    sent = forms.load(entering.FORM, request.form)
    group, _hyphen, last = name.rpartition("-")
    found = sent.errors.get(group, {}) if group else sent.errors
    wrong = last in found
    page = render_template("signups/box.html", name=name, values=sent.values, errors=sent.errors)
    return page, 422 if wrong else 200


@door.get("/claim/<token>")
def claim(token: str) -> ResponseReturnValue:
    """Show the page on which a unit's people enter their own names."""
    hold = database.read(queries.hold_by_token, token)
    typed = Form(None, {"shift_id": [str(hold.hold.shift_id)], "key": str(uuid4())})
    return personal(make_response(_form(hold.hold.event_id, typed, hold)))


@door.get("/claim/<token>/names")
def claimed_names(token: str) -> ResponseReturnValue:
    """Return the part of the claim page that shows who has a place by now."""
    hold = database.read(queries.hold_by_token, token)
    event = database.read(queries.event, hold.hold.event_id)
    page = render_template("signups/claimed_names.html", hold=hold, names=_names(hold), event=event)
    return personal(make_response(page))


@door.post("/claim/<token>")
@limits.limit(SIGNUPS)
def claim_place(token: str) -> ResponseReturnValue:
    """Claim one of the unit's places, and lead to the confirmation."""
    hold = database.read(queries.hold_by_token, token)
    sent = _sent(hold.hold.event_id)
    if sent.data is not None:
        sent.data["claim"] = token
    return _answered(hold.hold.event_id, sent, hold)


@door.get("/received")
def received() -> ResponseReturnValue:
    """Tell somebody who was on the shift already no more than that."""
    return render_template("signups/received.html")


def _sent(event_id: UUID) -> Form:
    """Read the form, with one row of people more or less where a button says so; rows that are empty stay then."""
    kept = _kept_rows(typed())
    sent = entering.read(kept, database.look(queries.asked, event_id))
    if REDRAWN & request.form.keys():
        rows = sum(ROW.fullmatch(name) is not None for name in kept) + ("_add" in request.form)
        people = sent.values["companions"]
        people += [{}] * (min(rows, schemas.PEOPLE - 1) - len(people))
    return sent


def _kept_rows(sent: MultiDict[str, str]) -> MultiDict[str, str]:
    """Return the form without the row that its button takes out."""
    if "_remove" not in sent:
        return sent
    taken_out = f"companions-{sent['_remove']}-"
    return MultiDict((name, value) for name, value in sent.items(multi=True) if not name.startswith(taken_out))


def _answered(event_id: UUID, sent: Form, hold: HoldCounts | None = None) -> ResponseReturnValue:
    """Show the form once more where its button says so, with another row or back from the code, else sign up."""
    if REDRAWN & request.form.keys():
        return _form(event_id, Form(None, sent.values), hold)
    return _signed_up(event_id, sent, hold)


def _signed_up(event_id: UUID, sent: Form, hold: HoldCounts | None) -> ResponseReturnValue:
    if sent.data is not None:
        key = str(sent.data.pop("key"))
        try:
            return _confirmed(apply(sent.data, key, patient=True))
        except CodeNeeded as needed:
            return code_page(event_id, sent, needed.detail)
        except DomainError as error:
            sent.refuse(error)
    if sent.errors.keys() == {"code"}:
        return code_page(event_id, sent), 422
    return _form(event_id, sent, hold), 422


def _confirmed(answer: Answer) -> ResponseReturnValue:
    made = [one.signup_id for one in answer.all if one.signup_id is not None]
    if not made:
        return redirect("/signups/received", 303)
    links = Links(config.secret_key)
    tokens = [links.manage_token(one) for one in made]
    if not answer.others:
        return access.remembering(f"/signups/mine/{made[0]}", *tokens)
    session["signed_up"] = {"made": [one.hex for one in made], "known": len(made) < len(answer.all)}
    return access.remembering("/signups/together", *tokens)


def _form(event_id: UUID, typed: Form, hold: HoldCounts | None = None, *, earlier: Sequence[Signup] = ()) -> str:
    event, shifts = database.read(_event, event_id)
    offered = [counts for counts in shifts if hold is None or counts.shift.id == hold.hold.shift_id]
    days = by_day(offered, hold, earlier, now())
    return render_template(
        "signups/form.html",
        event=event,
        hold=hold,
        names=_names(hold) if hold is not None else [],
        days=days,
        greyed=any(card.get("own") for _day, cards in days for card in cards),
        most=schemas.PEOPLE - 1,
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


def _earlier(session: Session) -> Sequence[Signup]:
    """Return the sign-ups that this browser has made, as far as it keeps their links."""
    return access.own(session).signups


def _names(hold: HoldCounts) -> list[str]:
    """Return the names of those with a place of the unit, in full only where they agreed."""
    named = database.read(queries.of_unit, hold.hold.pledge_id)
    return [one.volunteer.name if one.shows_name else masked(one.volunteer.name) for one in named]


def _event(session: Session, event_id: UUID) -> tuple[Event, list[ShiftCounts]]:
    return queries.event(session, event_id), list(queries.shifts(session, event_id))
