"""What is known of somebody, for themselves, as JSON; their manage token opens it."""

from typing import Any

from sqlalchemy.orm import Session

from services.signups import operations, own_data, queries
from services.signups.api.signups import door
from services.signups.own_data import Known, Person, PersonSchema
from shared.errors import Unauthorized
from shared.texts import text as _
from shared.web.auth import bearer_token
from shared.web.current import database, now


@door.route("/me")
@door.response(200, PersonSchema)
def me() -> Any:
    """Show all that is known of the person, as far as the manage token opens it."""
    return database.read(_known, _token())


@door.route("/me", methods=["DELETE"])
@door.response(204)
def erase_me() -> None:
    """Forget the person; their tokens open nothing any more."""
    person = database.read(_opened, _token())
    own_data.must_be_whole(person)
    database.write(operations.erase, person.volunteer.id, now())


@door.route("/me/consent", methods=["DELETE"])
@door.response(200, PersonSchema)
def end_my_consent() -> Any:
    """Take the consent back: what is to come is withdrawn, and no more notices are sent; again changes nothing."""
    token = _token()
    database.write(operations.end_consent, [one.id for one in database.read(_opened, token).signups], now())
    return database.read(_known, token)


def _token() -> str:
    token = bearer_token()
    if token is None:
        raise Unauthorized(_("Please send your manage token."))
    return token


def _opened(session: Session, token: str) -> Person:
    return own_data.opened(session, [queries.signup_by_token(session, token)])[0]


def _known(session: Session, token: str) -> Known:
    return own_data.known(session, [_opened(session, token)])[0]
