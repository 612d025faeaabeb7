"""Places that are offered to those who wait, as JSON."""

from typing import Any
from uuid import UUID

from services.signups import operations, schemas
from services.signups.api.signups import door, opened_by
from shared.web.auth import bearer_token, current_principal
from shared.web.current import database, now


@door.route("/signups/<uuid:signup_id>/accept", methods=["POST"])
@door.response(200, schemas.SignupSchema)
def accept(signup_id: UUID) -> Any:
    """Accept the place that is offered; doing so again changes nothing."""
    found = database.read(opened_by, signup_id, current_principal(), bearer_token())
    return database.write(operations.accept_offer, found.id, now=now())


@door.route("/signups/<uuid:signup_id>/decline", methods=["POST"])
@door.response(200, schemas.SignupSchema)
def decline(signup_id: UUID) -> Any:
    """Decline the place that is offered, and leave the waitlist; doing so again changes nothing."""
    found = database.read(opened_by, signup_id, current_principal(), bearer_token())
    return database.write(operations.decline_offer, found.id, now=now())
