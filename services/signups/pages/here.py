"""What the code on the wall opens: a volunteer checks themselves in and out, with their own phone and no account."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from flask import make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from services.signups import operations, queries, today
from services.signups.access import own
from services.signups.attending import HereForm, HereStep
from services.signups.models import Event, Signup, SignupStatus
from services.signups.pages.door import door
from services.signups.venue import FOR_THE_FORM, Wall
from shared.errors import DomainError, Invalid, NotFound, field_error
from shared.texts import text as _
from shared.web import forms, limits
from shared.web.current import config, database, now
from shared.web.forms import WHOLE_FORM, Form
from shared.web.i18n import tell, time
from shared.web.security import personal

GUESSES: Final = "10 per 10 minutes"
"""Wrong entries from one address; there are a million codes, and some hundreds are somebody's."""
WRONG: Final = _("These digits do not fit, or there is nothing to note for them now. Please ask at the entrance.")
GONE_BY: Final = _("The code on the wall has changed. Please scan it again.")
OPERATIONS: Final = {HereStep.CHECK_IN: operations.check_in, HereStep.CHECK_OUT: operations.check_out}


@door.get("/here/<uuid:event_id>")
def here(event_id: UUID) -> ResponseReturnValue:
    """Show how somebody stands at the event; to note anything of themselves they have to scan the wall."""
    return personal(make_response(_page(event_id, Form(None, {}))))


@door.get("/here/<uuid:event_id>/<wall>")
def scanned(event_id: UUID, wall: str) -> ResponseReturnValue:
    """Show what somebody may note of themselves while the wall shows this code; nothing is changed by looking."""
    database.read(queries.event, event_id)
    if not Wall(config.secret_key, event_id).shows(wall, now()):
        return redirect(f"/signups/here/{event_id}", 303)
    return personal(make_response(_page(event_id, Form(None, {"wall": wall}))))


@door.post("/here/<uuid:event_id>")
@limits.limit(GUESSES, failures_only=True)
def come_or_go(event_id: UUID) -> ResponseReturnValue:
    """Note that somebody has come or leaves: whoever's link this browser keeps, or whose six digits are entered."""
    sent = forms.load(HereForm(), request.form)
    if sent.data is not None:
        if not Wall(config.secret_key, event_id).shows(sent.data["wall"], now(), last=FOR_THE_FORM):
            sent.refuse(Invalid(field_error(WHOLE_FORM, GONE_BY)))
            sent.values["wall"] = ""
        else:
            try:
                signup = database.write(_note, event_id, sent.data, now())
            except DomainError:
                sent.refuse(Invalid(field_error("code", WRONG)))
            else:
                _tell(signup)
                return redirect(f"/signups/here/{event_id}", 303)
    return personal(make_response(_page(event_id, sent), 422))


def _note(session: Session, event_id: UUID, entered: dict[str, Any], moment: datetime) -> Signup:
    """Check in or out whoever is meant; raises NotFound where nobody is, and Conflict."""
    if "code" in entered:
        signup = today.by_code(session, event_id, entered["code"], moment)
    else:
        mine = _mine(session, event_id, moment)
        signup = next((one for one in mine if one.id == entered.get("signup_id")), None)
    if signup is None:
        raise NotFound(WRONG)
    return OPERATIONS[entered["step"]](session, signup.id, now=moment)


def _tell(signup: Signup) -> None:
    zone = signup.shift.event.timezone
    if signup.checked_out_at is not None:
        tell(_("You are checked out at %(time)s. Thank you!", time=time(signup.checked_out_at, zone)))
    elif signup.checked_in_at is not None:
        tell(_("You are checked in at %(time)s. Good to have you here!", time=time(signup.checked_in_at, zone)))


def _page(event_id: UUID, typed: Form) -> str:
    event, mine = database.read(_read, event_id, now())
    return render_template(
        "signups/here.html",
        event=event,
        mine=mine,
        has_come=SignupStatus.ATTENDED,
        values=typed.values,
        errors=typed.errors,
    )


def _read(session: Session, event_id: UUID, moment: datetime) -> tuple[Event, list[Signup]]:
    event = queries.event(session, event_id)
    if event.status == "draft":
        raise NotFound(_("There is no such event."))
    return event, _mine(session, event_id, moment)


def _mine(session: Session, event_id: UUID, moment: datetime) -> list[Signup]:
    """Return the sign-ups at the event that this browser's links open, where one may come or go now."""
    theirs = [one for one in own(session).signups if one.event_id == event_id and today.is_now(one, moment)]
    return sorted(theirs, key=lambda one: (one.shift.starts_at, one.id))
