"""What people say of an event, as JSON."""

from typing import Any
from uuid import UUID

from services.signups import operations, queries
from services.signups.api.signups import door
from services.signups.feedback import FeedbackSchema, FeedbackShownSchema
from shared.errors import NotFound, Unauthorized
from shared.texts import text as _
from shared.web.auth import bearer_token
from shared.web.current import database, now


@door.route("/signups/<uuid:signup_id>/feedback", methods=["POST"])
@door.arguments(FeedbackSchema)
@door.response(200, FeedbackShownSchema)
def give_feedback(entered: dict[str, Any], signup_id: UUID) -> Any:
    """Say how it was, with the manage token of one's own sign-up; saying it again replaces it."""
    token = bearer_token()
    if token is None:
        raise Unauthorized(_("Please send your manage token."))
    if database.read(queries.signup_by_token, token).id != signup_id:
        raise NotFound(_("There is no such sign-up."))
    return database.write(operations.give_feedback, signup_id, **entered, now=now())
