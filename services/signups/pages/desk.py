"""The desk for organizers: who is on the shifts of one event or of all, and noting who came."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from services.signups import contacts, handovers, operations, queries, rosters, today
from services.signups.api import ATTENDANCE, STEPS
from services.signups.models import Shift, Signup
from services.signups.pages.views import DESK, TO_CLEAR, View
from services.signups.words import STATES, steps
from shared.errors import DomainError
from shared.paging import Page
from shared.texts import Text
from shared.texts import text as _
from shared.web import contact_views, paging
from shared.web.auth import organizer
from shared.web.current import database, is_htmx, now
from shared.web.i18n import date_range, day, tell
from shared.web.security import local_path

EVENTS_TO_CHOOSE: Final = 100
"""In the list to choose from; whoever looks for another opens that event's own roster."""
ROWS: Final = 50

desk = Blueprint("desk", __name__, url_prefix=DESK)
contact_views.watch(desk)
desk.add_app_template_global(contacts.name_of)


@desk.get("")
def overview() -> ResponseReturnValue:
    """Show who is on the shifts of all events of the community, from today on unless other days are asked for."""
    return _roster(None)


@desk.get("/events/<uuid:event_id>")
def roster(event_id: UUID) -> ResponseReturnValue:
    """Show who is on the shifts of an event."""
    return _roster(event_id)


@desk.post(f"/signups/<uuid:signup_id>/<any({STEPS}, 'withdraw', 'clear', 'unclear'):step>")
def act(signup_id: UUID, step: str) -> ResponseReturnValue:
    """Note attendance, skills or a withdrawal, and return to the roster; with htmx, return its row alone."""
    signup = database.read(queries.signup, signup_id, community=organizer().community)
    back = local_path(request.form.get("back"), f"{DESK}/events/{signup.event_id}")
    told: str
    try:
        told, tone = _told(step, _do(step, signup.id)), "success"
    except DomainError as error:
        told, tone = error.detail, "error"
    if not is_htmx():
        tell(told, tone)
        return redirect(back, 303)
    view = View.of_address(back)
    return render_template(
        "signups/moved.html",
        signup=database.read(queries.signup, signup_id, community=organizer().community),
        told=told,
        tone=tone,
        **_frame(view, back),
        **database.read(_counts, view),
    )


def _roster(event_id: UUID | None) -> str:
    view = View.of(request.args, event_id)
    page = paging.asked({"limit": ROWS, "cursor": request.args.get("cursor")}, "roster")
    found = database.read(_read, view, page, event_id)
    part = paging.answer(found["part"], "roster")
    return render_template(
        "signups/roster.html",
        **found,
        event_options=[(one.id, f"{one.title} · {day(one.starts_at, one.timezone)}") for one in found["events"]],
        shift_options=[(one.shift.id, _shift_name(one.shift)) for one in found["shifts"]],
        signups=part["items"],
        next_cursor=part["next_cursor"],
        errors={},
        **_frame(view, view.address(page=request.args.get("cursor", ""))),
    )


def _read(session: Session, view: View, page: Page, event_id: UUID | None) -> dict[str, Any]:
    """Return all that the page shows, in a number of queries that does not depend on how many rows it has."""
    community = organizer().community
    event = queries.event(session, event_id, community=community) if event_id is not None else None
    chosen = view.wanted.event_id
    known = event_id is not None or (chosen is not None and rosters.is_of(session, chosen, community=community))
    choose_from: Any = []
    if event is None:
        choose_from = rosters.events(session, community=community, since=view.wanted.since, limit=EVENTS_TO_CHOOSE)
    return {
        "event": event,
        "events": choose_from,
        "shifts": queries.shifts(session, chosen) if chosen is not None and known else [],
        "unsettled": today.to_settle(session, event_id, now())
        if event_id is not None and organizer().may_write
        else [],
        "holds": queries.holds(session, event_id) if event_id is not None else [],
        "part": rosters.part(session, page, view.wanted),
        "swaps": handovers.number_asked(session, community, now()),
        **_counts(session, view),
    }


def _shift_name(shift: Shift) -> str:
    return f"{shift.role} · {date_range(shift.starts_at, shift.ends_at, shift.event.timezone)}"


def _counts(session: Session, view: View) -> dict[str, Any]:
    found = rosters.counts(session, view.wanted)
    return {"counts": found.states, "to_clear": found.to_clear}


def _frame(view: View, back: str) -> Mapping[str, Any]:
    """Return what the tabs and the rows need."""
    may_write = organizer().may_write
    return {
        "view": view,
        "back": back,
        "states": STATES,
        "to_clear_tab": TO_CLEAR,
        "steps": lambda signup: steps(signup, now()) if may_write else [],
        "may_write": may_write,
        "phone": contacts.phone,
        "may_call": contacts.may_see(),
    }


def _do(step: str, signup_id: UUID) -> Signup:
    if step == "withdraw":
        return database.write(operations.withdraw, signup_id, reason="organizer", now=now())
    if step == "clear":
        return database.write(operations.clear, signup_id, organizer_id=organizer().id, now=now())
    if step == "unclear":
        return database.write(operations.take_back_clearing, signup_id)
    return database.write(ATTENDANCE[step], signup_id, now=now())


def _told(step: str, signup: Signup) -> Text:
    name = contacts.name(signup)
    if step == "check-out":
        return _("%(name)s: checked out", name=name)
    if step == "clear":
        return _("%(name)s: skills confirmed", name=name)
    if step == "unclear":
        return _("%(name)s: skills to be confirmed", name=name)
    return _("%(name)s: %(state)s", name=name, state=STATES[signup.status][0])
