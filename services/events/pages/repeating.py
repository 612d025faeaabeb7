"""Pages for events that repeat: the rule, the days that it names, and the series they make."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from services.events import operations, queries, recurrence
from services.events.api import at_desk
from services.events.models import Event
from services.events.pages.board import desk, flat
from services.events.playbook import goes_by_the_moon
from services.events.recurrence import Every, Proposal
from services.events.series import Nth, RepeatSchema, RuleSchema, Scope
from shared import dates
from shared.errors import Conflict, Invalid
from shared.lunar import lunar_words
from shared.texts import Text
from shared.texts import text as _
from shared.web import forms
from shared.web.auth import organizer
from shared.web.current import database, now
from shared.web.i18n import current_language, tell
from shared.web.i18n import day as day_words

KINDS: Final[Mapping[Every, Text]] = {
    Every.WEEKLY: _("Every week"),
    Every.MONTHLY: _("Every month, by date"),
    Every.NTH: _("Every month, by weekday"),
    Every.LUNAR: _("Every year, by the Chinese calendar"),
}
NTH: Final[Mapping[Nth, Text]] = {
    Nth.FIRST: _("First"),
    Nth.SECOND: _("Second"),
    Nth.THIRD: _("Third"),
    Nth.FOURTH: _("Fourth"),
    Nth.LAST: _("Last"),
}
SCOPES: Final[Mapping[Scope, Text]] = {
    Scope.ONE: _("Only this event"),
    Scope.FOLLOWING: _("This and the following ones"),
    Scope.ALL: _("All that have not begun"),
}
"""What a change to an event of a series is for."""
USUAL_NUMBER: Final = {Every.LUNAR: 3}
NUMBER: Final = 12


@desk.get("/<uuid:event_id>/repeat")
def ask_repeat(event_id: UUID) -> ResponseReturnValue:
    """Let a rule be chosen, and show the days that it names."""
    event = database.read(queries.desk_event, event_id, community=organizer().community)
    if "number" not in request.args and "until" not in request.args:
        return _page(event, _usual(event), {})
    form = forms.load(RuleSchema(), request.args)
    if form.data is None:
        return _page(event, form.values, form.errors), 422
    return _page(event, form.values, {}, days=_proposed(event, form.data["rule"]))


@desk.post("/<uuid:event_id>/repeat")
def repeat(event_id: UUID) -> ResponseReturnValue:
    """Make the events on the days that are ticked."""
    event = database.read(queries.desk_event, event_id, community=organizer().community)
    form = forms.load(RepeatSchema(), request.form)
    days = []
    if form.data is not None:
        days = _proposed(event, form.data["rule"])
        try:
            made = database.write(
                operations.repeat_event,
                event_id,
                form.data["rule"],
                form.data["days"],
                publish=form.data["publish"],
                desk=at_desk(organizer()),
                now=now(),
            )
        except (Conflict, Invalid) as error:
            form.refuse(error)
        else:
            tell(_("Events made: %(n)s.", n=len(made)) if made else _("The series has all of these days already."))
            return _back_to(event_id)
    return _page(event, form.values, form.errors, days=days, chosen=form.values["days"]), 422


@desk.post("/<uuid:event_id>/leave-series")
def leave_series(event_id: UUID) -> ResponseReturnValue:
    """Take the event out of its series."""
    try:
        database.write(operations.leave_series, event_id, desk=at_desk(organizer()), now=now())
    except Conflict as error:
        tell(error.detail, "error")
    else:
        tell(_("Taken out of the series. The others stay as they are."))
    return redirect(url_for("desk.event", event_id=event_id), 303)


def tell_outcome(outcome: operations.Outcome) -> None:
    """Say what became of the others of a series: how many were changed, and which could not be, and why."""
    if outcome.changed:
        tell(_("Others of the series changed with it: %(n)s.", n=len(outcome.changed)))
    for event, reason in outcome.refused:
        on = day_words(event.local(event.starts_at).date())
        tell(_("Left as it was: %(title)s, %(day)s. %(reason)s", title=event.title, day=on, reason=reason), "warning")


def _usual(event: Event) -> dict[str, Any]:
    """Return the rule that is proposed: a festival of the moon each year, others by their own day."""
    wanted = request.args.get("every", "")
    usual = Every.LUNAR if goes_by_the_moon(event.template) else Every.WEEKLY
    every = Every(wanted) if wanted in set(Every) else usual
    day = event.local(event.starts_at).date()
    nth = list(Nth)[min((day.day - 1) // 7, len(Nth) - 1)]
    return {
        "every": every.value,
        "interval": 1,
        "weekdays": [day.weekday()],
        "day": day.day,
        "nth": nth.value,
        "weekday": day.weekday(),
        "number": USUAL_NUMBER.get(every, NUMBER),
        "until": "",
        "skip_holidays": False,
    }


def _proposed(event: Event, rule: recurrence.Recurrence) -> list[Proposal]:
    zone = ZoneInfo(event.timezone)
    return recurrence.proposals(rule, event.local(event.starts_at).date(), now().astimezone(zone).date())


def _page(
    event: Event,
    values: Mapping[str, Any],
    errors: Mapping[str, Any],
    *,
    days: list[Proposal] | None = None,
    chosen: list[str] | None = None,
) -> str:
    """Return the page; ``days`` is None before a rule was sent. All but skipped holidays are ticked at first."""
    every = Every(values["every"]) if values.get("every") in set(Every) else Every.WEEKLY
    wrong = flat(errors) if errors else {}
    boxes = {*RepeatSchema().fields, forms.WHOLE_FORM}
    return render_template(
        "events/repeat.html",
        event=event,
        every=every,
        kinds=[
            (label, url_for("desk.ask_repeat", event_id=event.id, every=one), None, one is every)
            for one, label in KINDS.items()
        ],
        weekdays=list(enumerate(dates.weekdays(current_language()))),
        nths=list(NTH.items()),
        lunar=lunar_words(event.local(event.starts_at).date(), current_language()),
        values=values,
        errors={name: texts for name, texts in wrong.items() if name in boxes},
        missing=[text for name, texts in wrong.items() if name not in boxes for text in texts],
        days=None if days is None else [_option(one) for one in days],
        chosen=[one.day.isoformat() for one in days or [] if not one.skipped] if chosen is None else chosen,
        computed=any(not one.announced and (one.holiday or values.get("skip_holidays")) for one in days or []),
        most=recurrence.MOST,
    )


def _option(one: Proposal) -> dict[str, Any]:
    """Return a day as it is offered: its weekday and lunar day, and what kind of day it is."""
    hints = [lunar_words(one.day, current_language())]
    tag = None
    if one.holiday:
        hints.append(recurrence.holiday_name(one.day, current_language().tag))
        tag = (_("Public holiday"), "accent") if one.announced else (_("Public holiday, computed"), "neutral")
    elif one.works:
        tag = (_("Worked in exchange for a holiday"), "warning")
    return {"value": one.day.isoformat(), "label": day_words(one.day), "hint": " · ".join(hints), "tag": tag}


def _back_to(event_id: UUID) -> ResponseReturnValue:
    return redirect(url_for("desk.event", event_id=event_id, _anchor="series"), 303)
