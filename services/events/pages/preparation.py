"""Pages for getting ready: the countdown of tasks, the permit checklist and the supplies of an event."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from services.events import countdown, operations, preparing
from services.events.api import at_desk
from services.events.countdown import Preparation, When
from services.events.models import Event, EventStatus, Supply, Task
from services.events.pages.board import desk, flat
from shared.errors import Conflict
from shared.texts import Text
from shared.texts import text as _
from shared.web import forms
from shared.web.auth import organizer
from shared.web.current import database, is_htmx, now
from shared.web.i18n import tell, translate

GROUPS: Final[Mapping[When, Text]] = {
    When.LATE: _("Overdue"),
    When.TODAY: _("Today"),
    When.SOON: _("In the next seven days"),
    When.LATER: _("After that"),
    When.DONE: _("Done"),
}


@desk.get("/<uuid:event_id>/preparation")
def preparation(event_id: UUID) -> ResponseReturnValue:
    """Show what is to be done by when and by whom, and what is missing."""
    return _page(event_id)


@desk.post("/<uuid:event_id>/preparation/tasks/<uuid:task_id>/tick")
def tick(event_id: UUID, task_id: UUID) -> ResponseReturnValue:
    """Mark a task as done, or as open again; with a script only its row and the progress are sent back."""
    done = request.form.get("done") == "true"
    try:
        task = database.write(operations.tick_task, event_id, task_id, done=done, desk=at_desk(organizer()), now=now())
    except operations.RowGone as error:
        return _gone(event_id, error)
    told = _("Done: %(title)s", title=task.title) if done else _("Open again: %(title)s", title=task.title)
    if not is_htmx():
        tell(told)
        return _back_to(event_id)
    shown = _read(event_id)
    return render_template("events/task_ticked.html", **_basics(shown), task=task, told=translate(told))


@desk.post("/<uuid:event_id>/preparation/tasks")
def add_task(event_id: UUID) -> ResponseReturnValue:
    """Add a task to the countdown."""
    event = _read(event_id).event
    form = forms.load(preparing.TaskFormSchema(), request.form)
    entered = _task(form, event)
    if entered is not None:
        try:
            database.write(operations.add_task, event_id, entered, desk=at_desk(organizer()), now=now())
        except Conflict as error:
            form.refuse(error)
        else:
            tell(_("The task was added."))
            return _back_to(event_id)
    return _page(event_id, task=form), 422


@desk.get("/<uuid:event_id>/preparation/tasks/<uuid:task_id>")
def edit_task(event_id: UUID, task_id: UUID) -> ResponseReturnValue:
    """Show the form of one task."""
    shown = _read(event_id)
    task = next((one for one in shown.tasks if one.id == task_id), None)
    if task is None:
        return _gone(event_id, operations.RowGone())
    values = {"title": task.title, "owner": task.owner, "due": countdown.due(shown.event, task).isoformat()}
    return _task_page(shown.event, task, values, {})


@desk.post("/<uuid:event_id>/preparation/tasks/<uuid:task_id>")
def save_task(event_id: UUID, task_id: UUID) -> ResponseReturnValue:
    """Write the form of one task."""
    shown = _read(event_id)
    task = next((one for one in shown.tasks if one.id == task_id), None)
    if task is None:
        return _gone(event_id, operations.RowGone())
    form = forms.load(preparing.TaskFormSchema(), request.form)
    entered = _task(form, shown.event)
    if entered is None:
        return _task_page(shown.event, task, form.values, form.errors), 422
    try:
        database.write(operations.change_task, event_id, task_id, entered, desk=at_desk(organizer()), now=now())
    except operations.RowGone as error:
        return _gone(event_id, error)
    tell(_("Saved."))
    return _back_to(event_id)


@desk.post("/<uuid:event_id>/preparation/tasks/<uuid:task_id>/remove")
def remove_task(event_id: UUID, task_id: UUID) -> ResponseReturnValue:
    """Take a task out of the countdown."""
    try:
        task = database.write(operations.remove_task, event_id, task_id, desk=at_desk(organizer()), now=now())
    except operations.RowGone as error:
        return _gone(event_id, error)
    tell(_("Taken out: %(title)s", title=task.title))
    return _back_to(event_id)


@desk.post("/<uuid:event_id>/preparation/stock")
def restock(event_id: UUID) -> ResponseReturnValue:
    """Write how much is needed and how much is there; rows that were left alone stay as a colleague left them."""
    form = forms.load(preparing.StockSchema(), request.form)
    if form.data is None:
        return _page(event_id, stock=form), 422
    rows = {
        row["id"]: {"quantity": row["quantity"], "ready": row["ready"]}
        for row in form.data["supplies"]
        if row["seen"] != f"{row['quantity']}/{row['ready']}"
    }
    gone = database.write(operations.restock, event_id, rows, desk=at_desk(organizer()), now=now())
    if gone:
        tell(_("Saved, but for what somebody has taken out meanwhile. The list shows what is there now."), "warning")
    else:
        tell(_("Saved."))
    return _back_to(event_id, "supplies")


@desk.post("/<uuid:event_id>/preparation/supplies")
def add_supply(event_id: UUID) -> ResponseReturnValue:
    """Add something that is needed."""
    form = forms.load(preparing.SupplyNeededSchema(), request.form)
    if form.data is not None:
        try:
            database.write(operations.add_supply, event_id, form.data, desk=at_desk(organizer()), now=now())
        except Conflict as error:
            form.refuse(error)
        else:
            tell(_("Added to the supplies."))
            return _back_to(event_id, "supplies")
    return _page(event_id, supply=form), 422


@desk.get("/<uuid:event_id>/preparation/supplies/<uuid:supply_id>")
def edit_supply(event_id: UUID, supply_id: UUID) -> ResponseReturnValue:
    """Show the form of one row of the supplies."""
    shown = _read(event_id)
    supply = next((one.supply for one in shown.stock if one.supply.id == supply_id), None)
    if supply is None:
        return _gone(event_id, operations.RowGone())
    values = {name: getattr(supply, name) for name in ("name", "quantity", "unit", "ready")}
    return _supply_page(shown.event, supply, values, {})


@desk.post("/<uuid:event_id>/preparation/supplies/<uuid:supply_id>")
def save_supply(event_id: UUID, supply_id: UUID) -> ResponseReturnValue:
    """Write the form of one row of the supplies."""
    shown = _read(event_id)
    supply = next((one.supply for one in shown.stock if one.supply.id == supply_id), None)
    if supply is None:
        return _gone(event_id, operations.RowGone())
    form = forms.load(preparing.SupplyNeededSchema(), request.form)
    if form.data is None:
        return _supply_page(shown.event, supply, form.values, form.errors), 422
    try:
        database.write(operations.change_supply, event_id, supply_id, form.data, desk=at_desk(organizer()), now=now())
    except operations.RowGone as error:
        return _gone(event_id, error)
    tell(_("Saved."))
    return _back_to(event_id, "supplies")


@desk.post("/<uuid:event_id>/preparation/supplies/<uuid:supply_id>/remove")
def remove_supply(event_id: UUID, supply_id: UUID) -> ResponseReturnValue:
    """Take something off the list of supplies."""
    try:
        supply = database.write(operations.remove_supply, event_id, supply_id, desk=at_desk(organizer()), now=now())
    except operations.RowGone as error:
        return _gone(event_id, error)
    tell(_("Taken out: %(title)s", title=supply.name))
    return _back_to(event_id, "supplies")


def _page(
    event_id: UUID,
    *,
    task: forms.Form | None = None,
    supply: forms.Form | None = None,
    stock: forms.Form | None = None,
) -> str:
    """Return the page; a form that was refused comes back with what was typed."""
    shown = _read(event_id)
    event = shown.event
    refused = next((form for form in (task, supply, stock) if form is not None), None)
    typed = {row.get("id"): row for row in stock.values.get("supplies", ())} if stock else {}
    return render_template(
        "events/preparation.html",
        **_basics(shown),
        groups=list(countdown.grouped(event, shown.usual, now()).items()),
        names=GROUPS,
        permit=list(countdown.grouped(event, shown.permit, now()).items()),
        stock=[(one, typed.get(str(one.supply.id), {})) for one in shown.stock],
        is_draft=event.status is EventStatus.DRAFT,
        errors=flat(refused.errors) if refused else {},
        task=task.values if task else None,
        supply=supply.values if supply else None,
    )


def _basics(shown: Preparation) -> dict[str, Any]:
    """Return what the page and a single row of it have in common."""
    event = shown.event
    return {
        "event": event,
        "usual": shown.usual,
        "steps": shown.permit,
        "due": lambda task: countdown.due(event, task),
        "away": lambda task: _away(task.days),
        "state": lambda task: _state(event, task),
    }


def _away(days: int) -> Text:
    """Return a task's distance from the event's day in words."""
    if days == 0:
        return _("On the day")
    if days < 0:
        return _("%(n)s d before the event", n=-days)
    return _("%(n)s d after the event", n=days)


def _state(event: Event, task: Task) -> tuple[Text, str] | None:
    """Return the tag of a task, where it is done or late."""
    match countdown.when(event, task, now()):
        case When.DONE:
            return _("Done"), "good"
        case When.LATE:
            late = event.local(now()).date() - countdown.due(event, task)
            return _("%(n)s d late", n=late.days), "bad"
        case When.TODAY:
            return _("Today"), "warning"
        case _when:
            return None


def _task(form: forms.Form, event: Event) -> dict[str, Any] | None:
    """Return what the form says of a task, its day as a distance from the event's; None where that is not right."""
    if form.data is None:
        return None
    due: date = form.data.pop("due")
    days = (due - event.local(event.starts_at).date()).days
    if not preparing.EARLIEST <= days <= preparing.LATEST:
        text = _("This is too far from the event. Please choose a day from a year before to 90 days after it.")
        form.errors["due"] = [translate(text)]
        return None
    return {**form.data, "days": days}


def _task_page(event: Event, task: Task, values: Mapping[str, Any], errors: Mapping[str, Any]) -> str:
    return render_template("events/task.html", event=event, task=task, values=values, errors=errors)


def _supply_page(event: Event, supply: Supply, values: Mapping[str, Any], errors: Mapping[str, Any]) -> str:
    return render_template("events/supply.html", event=event, supply=supply, values=values, errors=errors)


def _read(event_id: UUID) -> Preparation:
    return database.read(countdown.preparation, event_id, community=organizer().community)


def _gone(event_id: UUID, error: operations.RowGone) -> ResponseReturnValue:
    """Show the list as it is now, and say that the row is not there any more."""
    tell(error.detail, "warning")
    if is_htmx():
        return Response(headers={"HX-Redirect": url_for("desk.preparation", event_id=event_id)})
    return _back_to(event_id)


def _back_to(event_id: UUID, anchor: str | None = None) -> ResponseReturnValue:
    return redirect(url_for("desk.preparation", event_id=event_id, _anchor=anchor), 303)
