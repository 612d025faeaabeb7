"""A unit's contact pastes the list of its people, in place of passing the claim link on."""

from typing import Any, Final
from uuid import uuid4

from flask import Response, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from services.signups import listing, operations, queries
from services.signups.applying import SIGNUPS_OF_A_PHONE
from services.signups.idempotency import Answer, Request
from services.signups.links import Links
from services.signups.operations import Application
from services.signups.pages.door import door
from services.signups.queries import HoldCounts
from shared.errors import DomainError
from shared.texts import text as _
from shared.web import forms, limits
from shared.web.current import config, database, now
from shared.web.forms import Form
from shared.web.i18n import current_language, tell
from shared.web.security import personal

LISTS: Final = "60 per hour"
"""Lists from one address, wrong ones included."""


@door.get("/claim/<token>/list")
def paste(token: str) -> ResponseReturnValue:
    """Ask for the list."""
    return _page(database.read(queries.hold_by_token, token), Form(None, {"key": str(uuid4())}))


@door.post("/claim/<token>/list")
@limits.limit(LISTS)
def claim_list(token: str) -> ResponseReturnValue:
    """Enter everybody on the list, and lead back to the unit's page; a list that is wrong comes back as it was."""
    hold = database.read(queries.hold_by_token, token)
    sent = forms.load(listing.ListForm(), request.form)
    if sent.data is not None:
        try:
            answer = _claim(hold, sent.data)
        except DomainError as error:
            sent.refuse(error)
        else:
            entered = sum(one.signup_id is not None for one in answer.all)
            tell(_("Names entered: %(n)s. Each of these people gets a message.", n=entered))
            return redirect(f"/signups/claim/{token}", 303)
    page = _page(hold, sent)
    page.status_code = 422
    return page


def _claim(hold: HoldCounts, entered: dict[str, Any]) -> Answer:
    people = listing.read(entered["people"])
    for one in people:
        limits.spend(SIGNUPS_OF_A_PHONE, one["phone"])
    language, of_unit = current_language().tag, hold.hold
    applications = [
        Application(
            shift_id=of_unit.shift_id,
            name=one["name"],
            phone=one["phone"],
            language=language,
            claim=of_unit.claim_token,
        )
        for one in people
    ]
    return database.write(
        operations.claim_for_people,
        applications,
        request=Request.of(f"list {entered['key']}", {"people": people}, patient=True),
        links=Links(config.secret_key),
        now=now(),
    )


def _page(hold: HoldCounts, sent: Form) -> Response:
    shift = database.read(queries.shift_of, hold.hold.shift_id)
    page = render_template(
        "signups/claim_list.html", hold=hold, shift=shift, event=shift.event, values=sent.values, errors=sent.errors
    )
    return personal(make_response(page))
