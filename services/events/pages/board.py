"""The organizers' desk: the list of events, and each one with all that is known of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Row
from sqlalchemy.orm import Session

from services.events import countdown, queries, risks, rule_words, series, words
from services.events.checks import missing
from services.events.countdown import Preparation
from services.events.models import AuditEntry, Event, EventStatus, HoldCopy, NeedCopy, PledgeCopy, Reminder
from services.events.pages.front import lunar_words, programme
from services.events.queries import Staffed, Tab
from services.events.risks import Risk
from shared.paging import Part, fetch
from shared.principal import Principal
from shared.texts import text as _
from shared.web import paging
from shared.web.auth import organizer
from shared.web.current import config, database, now
from shared.web.i18n import moment, translate

LIST = "desk"
PAGE = 24
SHOWN = 6
"""Lines of what needs a hand that are seen at once; the others unfold."""
CHANGES = 6
"""Of what was changed at once, how much the history names."""
ORDER = list(words.FIELDS)
"""In which order the history names it."""
TONES = {0: (_("Urgent"), "bad"), 1: (_("Soon"), "warning"), 2: (_("In good time"), "info")}
"""Urgency -> its word and tone."""
TABS = {Tab.UPCOMING: _("Upcoming"), Tab.DRAFTS: _("Drafts"), Tab.PAST: _("Past")}

desk = Blueprint("desk", __name__, url_prefix="/events/desk")


@dataclass(frozen=True, slots=True)
class Overview:
    """All that an organizer wants to know of an event at a glance."""

    staffed: Staffed
    needs: list[tuple[NeedCopy, int]]
    pledges: list[tuple[PledgeCopy, HoldCopy | None]]
    reminders: list[Reminder]
    preparation: Preparation
    history: list[tuple[AuditEntry, str | None]]
    series: Sequence[Row[UUID, str, datetime, EventStatus]]


@desk.get("")
def board() -> ResponseReturnValue:
    """List the community's events in tabs."""
    tab = next((one for one in Tab if one == request.args.get("tab")), Tab.UPCOMING)
    page = paging.asked({"limit": PAGE, "cursor": request.args.get("cursor")}, f"{LIST} {tab}")
    part, counts, found = database.read(_board, organizer(), tab, page)
    answer = paging.answer(part, f"{LIST} {tab}")
    return render_template(
        "events/board.html",
        risks=found[:SHOWN],
        folded=found[SHOWN:],
        tones=TONES,
        events=answer["items"],
        next_cursor=answer["next_cursor"],
        tab=tab,
        tabs=[(translate(label), one, counts[one], one is tab) for one, label in TABS.items()],
        status=words.STATUS,
        state=lambda staffed: words.state(staffed.event, staffed.total.free, now()),
        lunar=lunar_words,
    )


@desk.get("/<uuid:event_id>")
def event(event_id: UUID) -> ResponseReturnValue:
    """Show how an event stands, and what can be done with it."""
    overview = database.read(_overview, event_id, organizer().community)
    shown = overview.staffed.event
    return render_template(
        "events/event.html",
        event=shown,
        staffed=overview.staffed,
        status=words.STATUS[shown.status],
        missing=flat(translate(missing(shown))) if shown.status is EventStatus.DRAFT else {},
        is_over=now() >= shown.ends_at,
        has_begun=now() >= shown.starts_at,
        preparation=overview.preparation,
        next_tasks=overview.preparation.next_tasks(now()),
        lunar=lunar_words(shown),
        programme=programme(shown),
        needs=[(need, promised, words.PLEDGES[need.kind]) for need, promised in overview.needs],
        pledges=[(pledge, hold, words.PLEDGES[pledge.kind]) for pledge, hold in overview.pledges],
        reminders=[(*rule_words.planned(one, shown), one, words.REMINDERS[one.state]) for one in overview.reminders],
        rules=[rule_words.rule(rule) for rule in shown.reminders],
        thanked=rule_words.thanked(shown.thanks),
        history=steps_of(overview.history, shown),
        series=[(row, words.STATUS[row.status]) for row in overview.series],
    )


def steps_of(entries: list[tuple[AuditEntry, str | None]], event: Event) -> list[dict[str, Any]]:
    """Return the history as the timeline shows it: one step for each thing that was done, with its changes."""
    shown = []
    for (_version, action, _at, _who), group in groupby(entries, key=_deed):
        changes = sorted(group, key=_place)
        first, name = changes[0]
        shown.append(
            {
                "time": moment(first.at, event.timezone),
                "title": translate(_("%(who)s %(did)s", who=name or words.STEWARD, did=words.ACTIONS[action])),
                "text": _brief([change for entry, _name in changes if (change := _change(entry, event))]),
            }
        )
    return shown


def flat(errors: Any, path: str = "") -> dict[str, list[str]]:
    """Return errors by the names that boxes have in a form: ``{"shifts": {0: {"role": …}}}`` as ``shifts-0-role``."""
    if not isinstance(errors, dict):
        return {path: errors}
    found: dict[str, list[str]] = {}
    for name, inner in errors.items():
        found |= flat(inner, f"{path}-{name}" if path else str(name))
    return found


def _brief(changes: list[str]) -> str:
    """Return the first changes in one line, and how many there are besides."""
    rest = [translate(_("%(n)s more", n=len(changes) - CHANGES))] if len(changes) > CHANGES else []
    return " · ".join([*changes[:CHANGES], *rest])


def _deed(entry: tuple[AuditEntry, str | None]) -> tuple[Any, ...]:
    """Return what changes that were made at once have in common."""
    written = entry[0]
    return written.version, written.action, written.at, written.organizer_id


def _place(entry: tuple[AuditEntry, str | None]) -> tuple[int, str]:
    """Return where a change stands among those made at once: what the event says first, then its parts."""
    written = entry[0]
    return (ORDER.index(written.field) if written.field else -1), written.part or ""


def _change(entry: AuditEntry, event: Event) -> str:
    """Return one change in a few words: 引导 – 名额：6 → 8."""
    if entry.field is None:
        return ""
    name = translate(words.FIELDS[entry.field])
    where = f"{entry.part} – {name}" if entry.part and "." in entry.field else name
    if entry.field in {"shift", "programme", "task", "supply"}:
        is_new = entry.before is None
        said = _("%(name)s added: %(part)s") if is_new else _("%(name)s taken out: %(part)s")
        return str(translate(_(said.msgid, name=name, part=entry.part)))
    before, after = (_said(entry.field, one, event) for one in (entry.before, entry.after))
    return f"{where}: {before} → {after}" if len(before) + len(after) <= words.BRIEF else str(where)


def _said(field: str, raw: Any, event: Event) -> str:
    """Return a value of the history in the reader's words."""
    if field == "reminders" and raw:
        return str(translate(_(", "))).join(translate([rule_words.rule(one) for one in raw]))
    said = rule_words.thanks(raw) if field == "thanks" and raw else words.value(field, raw, event)
    return str(translate(said))


def _board(session: Session, principal: Principal, tab: Tab, page: Any) -> tuple[Part, dict[Tab, int], list[Risk]]:
    community = principal.community
    query = queries.desk_events(community, tab, now())
    part = fetch(session, query, (Event.starts_at, Event.id), page, descending=tab is Tab.PAST)
    counts = queries.tab_counts(session, community, now())
    found = risks.risks(session, community, now(), may_discard=principal.may_discard, timezone=config.timezone)
    return Part(queries.staffed(session, part.items), part.next), dict(counts), found


def _overview(session: Session, event_id: UUID, community: str) -> Overview:
    found = queries.desk_event(session, event_id, community=community)
    return Overview(
        queries.staffed(session, [found])[0],
        [(row[0], row[1]) for row in queries.needs(session, event_id)],
        [(row[0], row[1]) for row in queries.pledges(session, event_id)],
        list(queries.reminders(session, event_id, found.occurrence)),
        countdown.preparation(session, event_id, community=community),
        [(row[0], row[1]) for row in queries.history(session, event_id)],
        series.of(session, found.series_id),
    )
