"""Pages for what becomes of an event: completing it, and its results beside those of the year before."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from services.events import operations, queries, rule_words, statistics, words
from services.events.api import at_desk
from services.events.models import EventStatus
from services.events.pages.board import desk
from services.events.pages.front import lunar_words
from services.events.schemas import CompleteSchema
from services.events.statistics import Figures, Results, growth
from shared.errors import Conflict
from shared.principal import Ability
from shared.texts import Text
from shared.texts import text as _
from shared.web import forms
from shared.web.auth import needs, organizer
from shared.web.current import database, now
from shared.web.i18n import tell, translate

SCORES = {
    5: _("Very good"),
    4: _("Good"),
    3: _("All right"),
    2: _("Not so good"),
    1: _("Bad"),
}


@desk.get("/<uuid:event_id>/complete")
@needs(Ability.WRITE)
def ask_complete(event_id: UUID) -> ResponseReturnValue:
    """Ask how many residents came."""
    return _complete_page(event_id, {}, {})


@desk.post("/<uuid:event_id>/complete")
def complete(event_id: UUID) -> ResponseReturnValue:
    """Close an event that has taken place, and show what it came to."""
    form = forms.load(CompleteSchema(), request.form)
    if form.data is None:
        return _complete_page(event_id, form.values, form.errors), 422
    try:
        done = database.write(operations.complete_event, event_id, **form.data, desk=at_desk(organizer()), now=now())
    except Conflict as error:
        tell(error.detail, "error")
        return redirect(url_for("desk.event", event_id=event_id), 303)
    tell(_("Completed. Thank you for a good event. %(thanked)s", thanked=rule_words.thanked(done.thanks)))
    return redirect(url_for("desk.results", event_id=event_id), 303)


@desk.get("/<uuid:event_id>/results")
def results(event_id: UUID) -> ResponseReturnValue:
    """Show what the event came to, compared with the same one a year ago."""
    return _results_page(event_id, None, {})


@desk.post("/<uuid:event_id>/results")
def correct_visitors(event_id: UUID) -> ResponseReturnValue:
    """Put the number of residents right after the event was completed."""
    form = forms.load(CompleteSchema(), request.form)
    if form.data is None:
        return _results_page(event_id, form.values, form.errors), 422
    visitors = form.data.get("visitors")
    try:
        database.write(operations.correct_visitors, event_id, visitors, desk=at_desk(organizer()), now=now())
    except Conflict as error:
        tell(error.detail, "error")
    else:
        tell(_("The number is written down."))
    return redirect(url_for("desk.results", event_id=event_id), 303)


def compared(figures: Figures, before: Figures | None) -> list[tuple[Text, Any, Any, str]]:
    """Return each figure with its name, what it was before, and by how much it has changed: +12%."""
    rows: list[tuple[Text, str, str]] = [
        (_("Came to help"), "attended", ""),
        (_("Turnout"), "turnout", "%"),
        (_("Did not come"), "absent", ""),
        (_("Hours given"), "hours", ""),
        (_("Hours of service"), "service_hours", ""),
        (_("Residents who came"), "visitors", ""),
        (_("Satisfied"), "satisfaction", "%"),
    ]
    shown = []
    for name, key, unit in rows:
        value, earlier = (_value(one, key) for one in (figures, before))
        shown.append((name, said(value, unit), said(earlier, unit), said_change(value, earlier)))
    return shown


def said(value: float | None, unit: str = "") -> str:
    """Return a figure as it is written; a dash where there is none."""
    return "–" if value is None else f"{value:g}{unit}"


def said_change(value: float | None, earlier: float | None) -> str:
    """Return by how much a figure has changed, as it is written: +12%."""
    change = growth(value, earlier)
    return "–" if change is None else f"{change:+d}%"


def _value(figures: Figures | None, key: str) -> float | None:
    if figures is None or (key == "visitors" and not figures.counted):
        return None
    found: float | None = getattr(figures, key)
    return found


def _spreads(found: Results) -> list[tuple[str, Text, list[tuple[str, int]]]]:
    """Return the three questions, each with its answers and how many gave them."""
    answers = found.answers
    again: Mapping[bool, Text] = {True: _("Yes"), False: _("No")}
    return [
        ("overall", _("How was it on the whole?"), [(translate(SCORES[key]), n) for key, n in answers.overall.items()]),
        (
            "organised",
            _("How well was it organised?"),
            [(translate(SCORES[key]), n) for key, n in answers.organised.items()],
        ),
        ("again", _("Would you come again?"), [(translate(again[key]), n) for key, n in answers.again.items()]),
    ]


def _complete_page(event_id: UUID, values: dict[str, Any], errors: dict[str, Any]) -> str:
    event = database.read(queries.desk_event, event_id, community=organizer().community)
    afterwards = _(
        "%(thanked)s People can still be checked out on the roster afterwards.",
        thanked=rule_words.thanked(event.thanks),
    )
    return render_template("events/complete.html", event=event, afterwards=afterwards, values=values, errors=errors)


def _results_page(event_id: UUID, values: Mapping[str, Any] | None, errors: Mapping[str, Any]) -> str:
    found = database.read(_results, event_id, organizer().community)
    event, figures = found.event, found.figures
    return render_template(
        "events/results.html",
        event=event,
        values={"visitors": event.visitors} if values is None else values,
        errors=errors,
        figures=figures,
        status=words.STATUS[event.status],
        lunar=lunar_words(event),
        is_over=now() >= event.ends_at,
        is_complete=event.status is EventStatus.COMPLETED,
        comparison=compared(figures, found.before[1] if found.before else None),
        before=found.before[0] if found.before else None,
        spreads=_spreads(found),
        trend=found.trend if len(found.trend) > 1 else [],
    )


def _results(session: Session, event_id: UUID, community: str) -> Results:
    return statistics.results(session, queries.desk_event(session, event_id, community=community))
