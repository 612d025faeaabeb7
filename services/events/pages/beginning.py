"""Pages for a new event's beginning: which template, which date; and for keeping an event as a template."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from services.events import operations, queries, saved
from services.events.api import at_desk
from services.events.festivals import FIRST_YEAR, LAST_YEAR, Lunar, Solar, next_date
from services.events.models import SavedTemplate
from services.events.pages.board import desk
from services.events.playbook import PLAYBOOK, Template
from services.events.preparing import OwnTemplateSchema
from services.events.schemas import NewEventFormSchema
from services.events.times import box, located
from shared.errors import Conflict, DomainError, Invalid, NotFound
from shared.lunar import lunar_words
from shared.texts import text as _
from shared.web import forms
from shared.web.auth import organizer
from shared.web.current import config, database, now
from shared.web.i18n import current_language, tell

YEARS_AHEAD: Final = 3


@desk.get("/new")
def choose() -> ResponseReturnValue:
    """Let a template be chosen, and then the date."""
    key = request.args.get("template")
    if key is None:
        own = [saved.as_template(one) for one in database.read(saved.own, organizer().community)]
        return render_template(
            "events/choose.html",
            festivals=_offers([one for one in PLAYBOOK.values() if _is_festival(one)]),
            everyday=_offers([one for one in PLAYBOOK.values() if not _is_festival(one)]),
            own=_offers(own),
        )
    template = _template(key)
    year = request.args.get("year", type=int)
    return _date_page(template, {"starts_at": box(_proposed(template, year), config.timezone)}, {}, year)


@desk.post("/new")
def create() -> ResponseReturnValue:
    """Make the draft and go on to its form."""
    form = forms.load(NewEventFormSchema(), request.form)
    if form.data is not None:
        try:
            made = database.write(
                operations.create_event,
                located(form.data, config.timezone),
                desk=at_desk(organizer()),
                timezone=config.timezone,
                now=now(),
            )
        except DomainError as error:
            form.refuse(error)
        else:
            tell(_("The draft is made. Please check what the template filled in."))
            return redirect(url_for("desk.edit", event_id=made.id), 303)
    try:
        template = _template(str(form.values.get("template")))
    except NotFound as error:
        tell(error.detail, "warning")
        return redirect(url_for("desk.choose"), 303)
    return _date_page(template, form.values, form.errors, None), 422


@desk.get("/<uuid:event_id>/save-as-template")
def ask_name(event_id: UUID) -> ResponseReturnValue:
    """Ask what the template is to be called."""
    event = database.read(queries.desk_event, event_id, community=organizer().community)
    return _name_page(event_id, {"title": event.title}, {})


@desk.post("/<uuid:event_id>/save-as-template")
def save_template(event_id: UUID) -> ResponseReturnValue:
    """Keep the event as a template of the community's own."""
    form = forms.load(OwnTemplateSchema(), request.form)
    if form.data is not None:
        try:
            database.write(operations.save_template, event_id, form.data, desk=at_desk(organizer()), now=now())
        except (Conflict, Invalid) as error:
            form.refuse(error)
        else:
            tell(_("Kept. You find it among your own templates when you make a new event."))
            return redirect(url_for("desk.event", event_id=event_id), 303)
    return _name_page(event_id, form.values, form.errors), 422


@desk.get("/templates/<key>")
def edit_template(key: str) -> ResponseReturnValue:
    """Show the form that renames one of the community's own templates, or deletes it."""
    return _template_page(key, None, {})


@desk.post("/templates/<key>")
def rename_template(key: str) -> ResponseReturnValue:
    """Give one of the community's own templates another name."""
    form = forms.load(OwnTemplateSchema(exclude=["replace"]), request.form)
    if form.data is not None:
        try:
            database.write(operations.rename_template, key, form.data["title"], desk=at_desk(organizer()))
        except (Conflict, Invalid) as error:
            form.refuse(error)
        else:
            tell(_("Saved."))
            return redirect(url_for("desk.choose", _anchor="own"), 303)
    return _template_page(key, form.values, form.errors), 422


@desk.post("/templates/<key>/delete")
def delete_template(key: str) -> ResponseReturnValue:
    """Delete one of the community's own templates."""
    template = database.write(operations.delete_template, key, desk=at_desk(organizer()))
    tell(_("Deleted: %(title)s", title=template.title))
    return redirect(url_for("desk.choose"), 303)


def _offers(templates: list[Template]) -> list[dict[str, Any]]:
    """Return the templates as the page offers them, each with the next date it falls on."""
    today = now().astimezone(ZoneInfo(config.timezone)).date()
    return [{"template": one, "next_date": next_date(one.rule, today) if one.rule else None} for one in templates]


def _template(key: str) -> Template:
    """Return the template of the playbook, or the community's own; raises NotFound."""
    return PLAYBOOK[key] if key in PLAYBOOK else saved.as_template(_own(key))


def _own(key: str) -> SavedTemplate:
    own = database.read(saved.find, key, organizer().community)
    if own is None:
        raise NotFound(_("There is no such template."))
    return own


def _date_page(template: Template, values: Mapping[str, Any], errors: Mapping[str, Any], year: int | None) -> str:
    this_year = now().astimezone(ZoneInfo(config.timezone)).year
    day = _proposed(template, year)
    return render_template(
        "events/date.html",
        template=template,
        values=values,
        errors=errors,
        year=day.year,
        day=day.date(),
        years=[(one, str(one)) for one in range(this_year, this_year + YEARS_AHEAD + 1)],
        lunar=lunar_words(day.date(), current_language()) if isinstance(template.rule, Lunar) else None,
    )


def _proposed(template: Template, year: int | None) -> datetime:
    """Return when an event of this template would start, in the year or next."""
    zone = ZoneInfo(config.timezone)
    if template.rule is None:
        day = now().astimezone(zone).date() + timedelta(days=7)
    else:
        is_known = year is not None and FIRST_YEAR <= year <= LAST_YEAR
        day = operations.usual_day(template.rule, template.starts, year if is_known else None, zone, now())
    return datetime.combine(day, template.starts, zone)


def _name_page(event_id: UUID, values: Mapping[str, Any], errors: Mapping[str, Any]) -> str:
    event = database.read(queries.desk_event, event_id, community=organizer().community)
    taken = database.read(saved.own, organizer().community)
    return render_template(
        "events/save_as_template.html",
        event=event,
        values=values,
        errors=errors,
        taken={one.title for one in taken},
    )


def _template_page(key: str, values: Mapping[str, Any] | None, errors: Mapping[str, Any]) -> str:
    own = _own(key)
    shown = {"title": own.title} if values is None else values
    return render_template("events/own_template.html", template=own, values=shown, errors=errors)


def _is_festival(template: Template) -> bool:
    return isinstance(template.rule, Lunar | Solar)
