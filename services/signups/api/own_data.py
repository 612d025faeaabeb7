"""What is known of somebody, for themselves, as JSON; their manage token opens it."""

from typing import Any

from services.signups import operations, own_data
from services.signups.api.signups import door
from services.signups.own_data import Person, PersonSchema
from shared.errors import Unauthorized
from shared.texts import text as _
from shared.web.auth import bearer_token
from shared.web.current import database, now


@door.route("/me")
@door.response(200, PersonSchema)
def me() -> Any:
    """Show all that is known of the person, as far as the manage token opens it."""
    return _person()


@door.route("/me", methods=["DELETE"])
@door.response(204)
def erase_me() -> None:
    """Forget the person; their tokens open nothing any more."""
    person = _person()
    own_data.must_be_whole(person)
    database.write(operations.erase, person.volunteer.id, now())


@door.route("/me/consent", methods=["DELETE"])
@door.response(200, PersonSchema)
def end_my_consent() -> Any:
    """Take the consent back: what is to come is withdrawn, and no more notices are sent; again changes nothing."""
    database.write(operations.end_consent, [one.id for one in _person().signups], now())
    return _person()


def _person() -> Person:
    token = bearer_token()
    if token is None:
        raise Unauthorized(_("Please send your manage token."))
    return database.read(own_data.opened, token)[0]
