"""The sign-up service's JSON: the door for volunteers and programs, the desk for organizers."""

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from flask import Response, jsonify, request
from sqlalchemy.orm import Session

from services.signups import operations, queries, rosters, schemas, today
from services.signups.applying import SIGNUPS, apply, write_down
from services.signups.calendars import as_download
from services.signups.idempotency import Answer
from services.signups.links import Links
from services.signups.models import Signup
from services.signups.rosters import Filter
from services.signups.venue import Wall
from shared.errors import NotFound, Unauthorized
from shared.principal import Principal
from shared.texts import text as _
from shared.web import contact_views, limits, notice_log, paging
from shared.web.auth import bearer_token, current_principal, organizer
from shared.web.current import config, database, now
from shared.web.openapi import ApiBlueprint
from shared.web.preconditions import KEY_ASKED, idempotency_key
from shared.web.security import personal

ATTENDANCE: Final[dict[str, Callable[..., Signup]]] = {
    "check-in": operations.check_in,
    "check-out": operations.check_out,
    "absent": operations.mark_absent,
    "undo-check-in": operations.undo_check_in,
    "undo-check-out": operations.undo_check_out,
    "undo-absent": operations.undo_absence,
}
STEPS: Final = ", ".join(f"'{step}'" for step in ATTENDANCE)
AT_THE_WALL: Final = "'check-in', 'check-out'"
"""What whoever has the code on the wall may note as well."""
AT_THE_DESK: Final = STEPS.replace(f"{AT_THE_WALL}, ", "")
WALL_CODE: Final = "Check-In-Code"
TOLD_AT_THE_WALL: Final = ("id", "status", "version", "checked_in_at", "checked_out_at", "minutes")
"""What of a sign-up: nothing about its person, whom the code on the wall does not name."""

door = ApiBlueprint("api_door", __name__, url_prefix="/signups/api/v1", description="For volunteers")
desk = ApiBlueprint("api_desk", __name__, url_prefix="/signups/api/v1", description="For organizers")
contact_views.watch(door)
contact_views.watch(desk)


@door.route("/events/<uuid:event_id>/shifts")
@door.response(200, schemas.ShiftsSchema)
def shifts(event_id: UUID) -> Any:
    """List an event's shifts and how full they are."""
    return {"items": database.read(queries.shifts, event_id)}


@door.route("/signups", methods=["POST"])
@door.arguments(schemas.ApplicationSchema)
@door.response(201, schemas.AnswerSchema)
@door.alt_response(200, schema=schemas.AnswerSchema, description="Already on the shift; no more is said")
@door.doc(parameters=[KEY_ASKED])
@limits.limit(SIGNUPS)
def sign_up(entered: dict[str, Any]) -> Any:
    """Sign up for one shift or several, alone or with others; the same Idempotency-Key and body get the same answer.

    Where the event asks for a code, the first request is answered 409 with the type
    ``urn:steward:problem:code-needed``, and the code is sent; the second brings it as ``code``.
    """
    answer = apply(entered, idempotency_key())
    if not any(one.signup_id for one in answer.all):
        return {"status": answer.status}, 200
    told = [_told(one) for one in answer.all]
    return told[0] | {"signups": told}, 201


@door.route("/signups/<uuid:signup_id>")
@door.response(200, schemas.SignupSchema)
def signup(signup_id: UUID) -> Any:
    """Show a sign-up to its own person or to an organizer."""
    return database.read(opened_by, signup_id, current_principal(), bearer_token())


@door.route("/signups/<uuid:signup_id>/withdraw", methods=["POST"])
@door.arguments(schemas.WithdrawalSchema, required=False)
@door.response(200, schemas.SignupSchema)
def withdraw(entered: dict[str, Any], signup_id: UUID) -> Any:
    """Give up the place or the turn; doing so again changes nothing."""
    opened = database.read(opened_by, signup_id, current_principal(), bearer_token())
    reason = (entered or {}).get("reason")
    return database.write(operations.withdraw, opened.id, reason=reason, now=now())


@door.route("/signups/<uuid:signup_id>/calendar.ics")
@door.arguments(schemas.DownloadQuery, location="query")
@door.response(200, content_type="text/calendar")
def calendar_file(entered: dict[str, Any], signup_id: UUID) -> Response:
    """Download a sign-up as a calendar entry; its own signature opens it, so that no manage token is in an address."""
    if not Links(config.secret_key).opens(entered["signature"], signup_id):
        raise NotFound(_("This download link has expired. Please open your sign-up again."))
    return personal(database.read(_as_file, signup_id))


@desk.route("/signups")
@desk.arguments(schemas.RosterQuery, location="query")
@desk.response(200, schemas.SignupPageSchema)
def roster(entered: dict[str, Any]) -> Any:
    """List the community's sign-ups, the newest first."""
    page = paging.asked(entered, "signups")
    entered["search"] = entered.pop("q", "")
    wanted = Filter(community=organizer().community, **entered)
    return paging.answer(database.read(rosters.part, page, wanted, newest_first=True), "signups")


@door.route(f"/signups/<uuid:signup_id>/<any({AT_THE_WALL}):step>", methods=["POST"])
@door.response(200, schemas.SignupSchema)
@door.doc(
    parameters=[
        {
            "in": "header",
            "name": WALL_CODE,
            "required": False,
            "schema": {"type": "string"},
            "description": "The code that the event's wall shows, instead of an organizer's token; it changes every "
            "minute. Good from two hours before the shift to one hour after it, and answered with what was noted only.",
        }
    ]
)
def come_or_go(signup_id: UUID, step: str) -> Any:
    """Note that somebody came or left, with an organizer's token or the code on the wall; again changes nothing."""
    principal = current_principal()
    if principal is not None and principal.kind == "organizer":
        known = database.read(queries.signup, signup_id, community=principal.community)
        return database.write(ATTENDANCE[step], known.id, now=now())
    database.read(_at_the_wall, signup_id, request.headers.get(WALL_CODE, ""))
    noted = database.write(ATTENDANCE[step], signup_id, now=now())
    return jsonify(schemas.SignupSchema(only=TOLD_AT_THE_WALL).dump(noted))


@desk.route(f"/signups/<uuid:signup_id>/<any({AT_THE_DESK}):step>", methods=["POST"])
@desk.response(200, schemas.SignupSchema)
def attend(signup_id: UUID, step: str) -> Any:
    """Note that somebody did not come, or take back what was noted; doing so again changes nothing."""
    known = database.read(queries.signup, signup_id, community=organizer().community)
    return database.write(ATTENDANCE[step], known.id, now=now())


@desk.route("/signups/<uuid:signup_id>/move", methods=["POST"])
@desk.arguments(schemas.MoveSchema)
@desk.response(200, schemas.SignupSchema)
def move(entered: dict[str, Any], signup_id: UUID) -> Any:
    """Move somebody to another shift of the same event; moving them to the one they are on changes nothing."""
    known = database.read(queries.signup, signup_id, community=organizer().community)
    return database.write(operations.move_signup, known.id, now=now(), **entered)


@desk.route("/signups/<uuid:signup_id>/clear", methods=["POST"])
@desk.response(200, schemas.SignupSchema)
def clear(signup_id: UUID) -> Any:
    """Confirm that somebody has the skills and training that the shift asks for; again changes nothing."""
    known = database.read(queries.signup, signup_id, community=organizer().community)
    return database.write(operations.clear, known.id, organizer_id=organizer().id, now=now())


@desk.route("/signups/<uuid:signup_id>/unclear", methods=["POST"])
@desk.response(200, schemas.SignupSchema)
def take_back_clearing(signup_id: UUID) -> Any:
    """Take that confirmation back; again changes nothing."""
    known = database.read(queries.signup, signup_id, community=organizer().community)
    return database.write(operations.take_back_clearing, known.id)


@desk.route("/walk-ins", methods=["POST"])
@desk.arguments(schemas.WalkInSchema)
@desk.response(201, schemas.SignupSchema)
@desk.doc(parameters=[KEY_ASKED])
def add_walk_in(entered: dict[str, Any]) -> Any:
    """Write down somebody who came without having signed up; the same Idempotency-Key writes them down once."""
    return write_down(entered, idempotency_key())


@desk.route("/notices")
@desk.arguments(notice_log.NoticeQuery, location="query")
@desk.response(200, notice_log.NoticePageSchema)
def notices(entered: dict[str, Any]) -> Any:
    """List what was or will be sent to volunteers, the newest first."""
    return notice_log.answer(queries.notices(community=organizer().community), entered)


def _told(answer: Answer) -> dict[str, Any]:
    if answer.signup_id is None:
        return {"status": answer.status}
    token = Links(config.secret_key).manage_token(answer.signup_id)
    return {
        "signup_id": answer.signup_id,
        "status": answer.status,
        "waitlist_position": answer.waitlist_position,
        "manage_token": token,
        "manage_url": f"{config.origin}/signups/manage/{token}",
    }


def opened_by(session: Session, signup_id: UUID, principal: Principal | None, token: str | None) -> Any:
    """Return the sign-up to an organizer of its community, or to whoever holds its manage token."""
    if principal is not None and principal.kind == "organizer":
        found = queries.signup(session, signup_id, community=principal.community)
    elif token is not None:
        found = queries.signup_by_token(session, token)
        if found.id != signup_id:
            raise NotFound(_("There is no such sign-up."))
    else:
        raise Unauthorized(_("Please send your manage token, or sign in as an organizer."))
    return queries.with_position(session, found)


def _at_the_wall(session: Session, signup_id: UUID, code: str) -> None:
    """Raise Unauthorized unless the code is that of the sign-up's event, and its person may come or go now."""
    signup = session.get(Signup, signup_id)
    is_good = signup is not None and Wall(config.secret_key, signup.event_id).shows(code, now())
    if signup is None or not is_good or not today.is_now(signup, now()):
        raise Unauthorized(_("Please sign in as an organizer, or send the code that the wall shows now."))


def _as_file(session: Session, signup_id: UUID) -> Response:
    return as_download(session.get_one(Signup, signup_id), now())
