"""What somebody who waits answers to the place that they are offered, from their own page."""

from collections.abc import Callable
from uuid import UUID

from flask import redirect
from flask.typing import ResponseReturnValue

from services.signups import operations
from services.signups.access import own
from services.signups.models import Signup
from services.signups.pages.door import door
from shared.errors import DomainError
from shared.web.current import database, now
from shared.web.i18n import tell


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
    signup = database.read(own).signup(signup_id)
    try:
        database.write(operation, signup.id, now=now())
    except DomainError as error:
        tell(error.detail, "error")
    return redirect(f"/signups/mine/{signup.id}", 303)
