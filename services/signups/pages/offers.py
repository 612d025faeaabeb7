"""What somebody who waits answers to the place that they are offered, from their own page."""

from collections.abc import Callable
from typing import Final
from uuid import UUID

from flask import redirect
from flask.typing import ResponseReturnValue

from services.signups import operations, queries
from services.signups.models import Signup
from services.signups.pages.door import door, own_token
from shared.errors import DomainError, NotFound
from shared.texts import text as _
from shared.web.current import database, now
from shared.web.i18n import tell

PAGE: Final = "/signups/mine"


@door.post("/mine/<uuid:signup_id>/accept")
def accept_offer(signup_id: UUID) -> ResponseReturnValue:
    """Accept the place that is offered."""
    return _answer(operations.accept_offer, signup_id)


@door.post("/mine/<uuid:signup_id>/decline")
def decline_offer(signup_id: UUID) -> ResponseReturnValue:
    """Decline the place that is offered, and leave the waitlist."""
    return _answer(operations.decline_offer, signup_id)


def _answer(operation: Callable[..., Signup], signup_id: UUID) -> ResponseReturnValue:
    """Do what was chosen and show the page; what was not possible any more is said there, beside how things stand."""
    if database.read(queries.signup_by_token, own_token()).id != signup_id:
        raise NotFound(_("There is no such sign-up."))
    try:
        database.write(operation, signup_id, now=now())
    except DomainError as error:
        tell(error.detail, "error")
    return redirect(PAGE, 303)
