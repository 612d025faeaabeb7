"""The door for volunteers: the sign-up form, its confirmation, and one's own sign-up."""

from typing import Final
from uuid import UUID, uuid4

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from services.signups import operations, queries, schemas
from services.signups.applying import SIGNUPS, apply
from services.signups.calendars import as_download
from services.signups.idempotency import Answer
from services.signups.links import Links
from services.signups.models import Event, Signup, SignupStatus
from services.signups.operations.signing import NOT_OPEN
from services.signups.pages.own_code import check_in_code
from services.signups.queries import HoldCounts, ShiftCounts
from services.signups.words import HEADINGS, STATES, shift_choice
from shared.errors import DomainError, NotFound
from shared.texts import Text
from shared.texts import text as _
from shared.web import forms, limits, qr
from shared.web.current import config, database, now
from shared.web.forms import Form
from shared.web.security import personal

OFF: Final = _("This event has been cancelled.")
OVER: Final = _("This event is over.")
COOKIE: Final = "steward-signup"
"""Holds the manage token once its link was opened, so that it is gone from the address bar."""
COOKIE_AGE: Final = 90 * 24 * 3600
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


@door.get("/manage/<token>")
def open_link(token: str) -> ResponseReturnValue:
    """Put the manage link's token into a cookie and out of the address bar; nothing else is changed by this."""
    database.read(queries.signup_by_token, token)
    return remembering(token)


@door.get("/mine")
def mine() -> ResponseReturnValue:
    """Show somebody their own sign-up."""
    return personal(make_response(_mine(Form(None, {}))))


@door.post("/mine/withdraw")
def withdraw() -> ResponseReturnValue:
    """Withdraw from the shift."""
    token = own_token()
    signup = database.read(queries.signup_by_token, token)
    sent = forms.load(schemas.WithdrawalSchema(), request.form)
    if sent.data is not None:
        try:
            database.write(operations.withdraw, signup.id, reason=sent.data.get("reason"), now=now())
        except DomainError as error:
            sent.refuse(error)
        else:
            return redirect("/signups/mine", 303)
    return _mine(sent), 422


@door.get("/mine/calendar.ics")
def mine_in_calendar() -> ResponseReturnValue:
    """Download one's own sign-up as a calendar entry."""
    signup = database.read(queries.signup_by_token, own_token())
    return personal(as_download(signup, now()))


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
    return remembering(token)


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


def _mine(typed: Form) -> str:
    token = own_token()
    signup = database.read(_own, token)
    shift, event = signup.shift, signup.shift.event
    is_live = signup.status is not SignupStatus.WITHDRAWN and event.status == "published"
    address = f"{config.origin}/signups/manage/{token}"
    return render_template(
        "signups/mine.html",
        signup=signup,
        shift=shift,
        event=event,
        heading=OFF if event.status == "cancelled" else HEADINGS[signup.status],
        state=STATES[signup.status],
        is_live=is_live,
        asks_how=operations.feedback_refusal(signup, now()) is None,
        can_withdraw=is_live and now() < shift.starts_at,
        manage_url=address,
        code=qr.svg(address),
        check_in=check_in_code(signup),
        values=typed.values,
        errors=typed.errors,
    )


def own_token() -> str:
    """Return the manage token that this browser keeps; raises NotFound."""
    token = request.cookies.get(COOKIE)
    if not token:
        raise NotFound(_("Please open the link that you were given when you signed up."))
    return token


def remembering(token: str, page: str = "/signups/mine") -> Response:
    """Lead to the person's own page, or another that is theirs, with the token in a cookie."""
    answer = make_response(redirect(page, 303))
    answer.set_cookie(
        COOKIE, token, max_age=COOKIE_AGE, path="/signups", secure=config.secure, httponly=True, samesite="Lax"
    )
    return personal(answer)


def _own(session: Session, token: str) -> Signup:
    return queries.with_position(session, queries.signup_by_token(session, token))


def _event(session: Session, event_id: UUID) -> tuple[Event, list[ShiftCounts]]:
    return queries.event(session, event_id), list(queries.shifts(session, event_id))
