"""Pages for the steps of an event's life: publish, cancel, complete, and do it again."""

from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from services.events import operations, queries
from services.events.api import at_desk
from services.events.models import Event
from services.events.pages.board import desk
from services.events.pages.editing import form_page, values_of
from services.events.pages.editor import opened
from services.events.pages.front import lunar_words
from services.events.pages.repeating import SCOPES, tell_outcome
from services.events.schemas import CancelSchema, DuplicateFormSchema
from services.events.times import box, located
from shared.errors import Conflict, DomainError, Invalid
from shared.principal import Ability
from shared.texts import text as _
from shared.web import forms
from shared.web.auth import needs, organizer
from shared.web.current import database, now
from shared.web.i18n import tell, translate


@desk.post("/<uuid:event_id>/publish")
def publish(event_id: UUID) -> ResponseReturnValue:
    """Publish the event; where something is missing, show the form with what it is."""
    try:
        database.write(operations.publish_event, event_id, desk=at_desk(organizer()), now=now())
    except Invalid as error:
        event = database.read(queries.desk_event, event_id, community=organizer().community)
        editor = opened("", values_of(event))
        editor.errors = translate(error.errors)
        return form_page(event, editor), 422
    except Conflict as error:
        return _refused(event_id, error)
    tell(_("Published. People can sign up now."))
    return _back_to(event_id)


@desk.post("/<uuid:event_id>/unpublish")
@needs(Ability.CALL_OFF)
def unpublish(event_id: UUID) -> ResponseReturnValue:
    """Make the event a draft again, while nobody has signed up."""
    try:
        database.write(operations.unpublish_event, event_id, desk=at_desk(organizer()), now=now())
    except Conflict as error:
        return _refused(event_id, error)
    tell(_("It is a draft again. Nobody sees it until you publish it."))
    return _back_to(event_id)


@desk.get("/<uuid:event_id>/cancel")
@needs(Ability.CALL_OFF)
def ask_cancel(event_id: UUID) -> ResponseReturnValue:
    """Ask for the reason, and say whom it concerns."""
    return _cancel_page(event_id, {}, {})


@desk.post("/<uuid:event_id>/cancel")
@needs(Ability.CALL_OFF)
def cancel(event_id: UUID) -> ResponseReturnValue:
    """Call the event off."""
    form = forms.load(CancelSchema(), request.form)
    if form.data is None:
        return _cancel_page(event_id, form.values, form.errors), 422
    try:
        outcome = database.write(operations.cancel_series, event_id, **form.data, desk=at_desk(organizer()), now=now())
    except Conflict as error:
        return _refused(event_id, error)
    tell(_("Cancelled. Everybody who signed up will be told."))
    tell_outcome(outcome)
    return _back_to(event_id)


@desk.get("/<uuid:event_id>/duplicate")
def ask_duplicate(event_id: UUID) -> ResponseReturnValue:
    """Ask when it is to take place again, proposing the festival's next date."""
    event = database.read(queries.desk_event, event_id, community=organizer().community)
    return _duplicate_page(event, {"starts_at": box(operations.next_start(event, now()), event.timezone)}, {})


@desk.post("/<uuid:event_id>/duplicate")
def duplicate(event_id: UUID) -> ResponseReturnValue:
    """Make the new draft and go on to its form."""
    event = database.read(queries.desk_event, event_id, community=organizer().community)
    form = forms.load(DuplicateFormSchema(), request.form)
    if form.data is not None:
        starts_at = located(form.data["starts_at"], event.timezone)
        try:
            made = database.write(operations.duplicate_event, event_id, starts_at, desk=at_desk(organizer()), now=now())
        except DomainError as error:
            form.refuse(error)
        else:
            tell(_("A new draft was made. Please check dates and shifts."))
            return redirect(url_for("desk.edit", event_id=made.id), 303)
    return _duplicate_page(event, form.values, form.errors), 422


def _cancel_page(event_id: UUID, values: dict[str, str], errors: dict[str, list[str]]) -> str:
    staffed = database.read(queries.desk_staffed, event_id, community=organizer().community)
    return render_template(
        "events/cancel.html",
        staffed=staffed,
        event=staffed.event,
        values=values,
        errors=errors,
        scopes=list(SCOPES.items()),
    )


def _duplicate_page(event: Event, values: dict[str, str], errors: dict[str, list[str]]) -> str:
    return render_template(
        "events/duplicate.html",
        event=event,
        values=values,
        errors=errors,
        lunar=lunar_words(event),
        proposed=operations.next_start(event, now()),
        length=event.ends_at - event.starts_at,
    )


def _refused(event_id: UUID, error: DomainError) -> ResponseReturnValue:
    tell(error.detail, "error")
    return _back_to(event_id)


def _back_to(event_id: UUID) -> ResponseReturnValue:
    return redirect(url_for("desk.event", event_id=event_id), 303)
