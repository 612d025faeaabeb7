"""New events: from what was entered, from a template, and after an earlier event."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from services.events import audit, saved
from services.events.asking import SETTINGS
from services.events.checks import check
from services.events.festivals import Monthly, Rule, Weekly, date_in, next_date
from services.events.models import Event, EventStatus, Theme
from services.events.operations import fields, preparation
from services.events.operations.desk import Desk, take
from services.events.playbook import BLANK, PLAYBOOK, Template, base_of
from services.events.rules import AT_ONCE
from services.events.saved import picked
from services.events.times import Move
from shared.errors import Invalid
from shared.texts import text as _

DEFAULTS: Final[Mapping[str, Any]] = {
    "theme": Theme.EVERYDAY,
    "conditions": "",
    "how_to_sign_up": "",
    "risks": "",
    "contact": "",
    "expected_attendance": None,
    "waitlist": True,
    **SETTINGS,
    "reminders": ["P1D", "PT2H"],
    "thanks": AT_ONCE,
    "shifts": [],
    "programme": [],
    "tasks": [],
    "supplies": [],
}
"""What an event is where neither its template nor its organizer says anything."""
AROUND_FESTIVAL: Final = timedelta(days=20)
"""How far from a festival's day an event still belongs to it."""
NO_TEMPLATE: Final = _("There is no such template. Please choose one of: %(keys)s.", keys=", ".join(PLAYBOOK))


def create_event(session: Session, entered: Mapping[str, Any], *, desk: Desk, timezone: str, now: datetime) -> Event:
    """Write a new draft from what was entered; a ``template`` fills in what was not, tasks and supplies too.

    The template is one of the playbook, or the community's own. Its day is that of ``year``, or the next one; an
    entered ``starts_at`` moves all of the template there. ``timezone`` is the zone where none was entered. Raises
    Invalid where there is no such template or no date, or times contradict each other.
    """
    zone = entered.get("timezone", timezone)
    values = {"timezone": zone, **DEFAULTS}
    if entered.get("template"):
        values |= _usual(session, entered, desk.community, zone, now)
    values |= dict(entered)
    if "programme" not in entered:
        values["programme"] = _served(values["programme"], values["shifts"])
    return _draft(session, values, "created", desk, now)


def duplicate_event(session: Session, event_id: UUID, starts_at: datetime, *, desk: Desk, now: datetime) -> Event:
    """Write a new draft like the event, with all of its times moved to the new start.

    Its people stay behind, its tasks are open again, and none of its supplies are ready.
    """
    original = take(session, event_id, desk)
    values = {name: getattr(original, name) for name in ("template", *fields.PLAIN)} | {
        "venue": {"name": original.venue_name, "address": original.venue_address},
        "reminders": original.reminders,
        "shifts": [picked(shift, audit.SHIFT_FIELDS) for shift in original.shifts],
        "programme": [picked(item, audit.ITEM_FIELDS) for item in original.programme],
        "tasks": [picked(task, saved.TASK) for task in original.tasks if not task.permit],
        "supplies": [picked(supply, saved.SUPPLY) for supply in original.supplies],
    }
    return _draft(session, _moved(values, starts_at), "duplicated", desk, now)


def usual_day(rule: Rule, starts: time, year: int | None, zone: ZoneInfo, now: datetime) -> date:
    """Return the rule's day in the year, or without one its next day on which it has not struck ``starts`` yet."""
    local = now.astimezone(zone)
    first = local.date() if local.time() < starts else local.date() + timedelta(days=1)
    return next_date(rule, first) if year is None else date_in(rule, year, first)


def next_start(event: Event, now: datetime) -> datetime:
    """Return when the event would be next, at its hour of the day: a week later, or as the rule of its template says.

    A festival's event keeps its distance from the festival's day: three days before stays three days before.
    """
    local = event.local(event.starts_at)
    template = PLAYBOOK.get(base_of(event.template or ""))
    if template is None or template.rule is None:
        return local + timedelta(days=7)
    after = max(local.date(), event.local(now).date()) + timedelta(days=1)
    return datetime.combine(_next_day(template.rule, local.date(), after), local.time(), local.tzinfo)


def _next_day(rule: Rule, day: date, after: date) -> date:
    """Return the first day from ``after`` on that lies as far from a day of the rule as ``day`` does."""
    if isinstance(rule, Weekly | Monthly):
        return next_date(rule, after)
    festivals = [one for year in range(day.year - 1, day.year + 2) for one in rule.dates(year)]
    distance = day - min(festivals, key=lambda one: abs(day - one))
    if abs(distance) > AROUND_FESTIVAL:
        distance = timedelta(0)
    return next_date(rule, after - distance) + distance


def _draft(session: Session, values: Mapping[str, Any], action: str, desk: Desk, now: datetime) -> Event:
    event = Event(
        id=uuid4(),
        slug=_slug(session, values),
        community=desk.community,
        template=values.get("template"),
        status=EventStatus.DRAFT,
        version=1,
        occurrence=0,
        created_by=desk.organizer_id,
        created_at=now,
        shifts=[],
        programme=[],
    )
    fields.write(event, values)
    preparation.prepare(event, values)
    check(event)
    session.add(event)
    session.flush()
    audit.record(session, event, action, organizer_id=desk.organizer_id, now=now)
    return event


def _usual(session: Session, entered: Mapping[str, Any], community: str, zone: str, now: datetime) -> dict[str, Any]:
    """Return what the template says, at its festival's date or at the time that was entered."""
    key = entered["template"]
    own = None if key in PLAYBOOK else saved.find(session, key, community)
    if own is None and key not in PLAYBOOK:
        raise Invalid({"template": [NO_TEMPLATE]})
    template = PLAYBOOK[key] if own is None else saved.as_template(own)
    starts_at = entered.get("starts_at")
    if starts_at is None:
        if template.rule is None:
            raise Invalid({"starts_at": [_("Say when the event starts: this template has no date of its own.")]})
        day = usual_day(template.rule, template.starts, entered.get("year"), ZoneInfo(zone), now)
        starts_at = datetime.combine(day, template.starts, ZoneInfo(zone))
    if own is not None:
        return saved.values_at(own, starts_at, zone)
    return _moved(_filled(template, starts_at.astimezone(ZoneInfo(zone)).date(), zone), starts_at)


def _filled(template: Template, day: date, zone: str) -> dict[str, Any]:
    place = ZoneInfo(zone)

    def at(moment: time) -> datetime:
        return datetime.combine(day, moment, place)

    return {
        "title": template.title,
        "summary": template.summary,
        "theme": template.theme,
        "timezone": zone,
        "starts_at": at(template.starts),
        "ends_at": at(template.ends),
        "venue": {"name": template.venue_name, "address": template.venue_address},
        "conditions": template.conditions,
        "how_to_sign_up": template.how_to_sign_up,
        "risks": template.risks,
        "contact": template.contact,
        "expected_attendance": template.expected_attendance,
        "reminders": template.reminders,
        "shifts": [
            picked(shift, saved.SHIFT)
            | {
                "skills": list(shift.skills),
                "questions": list(shift.questions),
                "starts_at": at(shift.starts),
                "ends_at": at(shift.ends),
            }
            for shift in template.shifts
        ],
        "programme": [
            picked(item, saved.ITEM) | {"roles": list(item.roles), "starts_at": at(item.starts)}
            for item in template.programme
        ],
        "tasks": [picked(task, saved.TASK) for task in template.tasks],
        "supplies": [picked(supply, saved.SUPPLY) for supply in template.supplies],
    }


def _served(programme: Sequence[Mapping[str, Any]], shifts: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return a template's programme without roles that the entered shifts leave out."""
    present = {shift["role"] for shift in shifts}
    return [{**item, "roles": [role for role in item.get("roles", ()) if role in present]} for item in programme]


def _moved(values: Mapping[str, Any], starts_at: datetime) -> dict[str, Any]:
    """Return the values with all of their times moved as far as their start has to be."""
    moved = Move.between(values["starts_at"], starts_at, values["timezone"])

    def parts(name: str) -> Sequence[Mapping[str, Any]]:
        return [
            {key: moved(value) if isinstance(value, datetime) else value for key, value in part.items()}
            for part in values[name]
        ]

    return {
        **values,
        "starts_at": starts_at,
        "ends_at": moved(values["ends_at"]),
        "shifts": parts("shifts"),
        "programme": parts("programme"),
    }


def _slug(session: Session, values: Mapping[str, Any]) -> str:
    """Return an address for the event that no other has: dragon-boat-2027-4f7a."""
    kind = base_of(values.get("template") or "")
    if kind in {"", BLANK}:
        kind = "event"
    year = values["starts_at"].astimezone(ZoneInfo(values["timezone"])).year
    while True:
        slug = f"{kind}-{year}-{secrets.token_hex(2)}"
        if not session.scalar(select(exists().where(Event.slug == slug))):
            return slug
