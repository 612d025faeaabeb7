"""Pages on which somebody changes what they have entered about themselves."""

from uuid import UUID

from flask import Response, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from services.signups import access, operations
from services.signups.models import Signup
from services.signups.pages.door import door
from services.signups.schemas.own import DetailsSchema
from shared import catalogues, phones
from shared.errors import DomainError
from shared.texts import text as _
from shared.web import forms
from shared.web.current import database
from shared.web.forms import Form
from shared.web.i18n import tell
from shared.web.security import personal


@door.get("/mine/<uuid:signup_id>/details")
def details(signup_id: UUID) -> ResponseReturnValue:
    """Show what somebody has entered, to be changed."""
    signup, may_rename = _signup(signup_id)
    values = {
        "email": signup.email,
        "language": signup.language,
        "guardian_phone": signup.guardian_phone,
        "name": signup.volunteer.name,
    }
    return _page(signup, Form(None, values), may_rename=may_rename)


@door.post("/mine/<uuid:signup_id>/details")
def change(signup_id: UUID) -> ResponseReturnValue:
    """Change it; a form that is wrong comes back with what was typed."""
    signup, may_rename = _signup(signup_id)
    sent = forms.load(DetailsSchema(exclude=_closed(signup, may_rename=may_rename)), request.form)
    if sent.data is not None:
        try:
            database.write(operations.change_details, signup.id, **{"email": None} | sent.data)
        except DomainError as error:
            sent.refuse(error)
        else:
            tell(_("Saved."))
            return redirect(f"/signups/mine/{signup.id}", 303)
    page = _page(signup, sent, may_rename=may_rename)
    page.status_code = 422
    return page


def _signup(signup_id: UUID) -> tuple[Signup, bool]:
    """Return the sign-up, and whether the link opens the whole person, whose name is the same in all their sign-ups."""
    opened = database.read(access.own)
    signup = opened.signup(signup_id)
    return signup, signup.volunteer_id in opened.people


def _closed(signup: Signup, *, may_rename: bool) -> tuple[str, ...]:
    """Return the fields that this link, or this sign-up, does not have."""
    has = {"name": may_rename, "guardian_phone": signup.guardian_name is not None}
    return tuple(name for name, is_there in has.items() if not is_there)


def _page(signup: Signup, typed: Form, *, may_rename: bool) -> Response:
    page = render_template(
        "signups/details.html",
        signup=signup,
        event=signup.shift.event,
        phone=phones.shown(signup.volunteer.phone),
        may_rename=may_rename,
        languages_to_choose=[(one.tag, one.name) for one in catalogues.languages("signups").values()],
        values=typed.values,
        errors=typed.errors,
    )
    return personal(make_response(page))
