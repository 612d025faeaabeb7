"""The shifts as a grid of roles by time, written cell by cell."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from services.events import operations, queries
from services.events.api import at_desk
from services.events.models import OPEN, Event, Shift
from services.events.pages.board import desk
from services.events.pages.editor import (
    Editor,
    first_text,
    flat_part,
    merged,
    notice_of,
    opened,
    part_id,
    without_untouched,
)
from services.events.pages.front import lunar_words
from services.events.queries import Counts, Staffed
from services.events.scheduling import CopyDaySchema, NewShiftSchema, ShiftSchema, VersionSchema
from services.events.times import box, located
from shared.errors import DomainError, NotFound, Stale
from shared.fields import Schema
from shared.texts import text as _
from shared.web import forms
from shared.web.auth import organizer
from shared.web.current import database, now
from shared.web.i18n import day as day_words
from shared.web.i18n import tell, translate

NEW = "new"
COPY = "copy"
SCHEMAS: Final[Mapping[str, type[Schema]]] = {NEW: NewShiftSchema, COPY: CopyDaySchema}
"""What may be entered besides the boxes of a shift that is there."""
SAID: Final = {NEW: _("Added."), COPY: _("The day is copied. Please check the times.")}

Span = tuple[Any, Any]
"""From when to when a column of the grid is."""


@desk.get("/<uuid:event_id>/shifts")
def grid_page(event_id: UUID) -> ResponseReturnValue:
    """Show the grid; ``?edit=`` opens the form of one shift, or of a new one, ``?copy=`` that of one like another."""
    staffed = database.read(queries.desk_staffed, event_id, community=organizer().community)
    event, asked = staffed.event, request.args
    known = {str(shift.id): shift for shift in event.shifts}
    if asked.get("copy") in known:
        shift = known[asked["copy"]]
        return _page(staffed, opened(NEW, _values(shift, event) | {"role": shift.role, "like": shift.id}))
    if asked.get("edit") == NEW:
        return _page(staffed, opened(NEW, _new_values(event, asked.get("role", ""), asked.get("span", ""))))
    if asked.get("edit") in known:
        shift = known[asked["edit"]]
        return _page(staffed, opened(str(shift.id), _values(shift, event)))
    return _page(staffed, Editor(COPY, {}) if asked.get("edit") == COPY else None)


@desk.post("/<uuid:event_id>/shifts")
def save_shift(event_id: UUID) -> ResponseReturnValue:
    """Add a shift, change the one that ``?edit=`` names, or copy a whole day."""
    staffed, of = (
        database.read(queries.desk_staffed, event_id, community=organizer().community),
        request.args.get("edit", NEW),
    )
    form = forms.load(SCHEMAS.get(of, ShiftSchema)(), request.form)
    if form.data is None:
        return _page(staffed, Editor(of, form.values, form.errors)), 422
    entered = _entered(form.data, staffed.event, of)
    version = entered.pop("version")
    try:
        changed = _written(event_id, of, entered, version)
    except Stale as error:
        return _stale_page(event_id, of, form.values, error, version)
    except NotFound:
        return _gone(event_id)
    except DomainError as error:
        form.refuse(error)
        return _page(staffed, Editor(of, form.values, flat_part(form.errors, "shifts"))), 422
    tell(SAID.get(of, _("Saved.")))
    before = {one.id for one in staffed.event.shifts}
    return _back(event_id, next((one.id for one in changed.shifts if one.id not in before), of))


@desk.post("/<uuid:event_id>/shifts/<uuid:shift_id>/remove")
def remove_shift(event_id: UUID, shift_id: UUID) -> ResponseReturnValue:
    """Take a shift out that nobody is on."""
    database.read(queries.desk_event, event_id, community=organizer().community)
    form = forms.load(VersionSchema(), request.form)
    if form.data is None:
        return _gone(event_id)
    try:
        database.write(
            operations.remove_shift,
            event_id,
            shift_id,
            version=form.data["version"],
            desk=at_desk(organizer()),
            now=now(),
        )
    except DomainError as error:
        tell(first_text(error), "error")
    else:
        tell(_("Taken out."))
    return _back(event_id)


def _entered(data: Mapping[str, Any], event: Event, of: str) -> dict[str, Any]:
    """Return what the form says, as the operation takes it."""
    if of == COPY:
        return dict(data)
    shift = next((one for one in event.shifts if str(one.id) == of), None)
    return without_untouched(located(data, event.timezone), shift, event)


def _written(event_id: UUID, of: str, entered: dict[str, Any], version: int) -> Event:
    named: dict[str, Any] = {"version": version, "desk": at_desk(organizer()), "now": now()}
    if of == COPY:
        return database.write(operations.copy_day, event_id, **entered, **named)
    if of == NEW:
        return database.write(operations.add_shift, event_id, entered, like=entered.pop("like", None), **named)
    return database.write(operations.change_shift, event_id, part_id(of), entered, **named)


def _stale_page(event_id: UUID, of: str, typed: Mapping[str, Any], error: Stale, version: int) -> ResponseReturnValue:
    """Return the form with what was typed and what others changed, unless its shift is gone."""
    newest = database.read(queries.desk_staffed, event_id, community=organizer().community)
    part = next((one for one in newest.event.shifts if str(one.id) == of), None)
    if part is None and of not in SCHEMAS:
        return _gone(event_id)
    theirs = _values(part, newest.event) if part else {}
    editor = opened(of, theirs, merged(typed, theirs) | {"version": newest.event.version})
    editor.stale = notice_of(error, newest.event, version)
    return _page(newest, editor), 412


def _page(staffed: Staffed, editor: Editor | None) -> str:
    event = staffed.event
    spans = sorted({(shift.starts_at, shift.ends_at) for shift in event.shifts})
    days = _days(event)
    return render_template(
        "events/grid.html",
        event=event,
        staffed=staffed,
        is_open=event.status in OPEN and organizer().may_write,
        columns=[(_column(event, span, days), _span_key(event, span)) for span in spans],
        roles=[(role, [_cell(staffed, role, span) for span in spans]) for role in _roles(event)],
        editor=editor,
        errors=editor.errors if editor else {},
        days=[(one.isoformat(), translate(day_words(one))) for one in days],
        days_with_shifts=[
            (one.isoformat(), translate(day_words(one)))
            for one in sorted({event.local(shift.starts_at).date() for shift in event.shifts})
        ],
        lunar=lunar_words(event),
    )


def _roles(event: Event) -> Sequence[str]:
    return list(dict.fromkeys(shift.role for shift in event.shifts))


def _cell(staffed: Staffed, role: str, span: Span) -> list[tuple[Shift, Counts]]:
    return [
        (shift, counts)
        for shift, counts in staffed.shifts
        if shift.role == role and (shift.starts_at, shift.ends_at) == span
    ]


def _column(event: Event, span: Span, days: Sequence[date]) -> str:
    """Return what a column is called: its hours, and its day where the event has several."""
    starts_at, ends_at = event.local(span[0]), event.local(span[1])
    hours = f"{starts_at:%H:%M}–{ends_at:%H:%M}"
    return f"{translate(day_words(starts_at.date()))} {hours}" if len(days) > 1 else hours


def _span_key(event: Event, span: Span) -> str:
    return "/".join(box(moment, event.timezone) for moment in span)


def _days(event: Event) -> list[date]:
    """Return the days of the event and of its shifts."""
    first, last = event.local(event.starts_at).date(), event.local(event.ends_at).date()
    own = {first + timedelta(days=n) for n in range((last - first).days + 1)}
    return sorted(own | {event.local(shift.starts_at).date() for shift in event.shifts})


def _values(shift: Shift, event: Event) -> dict[str, Any]:
    return {
        "starts_at": box(shift.starts_at, event.timezone),
        "ends_at": box(shift.ends_at, event.timezone),
        "capacity": shift.capacity,
        "minimum": shift.minimum,
    }


def _new_values(event: Event, role: str, span: str) -> dict[str, Any]:
    """Return what a new shift begins with: the cell that was pressed, or the whole time of the event."""
    like = next((shift for shift in event.shifts if shift.role == role), None)
    starts_at, slash, ends_at = span.partition("/")
    whole = (box(event.starts_at, event.timezone), box(event.ends_at, event.timezone))
    return {
        "role": role,
        "like": like.id if like else None,
        "starts_at": starts_at if slash else whole[0],
        "ends_at": ends_at if slash else whole[1],
        "capacity": like.capacity if like else "",
        "minimum": like.minimum if like else "",
    }


def _gone(event_id: UUID) -> ResponseReturnValue:
    tell(_("This shift is no longer there."), "error")
    return _back(event_id)


def _back(event_id: UUID, shift_id: object = None) -> ResponseReturnValue:
    anchor = f"#shift-{shift_id}" if shift_id else ""
    return redirect(f"{url_for('desk.grid_page', event_id=event_id)}{anchor}", 303)
