"""The desk's form for the times of somebody who forgot to check out."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from services.signups import operations, queries
from services.signups.attending import SettleForm
from services.signups.models import Signup, SignupStatus
from services.signups.pages.desk import desk
from services.signups.pages.views import DESK
from shared.errors import DomainError
from shared.principal import Ability
from shared.texts import text as _
from shared.web import forms
from shared.web.auth import needs, organizer
from shared.web.current import database, now
from shared.web.forms import Form
from shared.web.i18n import tell
from shared.web.security import local_path


@desk.get("/signups/<uuid:signup_id>/settle")
@needs(Ability.WRITE)
def ask_when(signup_id: UUID) -> ResponseReturnValue:
    """Ask when somebody left who had not checked out."""
    signup = database.read(queries.signup, signup_id, community=organizer().community)
    return _page(signup, Form(None, {"back": request.args.get("back", ""), "nonce": str(uuid4())}))


@desk.post("/signups/<uuid:signup_id>/settle")
def settle(signup_id: UUID) -> ResponseReturnValue:
    """Enter when somebody left, and return to the list; a form that is wrong comes back with what was typed."""
    signup = database.read(queries.signup, signup_id, community=organizer().community)
    sent = forms.load(SettleForm(), request.form)
    if sent.data is not None:
        zone = ZoneInfo(signup.shift.event.timezone)
        entered = {name: _aware(value, zone) for name, value in sent.data.items() if name != "back"}
        try:
            database.write(operations.settle, signup.id, **entered, organizer_id=organizer().id, now=now())
        except DomainError as error:
            sent.refuse(error)
        else:
            tell(_("%(name)s: checked out", name=signup.volunteer.name))
            return redirect(_back(sent, signup), 303)
    return _page(signup, sent), 422


def _page(signup: Signup, typed: Form) -> str:
    return render_template(
        "signups/settle.html",
        signup=signup,
        event=signup.shift.event,
        is_open=signup.status is SignupStatus.ATTENDED and signup.checked_out_at is None,
        values=typed.values,
        errors=typed.errors,
        back=_back(typed, signup),
    )


def _aware(value: Any, zone: ZoneInfo) -> Any:
    return value.replace(tzinfo=zone) if isinstance(value, datetime) else value


def _back(typed: Form, signup: Signup) -> str:
    return local_path(typed.values.get("back"), f"{DESK}/events/{signup.event_id}")
