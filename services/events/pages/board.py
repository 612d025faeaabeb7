"""The organizers' desk: the list of events, and each one with all that is known of it."""

from dataclasses import dataclass
from itertools import groupby
from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from services.events import queries, words
from services.events.checks import missing
from services.events.models import AuditEntry, Event, EventStatus, HoldCopy, NeedCopy, PledgeCopy, Reminder
from services.events.pages.front import lunar_words, programme
from services.events.queries import Staffed, Tab
from shared.paging import Part, fetch
from shared.texts import text as _
from shared.web import paging
from shared.web.auth import organizer
from shared.web.current import database, now
from shared.web.i18n import moment, translate

LIST = "desk"
PAGE = 24
LARGE = 1000
"""People expected from whom on an event needs a safety permit (大型群众性活动安全管理条例, article 2)."""
TABS = {Tab.UPCOMING: _("Upcoming"), Tab.DRAFTS: _("Drafts"), Tab.PAST: _("Past")}

desk = Blueprint("desk", __name__, url_prefix="/events/desk")


@dataclass(frozen=True, slots=True)
class Overview:
    """All that an organizer wants to know of an event at a glance."""

    staffed: Staffed
    needs: list[tuple[NeedCopy, int]]
    pledges: list[tuple[PledgeCopy, HoldCopy | None]]
    reminders: list[Reminder]
    history: list[tuple[AuditEntry, str]]


@desk.get("")
def board() -> ResponseReturnValue:
    """List the community's events in tabs."""
    tab = next((one for one in Tab if one == request.args.get("tab")), Tab.UPCOMING)
    page = paging.asked({"limit": PAGE, "cursor": request.args.get("cursor")}, f"{LIST} {tab}")
    part, counts = database.read(_board, organizer().community, tab, page)
    answer = paging.answer(part, f"{LIST} {tab}")
    return render_template(
        "events/board.html",
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
        is_large=(shown.expected_attendance or 0) >= LARGE,
        lunar=lunar_words(shown),
        programme=programme(shown),
        needs=[(need, promised, words.PLEDGES[need.kind]) for need, promised in overview.needs],
        pledges=[(pledge, hold, words.PLEDGES[pledge.kind]) for pledge, hold in overview.pledges],
        reminders=[(words.distance(one.rule), one, words.REMINDERS[one.state]) for one in overview.reminders],
        rules=[translate(words.distance(rule)) for rule in shown.reminders],
        history=steps_of(overview.history, shown),
    )


def steps_of(entries: list[tuple[AuditEntry, str]], event: Event) -> list[dict[str, Any]]:
    """Return the history as the timeline shows it: one step for each thing that was done, with its changes."""
    shown = []
    for (_version, action), group in groupby(entries, key=lambda entry: (entry[0].version, entry[0].action)):
        changes = list(group)
        first, name = changes[0]
        shown.append(
            {
                "time": moment(first.at, event.timezone),
                "title": translate(_("%(who)s %(did)s", who=name, did=words.ACTIONS[action])),
                "text": " · ".join(change for entry, _name in changes if (change := _change(entry, event))),
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


def _change(entry: AuditEntry, event: Event) -> str:
    """Return one change in a few words: 引导 – 名额：6 → 8."""
    if entry.field is None:
        return ""
    name = translate(words.FIELDS[entry.field])
    where = f"{entry.part} – {name}" if entry.part and "." in entry.field else name
    if entry.field in {"shift", "programme"}:
        is_new = entry.before is None
        said = _("%(name)s added: %(part)s") if is_new else _("%(name)s taken out: %(part)s")
        return str(translate(_(said.msgid, name=name, part=entry.part)))
    before, after = (translate(words.value(entry.field, one, event)) for one in (entry.before, entry.after))
    return f"{where}: {before} → {after}" if len(before) + len(after) <= words.BRIEF else str(where)


def _board(session: Session, community: str, tab: Tab, page: Any) -> tuple[Part, dict[Tab, int]]:
    query = queries.desk_events(community, tab, now())
    part = fetch(session, query, (Event.starts_at, Event.id), page, descending=tab is Tab.PAST)
    counts = queries.tab_counts(session, community, now())
    return Part(queries.staffed(session, part.items), part.next), dict(counts)


def _overview(session: Session, event_id: UUID, community: str) -> Overview:
    found = queries.desk_event(session, event_id, community=community)
    return Overview(
        queries.staffed(session, [found])[0],
        [(row[0], row[1]) for row in queries.needs(session, event_id)],
        [(row[0], row[1]) for row in queries.pledges(session, event_id)],
        list(queries.reminders(session, event_id, found.occurrence)),
        [(row[0], row[1]) for row in queries.history(session, event_id)],
    )
