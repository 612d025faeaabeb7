"""Accounts as JSON: signing in and out for everybody, people and invitations for the office."""

from typing import Any
from uuid import UUID

from flask import request

from services.events import accounts, representation, signing_in
from services.events.api.events import at_desk, desk, door
from services.events.models import Invitation
from services.events.schemas import accounts as schemas
from shared.principal import Ability
from shared.web import limits
from shared.web.auth import needs, organizer
from shared.web.current import config, database, now


@door.route("/sessions", methods=["POST"])
@door.arguments(schemas.SignInSchema)
@door.response(201, representation.TokenSchema)
@limits.limit(accounts.WRONG_FROM_ONE_ADDRESS, failures_only=True)
@limits.limit(
    accounts.WRONG_PASSWORDS,
    key=lambda: accounts.guess(limits.address(), request.get_json()["username"]),
    failures_only=True,
)
@needs(Ability.READ)
def open_session(entered: dict[str, Any]) -> Any:
    """Sign in as an organizer; a wrong name and a wrong password get the same answer.

    Where the account asks for a code and none was sent, the problem's type is urn:steward:problem:code-needed.
    """
    known = signing_in.with_password(entered["username"], entered["password"])
    token, expires_at = signing_in.sign_in(known.id, known.version, entered.get("code"))
    return {"token": token, "expires_at": expires_at}


@desk.route("/sessions/current", methods=["DELETE"])
@desk.response(204)
@needs(Ability.READ)
def close_session() -> None:
    """Sign out: the token that was sent is not taken any more, in any service."""
    session_id = organizer().session_id
    if session_id is not None:
        database.write(accounts.close_session, session_id, now=now())


@desk.route("/organizers")
@desk.response(200, schemas.OrganizersSchema)
@needs(Ability.MANAGE_PEOPLE)
def organizers() -> Any:
    """List the community's organizers, those whose account is closed last."""
    return {"items": database.read(accounts.people, community=organizer().community)}


@desk.route("/organizers/<uuid:organizer_id>", methods=["PATCH"])
@desk.arguments(schemas.OrganizerChangeSchema)
@desk.response(200, schemas.OrganizerShownSchema)
@needs(Ability.MANAGE_PEOPLE)
def change_organizer(entered: dict[str, Any], organizer_id: UUID) -> Any:
    """Give somebody another role, close their account or reopen it; closing ends their sign-ins at once."""
    mine = at_desk(organizer())
    database.write(accounts.change_organizer, organizer_id, **entered, desk=mine, now=now())
    return database.read(accounts.person, organizer_id, community=mine.community)


@desk.route("/invitations")
@desk.response(200, schemas.InvitationsSchema)
@needs(Ability.MANAGE_PEOPLE)
def invitations() -> Any:
    """List the invitations that may still be used, the newest first; their links cannot be shown again."""
    return {"items": database.read(accounts.open_invitations, community=organizer().community, now=now())}


@desk.route("/invitations", methods=["POST"])
@desk.arguments(schemas.InvitationSchema)
@desk.response(201, schemas.InvitationShownSchema)
@needs(Ability.MANAGE_PEOPLE)
def invite(entered: dict[str, Any]) -> Any:
    """Invite somebody; the link in the answer makes one account and is shown only now."""
    made, token = database.write(accounts.invite, **entered, desk=at_desk(organizer()), now=now())
    return shown(made) | {"url": f"{config.origin}{link(token)}"}


def link(token: str) -> str:
    """Return the path of an invitation's page."""
    return f"/events/invitations/{token}"


def shown(made: Invitation) -> dict[str, Any]:
    """Return the invitation for ``InvitationShownSchema``."""
    return {name: getattr(made, name) for name in ("id", "display_name", "role", "created_at", "expires_at")}
