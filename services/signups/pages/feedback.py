"""Pages for how an event was: three questions for whoever was there, and their answers for the organizers."""

from typing import Final
from uuid import UUID

from flask import Response, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from services.signups import access, feedback, operations, queries
from services.signups.feedback import SCORES, FeedbackSchema
from services.signups.models import Feedback, Signup
from services.signups.pages.desk import desk
from services.signups.pages.door import door
from shared.errors import DomainError, NotFound
from shared.texts import text as _
from shared.web import forms
from shared.web.auth import organizer
from shared.web.current import database, now
from shared.web.forms import Form
from shared.web.i18n import tell
from shared.web.security import personal

PAGE: Final = "/signups/feedback"


@door.get("/feedback/<token>")
def open_feedback(token: str) -> ResponseReturnValue:
    """Put the link's token into a cookie and out of the address bar, and lead to the questions."""
    database.read(queries.signup_by_token, token)
    return access.remembering(PAGE, token)


@door.get("/feedback")
def ask() -> ResponseReturnValue:
    """Ask how it was, with what was said before."""
    signup, said = database.read(_said, request.args.get("signup"))
    values = (
        {}
        if said is None
        else {
            "overall": said.overall,
            "organised": said.organised,
            "again": "true" if said.again else "false",
            "words": said.words,
        }
    )
    return _asked(signup, said, Form(None, values))


@door.post("/feedback")
def answer() -> ResponseReturnValue:
    """Keep what was said; a form that is wrong comes back with it."""
    signup, said = database.read(_said, request.args.get("signup"))
    sent = forms.load(FeedbackSchema(), request.form)
    if sent.data is not None:
        try:
            database.write(operations.give_feedback, signup.id, **sent.data, now=now())
        except DomainError as error:
            sent.refuse(error)
        else:
            tell(_("Thank you. Your answer helps to make the next event better."))
            return redirect(f"{PAGE}?signup={signup.id}", 303)
    page = _asked(signup, said, sent)
    page.status_code = 422
    return page


@desk.get("/events/<uuid:event_id>/feedback")
def answers(event_id: UUID) -> ResponseReturnValue:
    """Show what people wrote of an event, without saying who."""
    event = database.read(queries.event, event_id, community=organizer().community)
    found = database.read(feedback.of_event, event_id)
    return render_template(
        "signups/answers.html",
        event=event,
        number=len(found),
        words=[(one, SCORES[one.overall]) for one in found if one.words],
    )


def _asked(signup: Signup, said: Feedback | None, form: Form) -> Response:
    page = render_template(
        "signups/feedback.html",
        signup=signup,
        event=signup.shift.event,
        is_open=operations.feedback_refusal(signup, now()) is None,
        has_said=said is not None,
        scores=list(SCORES.items()),
        values=form.values,
        errors=form.errors,
    )
    return personal(make_response(page))


def _said(session: Session, wanted: str | None) -> tuple[Signup, Feedback | None]:
    """Return the sign-up that is asked about: that of the link opened last, unless the address names another."""
    opened = access.own(session)
    signup = opened.latest if wanted is None else next((one for one in opened.signups if str(one.id) == wanted), None)
    if signup is None:
        raise NotFound(_("Please open the link that you were given when you signed up."))
    return signup, feedback.given(session, signup.id)
