"""The page on which organizers say what the sign-up form asks, with the form as volunteers will see it."""

import re
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from services.events import operations, queries, words
from services.events.api import at_desk
from services.events.asking import MAX_QUESTIONS, SETTINGS, AsksFormSchema, QuestionKind
from services.events.models import OPEN, Event
from services.events.pages.board import desk, flat
from services.events.pages.editor import Editor, merged, notice_of, opened
from services.events.pages.front import lunar_words
from services.events.pages.repeating import SCOPES, tell_outcome
from shared.errors import Conflict, Invalid, Stale
from shared.texts import text as _
from shared.web import forms
from shared.web.auth import organizer
from shared.web.current import database, now
from shared.web.i18n import tell

OFFERS: Final = (15, 30, 60, 120, 240, 720, 1440, 2880)
"""For how many minutes a place is usually offered."""
ROW: Final = re.compile(r"shifts-[0-9]+-questions-[0-9]+-")
MEANING: Final = ("key", "label", "options")
"""The boxes of a question that say that it is meant."""
DEED: Final = re.compile(r"(add|remove|up|down)-([0-9]{1,3})-([0-9]{1,3})")
"""What a button of the form itself does, to which shift, and there to which question."""
Place = tuple[int, int]
"""Which shift, and which of its questions."""


@desk.get("/<uuid:event_id>/sign-up-form")
def sign_up_form(event_id: UUID) -> ResponseReturnValue:
    """Show what the event asks, and the form as volunteers will see it."""
    event = _event(event_id)
    return _page(event, opened("", _values(event)))


@desk.post("/<uuid:event_id>/sign-up-form")
def save_sign_up_form(event_id: UUID) -> ResponseReturnValue:
    """Write what was entered; a button of the form itself only rearranges the questions, or shows them as typed."""
    event = _event(event_id)
    if "_do" in request.form or "_look" in request.form:
        values = _known(forms.load(AsksFormSchema(), request.form).values, event)
        return _page(event, Editor("", values), _rearranged(values, request.form.get("_do", "")))
    form = forms.load(AsksFormSchema(), _without_blank(request.form))
    form.values = _known(form.values, event)
    if form.data is None:
        return _page(event, Editor("", form.values, form.errors)), 422
    version, scope = form.data.pop("version"), form.data.pop("scope")
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
        newest = _event(event_id)
        theirs = _values(newest)
        typed = _known(merged(form.values, theirs), newest) | {"version": newest.version}
        editor = opened("", theirs, typed)
        editor.stale = notice_of(error, newest, version)
        return _page(newest, editor), 412
    except (Conflict, Invalid) as error:
        form.refuse(error)
        return _page(event, Editor("", form.values, form.errors)), 422
    tell(_("Saved."))
    tell_outcome(outcome)
    return redirect(url_for("desk.sign_up_form", event_id=event_id), 303)


def _page(event: Event, editor: Editor, focus: Place | None = None) -> str:
    values = editor.values
    offers = {*OFFERS, event.offer_minutes}
    return render_template(
        "events/sign_up_form.html",
        event=event,
        is_open=event.status in OPEN and organizer().may_write,
        values=values,
        errors=flat(editor.errors) if editor.errors else {},
        editor=editor,
        focus=focus,
        shifts={str(shift.id): shift for shift in event.shifts},
        offers=[(minutes, words.minutes(minutes)) for minutes in sorted(offers)],
        kinds=list(words.QUESTIONS.items()),
        most=MAX_QUESTIONS,
        scopes=list(SCOPES.items()),
        lunar=lunar_words(event),
    )


def _values(event: Event) -> dict[str, Any]:
    """Return what the event asks as the boxes of its form hold it."""
    return {name: getattr(event, name) for name in ("version", *SETTINGS)} | {
        "shifts": [
            {
                "id": shift.id,
                "swap_approval": shift.swap_approval,
                "questions": [one | {"options": "\n".join(one["options"])} for one in shift.questions],
            }
            for shift in event.shifts
        ]
    }


def _known(values: dict[str, Any], event: Event) -> dict[str, Any]:
    """Return what was typed without shifts that are not there; those come and go on another page."""
    present = {str(shift.id) for shift in event.shifts}
    shifts = [{"questions": [], **row} for row in values["shifts"] if str(row.get("id")) in present]
    return values | {"shifts": shifts}


def _entered(data: Mapping[str, Any], event: Event) -> dict[str, Any]:
    """Return what the form says as the operation takes it, with every shift of the event."""
    typed = {row["id"]: row for row in data["shifts"]}
    return {**data, "shifts": [{"id": shift.id, **typed.get(shift.id, {})} for shift in event.shifts]}


def _rearranged(values: dict[str, Any], asked: str) -> Place | None:
    """Do to the questions what a button asks for; return which one to look at next."""
    deed = DEED.fullmatch(asked)
    if deed is None or int(deed[2]) >= len(values["shifts"]):
        return None
    shift, at = int(deed[2]), int(deed[3])
    questions = values["shifts"][shift]["questions"]
    if deed[1] == "add":
        questions.append({"kind": QuestionKind.YES_NO})
        return shift, len(questions) - 1
    if at >= len(questions):
        return None
    question = questions.pop(at)
    if deed[1] == "remove":
        return (shift, min(at, len(questions) - 1)) if questions else None
    to = max(at - 1, 0) if deed[1] == "up" else min(at + 1, len(questions))
    questions.insert(to, question)
    return shift, to


def _without_blank(sent: MultiDict[str, str]) -> MultiDict[str, str]:
    """Return the form without new questions that were left blank: their kind alone means nothing."""
    kept: MultiDict[str, str] = MultiDict()
    for name, value in sent.items(multi=True):
        row = ROW.match(name)
        if row is None or any(sent.get(f"{row[0]}{part}", "").strip() for part in MEANING):
            kept.add(name, value)
    return kept


def _event(event_id: UUID) -> Event:
    return database.read(queries.desk_event, event_id, community=organizer().community)
