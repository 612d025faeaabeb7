"""The desk at the entrance: a page for a phone in the hand that checks people in and out, also without a connection."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from flask import Response, jsonify, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf
from sqlalchemy.orm import Session

from services.signups import contacts, operations, queries, today
from services.signups.attending import RestForm, ScanSchema
from services.signups.models import Event, Signup, SignupStatus
from services.signups.operations import Sent
from services.signups.pages.desk import desk
from services.signups.pages.views import DESK, View
from services.signups.venue import Wall
from shared.errors import DomainError, Invalid
from shared.principal import Ability
from shared.texts import text as _
from shared.web import assets, forms, json_reader, qr
from shared.web.auth import needs, organizer
from shared.web.current import config, database, now
from shared.web.i18n import date_range, tell, time, translate
from shared.web.security import HEADERS

STATES: Final[Mapping[SignupStatus, str]] = {
    SignupStatus.CONFIRMED: "expected",
    SignupStatus.WAITLISTED: "waiting",
    SignupStatus.ABSENT: "absent",
}
"""How people stand at the entrance. Those who came are ``here``, have ``left``, or were ``seen``, nobody knows when."""
PERMISSIONS: Final = "Permissions-Policy"
WITH_CAMERA: Final = HEADERS[PERMISSIONS].replace("camera=()", "camera=(self)")
WORKER: Final = "check-in-offline.js"


@desk.get("/events/<uuid:event_id>/check-in")
@needs(Ability.WRITE)
def check_in_page(event_id: UUID) -> ResponseReturnValue:
    """Show who is expected now, or whom ``?q=`` names: part of a name, end of a phone number, or six digits.

    ``?shell=`` is the page without anybody on it, which a phone keeps for when it has no connection.
    """
    is_shell = "shell" in request.args
    search = "" if is_shell else View.of(request.args, event_id).wanted.search
    event, people = database.read(_read, event_id, search)
    page = render_template(
        "signups/check_in.html",
        event=event,
        people=[] if is_shell else people,
        search=search,
        is_shell=is_shell,
        unseen=database.read(today.unseen, event_id, now()),
        unsettled=database.read(today.to_settle, event_id, now()),
        here=f"{DESK}/events/{event_id}",
        worker=WORKER,
    )
    answer = make_response(page)
    answer.headers[PERMISSIONS] = WITH_CAMERA
    return answer


@desk.get("/events/<uuid:event_id>/check-in/people")
@needs(Ability.WRITE)
def people_to_check_in(event_id: UUID) -> ResponseReturnValue:
    """List who is expected now, for the page's script; with names, which an organizer may see, and no phone numbers."""
    _event, people = database.read(_read, event_id, "")
    return jsonify({"people": people, "csrf_token": generate_csrf()})


@desk.post("/events/<uuid:event_id>/scans")
def scan(event_id: UUID) -> ResponseReturnValue:
    """Note a scan, once however often it is sent, and say what became of it."""
    database.read(queries.event, event_id, community=organizer().community)
    sent = Sent(**ScanSchema().load(json_reader.read(request)))
    noted = database.write(operations.record_scan, event_id, sent, organizer_id=organizer().id, now=now())
    return jsonify({"outcome": noted.outcome, "reason": translate(_(noted.reason)) if noted.reason else None})


@desk.post("/events/<uuid:event_id>/check-in/absent")
def mark_rest_absent(event_id: UUID) -> ResponseReturnValue:
    """Note of all whom nobody has seen on a shift that they did not come."""
    sent = forms.load(RestForm(), request.form)
    if sent.data is None:
        raise Invalid(sent.errors)
    community = organizer().community
    shift = database.read(queries.shift, sent.data["shift_id"], community=community, event_id=event_id)
    try:
        number = database.write(operations.mark_rest_absent, shift.id, now=now())
    except DomainError as error:
        tell(error.detail, "error")
    else:
        tell(_("Marked as not having come: %(n)s. Each of them can be taken back in the list.", n=number))
    return redirect(f"{DESK}/events/{event_id}/check-in", 303)


@desk.get(f"/events/<uuid:event_id>/{WORKER}")
def offline_worker(event_id: UUID) -> Response:
    """Return the script that shows the page without a connection; its address bounds what it may serve."""
    database.read(queries.event, event_id, community=organizer().community)
    return Response(assets.read().files[WORKER].content, content_type=assets.read().files[WORKER].kind)


@desk.get("/events/<uuid:event_id>/wall")
@needs(Ability.WRITE)
def wall(event_id: UUID) -> ResponseReturnValue:
    """Show the code with which people check themselves in, large; the page asks for the next one by itself."""
    event = database.read(queries.event, event_id, community=organizer().community)
    address = f"{config.origin}/signups/here/{event_id}/{Wall(config.secret_key, event_id).code(now())}"
    return render_template("signups/wall.html", event=event, code=qr.svg(address), here=f"{DESK}/events/{event_id}")


def _read(session: Session, event_id: UUID, search: str) -> tuple[Event, list[dict[str, Any]]]:
    event = queries.event(session, event_id, community=organizer().community)
    found = today.found(session, event, search) if search else today.expected(session, event_id, now())
    return event, _people(session, found)


def _people(session: Session, signups: Sequence[Signup]) -> list[dict[str, Any]]:
    codes = today.codes(session, signups)
    return [_person(signup, codes[signup.id]) for signup in signups]


def _state(signup: Signup) -> str:
    if signup.status is not SignupStatus.ATTENDED:
        return STATES[signup.status]
    if signup.checked_in_at is None:
        return "seen"
    return "here" if signup.checked_out_at is None else "left"


def _person(signup: Signup, code: str) -> dict[str, Any]:
    """Return somebody as the page and its script know them; moments as ISO 8601."""
    shift, zone = signup.shift, signup.shift.event.timezone
    return {
        "id": str(signup.id),
        "name": contacts.name(signup),
        "shift": f"{shift.role} · {date_range(shift.starts_at, shift.ends_at, zone)}",
        "code": code,
        "state": _state(signup),
        "times": "–".join(time(one, zone) for one in (signup.checked_in_at, signup.checked_out_at) if one),
        "came_at": signup.checked_in_at and signup.checked_in_at.isoformat(),
        "left_at": signup.checked_out_at and signup.checked_out_at.isoformat(),
        "late_from": (shift.starts_at + today.LATE_AFTER).isoformat(),
        "is_late": today.is_late(signup, now()),
    }
