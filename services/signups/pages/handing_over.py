"""Pages for giving one's place to somebody: the giver's, the taker's, and the organizers' list of who asks."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID, uuid4

from flask import Response, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from services.signups import access, contacts, entering, handovers, offering, operations
from services.signups.applying import SIGNUPS, CodeNeeded, enter
from services.signups.idempotency import Answer
from services.signups.links import Links
from services.signups.models import Handover, HandoverState, Signup, may_be_given
from services.signups.operations import Application
from services.signups.pages.codes import code_page, typed
from services.signups.pages.desk import desk
from services.signups.pages.door import door
from services.signups.pages.views import DESK
from services.signups.schemas.own import TakerForm
from shared.errors import Conflict, DomainError
from shared.texts import text as _
from shared.web import limits, qr
from shared.web.auth import organizer
from shared.web.current import config, database, now
from shared.web.forms import Form
from shared.web.i18n import tell
from shared.web.security import personal

SWAPS: Final = f"{DESK}/swaps"


@door.get("/mine/<uuid:signup_id>/give")
def give(signup_id: UUID) -> ResponseReturnValue:
    """Explain how to give one's place to somebody, and show the link for it once there is one."""
    signup, handover = database.read(_given, signup_id)
    address = None
    if handover is not None:
        address = f"{config.origin}/signups/take/{Links(config.secret_key).handover_token(handover.id)}"
    page = render_template(
        "signups/give.html",
        signup=signup,
        shift=signup.shift,
        event=signup.shift.event,
        may_give=may_be_given(signup, now()),
        is_asked=handover is not None and handover.state is HandoverState.ASKED,
        address=address,
        code=qr.svg(address) if address else None,
    )
    return personal(make_response(page))


@door.post("/mine/<uuid:signup_id>/give")
def offer(signup_id: UUID) -> ResponseReturnValue:
    """Make the link by which somebody else can take the place."""
    signup = database.read(access.own).signup(signup_id)
    try:
        database.write(operations.offer_place, signup.id, links=Links(config.secret_key), now=now())
    except Conflict as error:
        tell(error.detail, "error")
    return redirect(f"/signups/mine/{signup.id}/give", 303)


@door.post("/mine/<uuid:signup_id>/keep")
def keep(signup_id: UUID) -> ResponseReturnValue:
    """Close the link again."""
    signup = database.read(access.own).signup(signup_id)
    database.write(operations.keep_place, signup.id, now=now())
    tell(_("The link is closed. You keep your place."))
    return redirect(f"/signups/mine/{signup.id}", 303)


@door.get("/take/<token>")
def take(token: str) -> ResponseReturnValue:
    """Show which place is offered, and ask who takes it."""
    return _take_page(token, Form(None, {"key": str(uuid4())}))


@door.post("/take/<token>")
@limits.limit(SIGNUPS)
def take_it(token: str) -> ResponseReturnValue:
    """Take the place, or ask for it where the organizer has to agree; a form that is wrong comes back."""
    handover = database.read(handovers.by_token, token)
    shift = handover.signup.shift
    sent = entering.read_for(shift, TakerForm(), typed())
    if "_edit" in request.form:
        return _take_page(token, Form(None, sent.values))
    try:
        answer = _take(token, handover, sent)
    except CodeNeeded as needed:
        return personal(make_response(code_page(shift.event_id, sent, needed.detail)))
    if answer is None:
        asks_code = sent.errors.keys() == {"code"}
        page = personal(make_response(code_page(shift.event_id, sent))) if asks_code else _take_page(token, sent)
        page.status_code = 422
        return page
    if answer.status == HandoverState.ASKED:
        return personal(make_response(redirect(request.path, 303)))
    if answer.signup_id is None:
        return redirect("/signups/received", 303)
    own = Links(config.secret_key).manage_token(answer.signup_id)
    return access.remembering(f"/signups/mine/{answer.signup_id}", own)


@desk.get("/swaps")
def swaps() -> ResponseReturnValue:
    """List who would take whose place, for the organizers to decide."""
    asked = database.read(handovers.asked, organizer().community, now())
    return render_template(
        "signups/swaps.html", asked=asked, may_write=organizer().may_write, phone=contacts.phone_of, here=SWAPS
    )


@desk.post("/swaps/<uuid:handover_id>/<any('agree', 'decline'):step>")
def decide_handover(handover_id: UUID, step: str) -> ResponseReturnValue:
    """Let a place change hands, or leave it where it is."""
    known = organizer()
    who: dict[str, Any] = {"community": known.community, "organizer_id": known.id, "now": now()}
    try:
        if step == "agree":
            database.write(operations.agree_to_handover, handover_id, links=Links(config.secret_key), **who)
            tell(_("The place has changed hands, and both are told."))
        else:
            database.write(operations.decline_handover, handover_id, **who)
            tell(_("The place stays where it is, and both are told."))
    except Conflict as error:
        tell(error.detail, "error")
    return redirect(SWAPS, 303)


def _given(session: Session, signup_id: UUID) -> tuple[Signup, Handover | None]:
    signup = access.own(session).signup(signup_id)
    handover = handovers.under_way(session, signup_id)
    return signup, handover if handover is not None and handover.is_live(now()) else None


def _take(token: str, handover: Handover, sent: Form) -> Answer | None:
    """Take the place with what was sent; None where something is wrong, which the form then says.

    Raises CodeNeeded where nothing is wrong and the event asks for a code.
    """
    if sent.data is None:
        return None
    key = f"take {handover.id} {sent.data.pop('key')}"

    def take_place(session: Session, applications: Sequence[Application], **given: Any) -> Answer:
        [application] = applications
        return operations.take_place(session, token, application, **given)

    try:
        return enter(take_place, sent.data | {"shift_id": [handover.signup.shift_id]}, key, patient=True)
    except CodeNeeded:
        raise
    except DomainError as error:
        sent.refuse(error)
        return None


def _take_page(token: str, typed: Form) -> Response:
    handover = database.read(handovers.by_token, token)
    shift = handover.signup.shift
    page = render_template(
        "signups/take.html",
        shift=shift,
        event=shift.event,
        asks=offering.asked(shift),
        is_open=handover.state is HandoverState.OPEN and handover.is_live(now()),
        is_asked=handover.state is HandoverState.ASKED and handover.is_live(now()),
        values=typed.values,
        errors=typed.errors,
    )
    return personal(make_response(page))
