"""The form that changes everything about an event."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from services.events import operations, queries, rule_words, words
from services.events.api import at_desk
from services.events.models import Event, Kind
from services.events.operations import fields
from services.events.pages.board import desk, flat
from services.events.pages.editor import Editor, item_values, merged, notice_of, opened, without_untouched
from services.events.pages.repeating import SCOPES, tell_outcome
from services.events.reminding import NEVER, is_rule
from services.events.rules import Rule
from services.events.schemas import EventFormSchema
from services.events.series import Scope
from services.events.times import box, located
from shared.errors import Conflict, Invalid, Stale
from shared.texts import text as _
from shared.web import forms
from shared.web.auth import organizer
from shared.web.current import database, now
from shared.web.i18n import tell

BLANK: Final[Mapping[str, Any]] = {
    "summary": "",
    "conditions": "",
    "how_to_sign_up": "",
    "risks": "",
    "contact": "",
    "expected_attendance": None,
}
"""What an empty box of the form means."""
ROW: Final = re.compile(r"(shifts|programme)-[0-9]+-")
MEANING: Final = {
    "shifts": ("id", "role", "description", "capacity", "minimum", "min_age", "skills", "training"),
    "programme": ("id", "title", "performers", "minutes", "place"),
}
"""The boxes of a row that say that it is meant."""


@desk.get("/<uuid:event_id>/edit")
def edit(event_id: UUID) -> ResponseReturnValue:
    """Show the form with everything that the event says now."""
    event = database.read(queries.desk_event, event_id, community=organizer().community)
    return form_page(event, opened("", values_of(event)))


@desk.post("/<uuid:event_id>/edit")
def save(event_id: UUID) -> ResponseReturnValue:
    """Write what was entered; a button of the form itself only adds or takes out a row."""
    event = database.read(queries.desk_event, event_id, community=organizer().community)
    form = forms.load(EventFormSchema(), _kept_rows(request.form))
    if "_add" in request.form or "_remove" in request.form:
        _add_row(form.values, request.form.get("_add", ""))
        return form_page(event, Editor("", form.values))
    if form.data is None:
        return form_page(event, Editor("", form.values, form.errors)), 422
    version, scope = form.data.pop("version"), form.data.pop("scope", Scope.ONE)
    try:
        outcome = database.write(
            operations.change_series,
            event_id,
            _entered(form.data, event),
            version=version,
            scope=scope,
            desk=at_desk(organizer()),
            now=now(),
        )
    except Stale as error:
        newest = database.read(queries.desk_event, event_id, community=organizer().community)
        theirs = values_of(newest)
        editor = opened("", theirs, merged(form.values, theirs) | {"version": newest.version})
        editor.stale = notice_of(error, newest, version)
        return form_page(newest, editor), 412
    except (Conflict, Invalid) as error:
        form.refuse(error)
        return form_page(event, Editor("", form.values, form.errors)), 422
    tell(_("Saved."))
    tell_outcome(outcome)
    return redirect(url_for("desk.event", event_id=event_id), 303)


def form_page(event: Event, editor: Editor) -> str:
    """Return the form that changes everything about the event."""
    values = editor.values
    return render_template(
        "events/edit.html",
        event=event,
        values=values,
        errors=flat(editor.errors) if editor.errors else {},
        editor=editor,
        themes=list(words.THEMES.items()),
        kinds=list(words.KINDS.items()),
        **_reminder_choices(event, values),
        roles_of=_roles_of,
        scopes=list(SCOPES.items()),
    )


def values_of(event: Event) -> dict[str, Any]:
    """Return the event as the boxes of its form hold it."""
    zone = event.timezone
    plain = (*BLANK, "version", "title", "theme", "waitlist")
    return {name: getattr(event, name) for name in plain} | {
        "venue": {"name": event.venue_name, "address": event.venue_address},
        "starts_at": box(event.starts_at, zone),
        "ends_at": box(event.ends_at, zone),
        "reminders": [rule for rule in event.reminders if Rule.parse(rule).milestone is None],
        "milestones": [rule for rule in event.reminders if Rule.parse(rule).milestone is not None],
        "thanks": event.thanks or NEVER,
        "shifts": [
            {
                "id": shift.id,
                "role": shift.role,
                "description": shift.description,
                "starts_at": box(shift.starts_at, zone),
                "ends_at": box(shift.ends_at, zone),
                "capacity": shift.capacity,
                "minimum": shift.minimum,
                "min_age": shift.min_age,
                "skills": "，".join(shift.skills),
                "counts_as_service": shift.counts_as_service,
                "training": shift.training,
                "insured": shift.insured,
            }
            for shift in event.shifts
        ],
        "programme": [{"id": item.id} | item_values(item, event) for item in event.programme],
    }


def _roles_of(values: Mapping[str, Any], item: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the roles that an item can be given: those of the shifts in the form, and those it has."""
    named = [*(shift.get("role", "").strip() for shift in values["shifts"]), *item.get("roles", ())]
    return [(role, role) for role in dict.fromkeys(named) if role]


def _reminder_choices(event: Event, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what can be chosen: what is usual, and what the event has or was typed beside that."""
    known = values_of(event)

    def offered(name: str, usual: Mapping[str, Any]) -> list[tuple[str, Any]]:
        chosen = dict.fromkeys((*usual, *known[name], *filter(is_rule, values.get(name, ()))))
        return [(rule, rule_words.rule(rule)) for rule in chosen]

    thanks = dict.fromkeys((*rule_words.USUAL_THANKS, *([event.thanks] if event.thanks else ())))
    return {
        "rules": offered("reminders", rule_words.USUAL),
        "milestones": offered("milestones", rule_words.USUAL_MILESTONES),
        "thanks": [*((one, rule_words.thanks(one)) for one in thanks), (NEVER, _("Nobody is thanked"))],
    }


def _entered(data: Mapping[str, Any], event: Event) -> dict[str, Any]:
    """Return what the form says as the operation takes it.

    A box holds no seconds, so a time that was left alone is left out; what is left out moves along with the start.
    The end moves along only to another day: on the same day it is meant as it stands.
    """
    placed = located(data, event.timezone)
    rules = [*placed.pop("reminders", ()), *placed.pop("milestones", ())]
    entered = {**BLANK, **placed, "reminders": event.reminders if set(rules) == set(event.reminders) else rules}
    if _is_same(entered["starts_at"], event.starts_at, event):
        del entered["starts_at"]
    is_same_day = _day(entered.get("starts_at", event.starts_at), event) == _day(event.starts_at, event)
    if _is_same(entered["ends_at"], event.ends_at, event):
        entered["ends_at"] = event.ends_at
        if not is_same_day:
            del entered["ends_at"]
    parts: list[Any] = [*event.shifts, *event.programme]
    present = {part.id: part for part in parts}
    entered["shifts"] = [
        _row(row | {"skills": _listed(row.get("skills", ""))}, fields.SHIFT, present, event)
        for row in placed.get("shifts", ())
    ]
    entered["programme"] = [_row(row, fields.ITEM, present, event) for row in placed.get("programme", ())]
    return entered


def _row(
    typed: Mapping[str, Any], empty: Mapping[str, Any], present: Mapping[UUID, Any], event: Event
) -> dict[str, Any]:
    """Return a row of the form with what its empty boxes mean, and without times that were left alone."""
    row = {**empty, **typed}
    return without_untouched(row, present.get(row["id"]) if "id" in row else None, event)


def _is_same(typed: datetime | None, known: datetime | None, event: Event) -> bool:
    return box(typed, event.timezone) == box(known, event.timezone)


def _day(moment: datetime, event: Event) -> str:
    return event.local(moment).date().isoformat()


def _listed(skills: str) -> list[str]:
    return [skill.strip() for skill in re.split(r"[,，、;；]", skills) if skill.strip()]


def _kept_rows(sent: MultiDict[str, str]) -> MultiDict[str, str]:
    """Return the form without the row that its button takes out, and without new rows that were left blank.

    A new row comes with its times filled in and a box ticked, which alone mean nothing.
    """
    taken_out = sent.get("_remove", "")
    kept: MultiDict[str, str] = MultiDict()
    for name, value in sent.items(multi=True):
        row = ROW.match(name)
        if row is not None:
            is_blank = not any(sent.get(f"{row[0]}{part}", "").strip() for part in MEANING[row[1]])
            if is_blank or row[0] == f"{taken_out}-":
                continue
        kept.add(name, value)
    return kept


def _add_row(values: dict[str, Any], group: str) -> None:
    """Append a row to the shifts or the programme, with the times of the event."""
    starts_at, ends_at = values.get("starts_at", ""), values.get("ends_at", "")
    if group == "shifts":
        values["shifts"].append({"starts_at": starts_at, "ends_at": ends_at, "counts_as_service": True})
    elif group == "programme":
        values["programme"].append({"starts_at": starts_at, "kind": Kind.PERFORMANCE})
