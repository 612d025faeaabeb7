"""The desk for organizers: who is on the shifts of an event, and noting who came."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from services.signups import operations, queries
from services.signups.api import ATTENDANCE
from services.signups.models import SignupStatus
from services.signups.words import MOVES, STATES
from shared import phones
from shared.errors import DomainError
from shared.texts import text as _
from shared.web import paging
from shared.web.auth import organizer
from shared.web.current import database, is_htmx, now
from shared.web.i18n import tell
from shared.web.security import local_path

desk = Blueprint("desk", __name__, url_prefix="/signups/desk")


@desk.get("/events/<uuid:event_id>")
def roster(event_id: UUID) -> ResponseReturnValue:
    """Show who is on the shifts of an event."""
    community = organizer().community
    event = database.read(queries.event, event_id, community=community)
    status = _status(request.args.get("status"))
    search = "".join(filter(str.isprintable, request.args.get("q", ""))).strip()[:50]  # PostgreSQL fails on NUL
    page = paging.asked({"limit": 50, "cursor": request.args.get("cursor")}, "roster")
    found = database.read(queries.roster, page, community=community, event_id=event_id, status=status, search=search)
    part = paging.answer(found, "roster")
    return render_template(
        "signups/roster.html",
        event=event,
        shifts=database.read(queries.shifts, event_id),
        holds=database.read(queries.holds, event_id),
        signups=part["items"],
        next_cursor=part["next_cursor"],
        search=search,
        back=request.full_path,
        errors={},
        **_frame(event_id, status),
    )


@desk.post("/signups/<uuid:signup_id>/<any('check-in', 'check-out', 'absent', 'withdraw'):step>")
def act(signup_id: UUID, step: str) -> ResponseReturnValue:
    """Note attendance, or withdraw somebody who phoned, and return to the roster; with htmx, return its row alone."""
    signup = database.read(queries.signup, signup_id, community=organizer().community)
    back = local_path(request.form.get("back"), f"/signups/desk/events/{signup.event_id}")
    try:
        if step == "withdraw":
            done = database.write(operations.withdraw, signup.id, reason="organizer", now=now())
        else:
            done = database.write(ATTENDANCE[step], signup.id, now=now())
    except DomainError as error:
        told, tone = error.detail, "error"
    else:
        told, tone = _("%(name)s: %(state)s", name=signup.volunteer.name, state=STATES[done.status][0]), "success"
    if not is_htmx():
        tell(told, tone)
        return redirect(back, 303)
    return render_template(
        "signups/moved.html",
        signup=database.read(queries.signup, signup_id, community=signup.shift.event.community),
        told=told,
        tone=tone,
        back=back,
        **_frame(signup.event_id, _status(parse_qs(urlsplit(back).query).get("status", [None])[0])),
    )


def _frame(event_id: UUID, status: SignupStatus | None) -> Mapping[str, Any]:
    """Return what the tabs and the rows need."""
    return {
        "here": f"/signups/desk/events/{event_id}",
        "counts": database.read(queries.status_counts, event_id),
        "status": status,
        "states": STATES,
        "moves": MOVES,
        "phone": phones.shown,
    }


def _status(wanted: str | None) -> SignupStatus | None:
    return SignupStatus(wanted) if wanted in set(SignupStatus) else None
