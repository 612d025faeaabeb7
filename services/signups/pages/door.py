"""The door for volunteers: the sign-up form, its confirmation, and one's own sign-up."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID, uuid4

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request, session
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from services.signups import entering, operations, queries, schemas
from services.signups.applying import SIGNUPS, CodeNeeded, apply
from services.signups.calendars import as_download
from services.signups.idempotency import Answer
from services.signups.links import Links, token_hash
from services.signups.models import Event, Signup, SignupStatus
from services.signups.offering import by_day
from services.signups.operations.signing import NOT_OPEN
from services.signups.queries import HoldCounts, ShiftCounts
from services.signups.words import HEADINGS, STATES
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
    """Show the sign-up form of an event; ``?shift=`` chooses one beforehand, ``?for=another`` is on a shared phone."""
    begun = {"key": str(uuid4()), "opened": entering.stamp(now())}
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
    typed = Form(None, {"shift_id": [str(hold.hold.shift_id)], "key": str(uuid4())})
    return personal(make_response(_form(hold.hold.event_id, typed, hold)))


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


def _sent(event_id: UUID) -> Form:
    _event_here, shifts = database.read(_event, event_id)
    sent = request.form.copy()
    if "_again" in sent:  # a new code is asked for, whatever stands in the box
        sent.poplist("code")
        sent["code_by"] = sent["_again"]
    return entering.read(sent, [counts.shift for counts in shifts])


def _answered(event_id: UUID, sent: Form, hold: HoldCounts | None = None) -> ResponseReturnValue:
    """Do what the button that was pressed says: one row more or less, back from the code, or sign up."""
    people = sent.values["companions"]
    if "_add" in request.form:
        people.append({})
    elif "_remove" in request.form:
        people[:] = [one for number, one in enumerate(people) if str(number) != request.form["_remove"]]
    elif "_edit" not in request.form:
        return _signed_up(event_id, sent, hold)
    return _form(event_id, Form(None, sent.values), hold)


def _signed_up(event_id: UUID, sent: Form, hold: HoldCounts | None) -> ResponseReturnValue:
    if sent.data is not None:
        key = str(sent.data.pop("key"))
        try:
            return _confirmed(apply(sent.data, key, patient=True), key)
        except CodeNeeded as needed:
            return _code_page(event_id, sent, needed.detail)
        except DomainError as error:
            sent.refuse(error)
    if sent.errors.keys() == {"code"}:
        return _code_page(event_id, sent), 422
    return _form(event_id, sent, hold), 422


def _confirmed(answer: Answer, key: str) -> ResponseReturnValue:
    made = [one.signup_id for one in answer.all if one.signup_id is not None]
    if not made:
        return redirect("/signups/received", 303)
    token = Links(config.secret_key).manage_token(made[0])
    if not answer.others:
        return remembering(token)
    session["signed_up"] = key
    return remembering(token, "/signups/together")


def _form(event_id: UUID, typed: Form, hold: HoldCounts | None = None, *, earlier: Sequence[Signup] = ()) -> str:
    event, shifts = database.read(_event, event_id)
    offered = [counts for counts in shifts if hold is None or counts.shift.id == hold.hold.shift_id]
    days = by_day(offered, hold, earlier, now())
    return render_template(
        "signups/form.html",
        event=event,
        hold=hold,
        days=days,
        greyed=any(card.get("own") for _day, cards in days for card in cards),
        most=schemas.PEOPLE - 1,
        asks_age=any(counts.shift.min_age for counts in offered),
        closed=_closed(event),
        values=typed.values,
        errors=typed.errors,
    )


def _code_page(event_id: UUID, sent: Form, words: str | None = None) -> str:
    """Ask for the code; everything that was typed is carried along in the page and kept nowhere else."""
    return render_template(
        "signups/code.html",
        event=database.read(queries.event, event_id),
        words=words,
        carried=[
            (name, value)
            for name, value in request.form.items(multi=True)
            if name not in {"csrf_token", "code", "code_by"} and not name.startswith("_")
        ],
        values=sent.values,
        errors=sent.errors,
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


def _earlier(session: Session) -> Sequence[Signup]:
    """Return the sign-ups that this browser has made, as far as it keeps their links."""
    token = request.cookies.get(COOKIE, "")
    return session.scalars(queries.with_people().where(Signup.manage_hash == token_hash(token))).all()


def _own(session: Session, token: str) -> Signup:
    return queries.with_position(session, queries.signup_by_token(session, token))


def _event(session: Session, event_id: UUID) -> tuple[Event, list[ShiftCounts]]:
    return queries.event(session, event_id), list(queries.shifts(session, event_id))
