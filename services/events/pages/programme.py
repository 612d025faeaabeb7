"""The programme as a timeline that is written item by item, and the run sheet to print."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from services.events import operations, queries, words
from services.events.api import at_desk
from services.events.clashes import clashes
from services.events.models import OPEN, Event, Kind, ProgrammeItem, Supply
from services.events.operations import fields
from services.events.operations.programme import sequence
from services.events.pages.board import desk
from services.events.pages.editor import (
    Editor,
    first_text,
    flat_part,
    item_values,
    merged,
    notice_of,
    opened,
    part_id,
    without_untouched,
)
from services.events.pages.front import lunar_words
from services.events.scheduling import ItemSchema, MoveSchema, VersionSchema
from services.events.times import box, located
from shared.errors import DomainError, NotFound, Stale
from shared.texts import text as _
from shared.web import forms
from shared.web.auth import organizer
from shared.web.current import database, now
from shared.web.i18n import tell, translate

NEW = "new"
REMOVED = "removed-item"
"""Holds what was taken out last: it can be put back as long as nothing else was changed."""


@desk.get("/<uuid:event_id>/programme")
def programme_page(event_id: UUID) -> ResponseReturnValue:
    """Show the programme as a timeline; ``?edit=`` opens the form of one item, or of a new one."""
    event = _event(event_id)
    asked = request.args.get("edit")
    item = next((one for one in event.programme if str(one.id) == asked), None)
    if asked == NEW:
        return _page(event, opened(NEW, _next_values(event)))
    return _page(event, opened(str(item.id), item_values(item, event)) if item else None)


@desk.post("/<uuid:event_id>/programme")
def save_item(event_id: UUID) -> ResponseReturnValue:
    """Add an item, or change the one that ``?edit=`` names and let what follows move along."""
    event, of = _event(event_id), request.args.get("edit", NEW)
    form = forms.load(ItemSchema(), request.form)
    if form.data is None:
        return _page(event, Editor(of, form.values, form.errors)), 422
    entered = _entered(form.data, event, of)
    version, alone = entered.pop("version"), entered.pop("only_this")
    try:
        if of == NEW:
            changed = _write(operations.add_item, event_id, entered, version=version)
        else:
            changed = _write(operations.change_item, event_id, part_id(of), entered, alone=alone, version=version)
    except Stale as error:
        return _stale_page(event_id, of, form.values, error, version), 412
    except NotFound:
        return _gone(event_id)
    except DomainError as error:
        form.refuse(error)
        return _page(event, Editor(of, form.values, flat_part(form.errors, "programme"))), 422
    tell(_("Saved.") if of != NEW else _("Added."))
    known = {one.id for one in event.programme}
    shown = of if of != NEW else next((str(one.id) for one in changed.programme if one.id not in known), "")
    return redirect(f"{url_for('desk.programme_page', event_id=event_id)}#item-{shown}", 303)


@desk.post("/<uuid:event_id>/programme/<uuid:item_id>/move")
def move_item(event_id: UUID, item_id: UUID) -> ResponseReturnValue:
    """Move an item up or down its sequence, or to where it was dragged."""
    event = _event(event_id)
    form = forms.load(MoveSchema(), request.form)
    item = next((one for one in event.programme if one.id == item_id), None)
    if form.data is None or item is None:
        return _gone(event_id)
    place = _place(event, item, form.data.get("direction"), form.data.get("before"))
    return _at_once(
        event_id, item_id, operations.move_item, item_id, place, version=form.data["version"], said=_("Moved.")
    )


@desk.post("/<uuid:event_id>/programme/<uuid:item_id>/remove")
def remove_item(event_id: UUID, item_id: UUID) -> ResponseReturnValue:
    """Take an item out; the next page offers to put it back."""
    event = _event(event_id)
    form = forms.load(VersionSchema(), request.form)
    item = next((one for one in event.programme if one.id == item_id), None)
    if form.data is None or item is None:
        return _gone(event_id)
    answer = _at_once(
        event_id, None, operations.remove_item, item_id, version=form.data["version"], said=_("Taken out.")
    )
    newest = _event(event_id)
    if item_id not in {one.id for one in newest.programme}:
        session[REMOVED] = {"event": str(event_id), "since": newest.version, "item": item_values(item, event)}
    return answer


@desk.post("/<uuid:event_id>/programme/restore")
def restore_item(event_id: UUID) -> ResponseReturnValue:
    """Put back what was taken out last."""
    event = _event(event_id)
    form = forms.load(VersionSchema(), request.form)
    kept = session.pop(REMOVED, None)
    if form.data is None or kept is None or kept["event"] != str(event_id):
        return _gone(event_id)
    values = kept["item"]
    known = {shift.role for shift in event.shifts}
    entered = ItemSchema().load(
        {name: value for name, value in values.items() if value not in ("", None)}
        | {"roles": [role for role in values["roles"] if role in known], "version": form.data["version"]}
    )
    entered = {**fields.ITEM, **located(entered, event.timezone)}
    version = entered.pop("version")
    return _at_once(
        event_id,
        None,
        operations.add_item,
        entered,
        version=version,
        said=_("It is back in the programme."),
    )


@desk.get("/<uuid:event_id>/run-sheet")
def run_sheet(event_id: UUID) -> ResponseReturnValue:
    """Show the programme as a sheet for the people who run it on the day."""
    event, supplies = database.read(_with_supplies, event_id, organizer().community)
    return render_template(
        "events/run_sheet.html",
        event=event,
        items=_ordered(event),
        kinds=words.KINDS,
        lunar=lunar_words(event),
        supplies=supplies,
        days=len({event.local(item.starts_at).date() for item in event.programme if item.starts_at}),
    )


def _entered(data: Mapping[str, Any], event: Event, of: str) -> dict[str, Any]:
    """Return what the form says, as the operation takes it."""
    item = next((one for one in event.programme if str(one.id) == of), None)
    return without_untouched({**fields.ITEM, **located(data, event.timezone)}, item, event)


def _stale_page(event_id: UUID, of: str, typed: Mapping[str, Any], error: Stale, version: int) -> str:
    """Return the form with what was typed and what others changed; an item that is gone becomes a new one."""
    newest = _event(event_id)
    part = next((one for one in newest.programme if str(one.id) == of), None)
    theirs = item_values(part, newest) if part else {}
    editor = opened(of if part else NEW, theirs, merged(typed, theirs) | {"version": newest.version})
    editor.stale = notice_of(error, newest, version)
    return _page(newest, editor)


def _write(operation: Callable[..., Event], event_id: UUID, *given: Any, **named: Any) -> Event:
    return database.write(operation, event_id, *given, desk=at_desk(organizer()), now=now(), **named)


def _at_once(
    event_id: UUID, item_id: UUID | None, operation: Callable[..., Event], *given: Any, version: int, said: str
) -> ResponseReturnValue:
    """Do what a single button asks for, and go back to the programme."""
    try:
        _write(operation, event_id, *given, version=version)
    except DomainError as error:
        tell(first_text(error), "error")
    else:
        tell(said)
    anchor = f"#item-{item_id}" if item_id else ""
    return redirect(f"{url_for('desk.programme_page', event_id=event_id)}{anchor}", 303)


def _gone(event_id: UUID) -> ResponseReturnValue:
    tell(_("This programme item is no longer there."), "error")
    return redirect(url_for("desk.programme_page", event_id=event_id), 303)


def _page(event: Event, editor: Editor | None) -> str:
    removed = session.get(REMOVED)
    if removed is not None and (removed["event"], removed["since"]) != (str(event.id), event.version):
        removed = None
    wrong = translate({str(item_id): list(texts) for item_id, texts in clashes(event).items()})
    return render_template(
        "events/programme.html",
        event=event,
        is_open=event.status in OPEN and organizer().may_write,
        rows=[
            {
                "item": item,
                "clashes": wrong.get(str(item.id), []),
                "is_first": found[0] is item,
                "is_last": found[-1] is item,
            }
            for item in _ordered(event)
            for found in [sequence(event, item)]
        ],
        clash_count=sum(len(texts) for texts in wrong.values()),
        editor=editor,
        errors=editor.errors if editor else {},
        kinds=list(words.KINDS.items()),
        roles=[(role, role) for role in dict.fromkeys(shift.role for shift in event.shifts)],
        undo=removed["item"]["title"] if removed else None,
        lunar=lunar_words(event),
    )


def _next_values(event: Event) -> dict[str, Any]:
    """Return what a new item begins with: after the last one, at its place."""
    ends = [(one.ends_at or one.starts_at, one.place) for one in _ordered(event) if one.starts_at]
    starts_at, place = max(ends, default=(event.starts_at, event.venue_name if not event.programme else ""))
    return {"starts_at": box(starts_at, event.timezone), "place": place, "kind": Kind.PERFORMANCE, "minutes": 10}


def _place(event: Event, item: ProgrammeItem, direction: str | None, before: UUID | None) -> int:
    """Return where in its sequence an item goes, from 0."""
    found = sequence(event, item)
    if direction in {"up", "down"}:
        at = next(place for place, one in enumerate(found) if one is item)
        return max(at - 1, 0) if direction == "up" else at + 1
    shown = [one for one in _ordered(event) if one is not item]
    stop = next((place for place, one in enumerate(shown) if one.id == before), len(shown))
    return sum(one in found for one in shown[:stop])


def _ordered(event: Event) -> Sequence[ProgrammeItem]:
    return sorted(
        event.programme, key=lambda one: (one.starts_at is None, one.starts_at or event.ends_at, one.position)
    )


def _event(event_id: UUID) -> Event:
    return database.read(queries.desk_event, event_id, community=organizer().community)


def _with_supplies(db: Session, event_id: UUID, community: str) -> tuple[Event, list[Supply]]:
    event = queries.desk_event(db, event_id, community=community)
    return event, event.supplies
