"""The community's own templates: an event's shape, with its times as distances from the start."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.events import audit
from services.events.asking import SETTINGS
from services.events.models import Event, Kind, SavedTemplate, Theme
from services.events.playbook import PLAYBOOK, Supply, Template, UsualItem, UsualShift, UsualTask, base_of
from services.events.times import Move

KEY: Final = re.compile(r"[a-z]+(?:-[a-z]+)*--[0-9a-f]{8}")
"""The shape of an own template's key: that of the festival it came from, and a number."""
WORDS: Final = ("summary", "conditions", "how_to_sign_up", "risks", "contact", "expected_attendance", "waitlist")
SHIFT: Final = tuple(name for name in audit.SHIFT_FIELDS if name not in {"starts_at", "ends_at", "position"})
ITEM: Final = tuple(name for name in audit.ITEM_FIELDS if name not in {"starts_at", "position"})
"""What is kept of a shift and of a programme item beside their times."""
TASK: Final = ("title", "owner", "days")
SUPPLY: Final = ("name", "quantity", "unit")


def own(session: Session, community: str) -> Sequence[SavedTemplate]:
    """Return the community's own templates, by name."""
    return session.scalars(
        select(SavedTemplate).where(SavedTemplate.community == community).order_by(SavedTemplate.title)
    ).all()


def find(session: Session, key: str, community: str) -> SavedTemplate | None:
    """Return the community's own template of this key; that of another community is none."""
    if not KEY.fullmatch(key):
        return None
    return session.scalars(
        select(SavedTemplate).where(SavedTemplate.key == key, SavedTemplate.community == community)
    ).one_or_none()


def picked(source: object, names: Sequence[str]) -> dict[str, Any]:
    """Return these fields of a shift, an item, a task, a supply or a whole event."""
    return {name: getattr(source, name) for name in names}


def body_of(event: Event) -> dict[str, Any]:
    """Return what is kept of an event, in values that JSON can hold; distances are in seconds by the wall clock.

    Nothing of its people and nothing that was done: tasks are open again, and no supplies are ready. The permit
    checklist comes by itself with the number of people expected.
    """
    starts = _wall(event, event.starts_at)

    def distance(moment: datetime | None) -> float | None:
        return None if moment is None else (_wall(event, moment) - starts).total_seconds()

    return {
        "starts": starts.time().isoformat(),
        "ends_at": distance(event.ends_at),
        "venue": {"name": event.venue_name, "address": event.venue_address},
        "reminders": list(event.reminders),
        **picked(event, (*WORDS, *SETTINGS, "thanks")),
        "shifts": [
            picked(shift, SHIFT) | {"starts_at": distance(shift.starts_at), "ends_at": distance(shift.ends_at)}
            for shift in event.shifts
        ],
        "programme": [picked(item, ITEM) | {"starts_at": distance(item.starts_at)} for item in event.programme],
        "tasks": [picked(task, TASK) for task in event.tasks if not task.permit],
        "supplies": [picked(supply, SUPPLY) for supply in event.supplies],
    }


def values_at(saved: SavedTemplate, starts_at: datetime, zone: str) -> dict[str, Any]:
    """Return what the template says of an event that starts then, as an organizer would have entered it."""
    body = saved.body

    def at(distance: float | None) -> datetime | None:
        return None if distance is None else Move(timedelta(seconds=distance), ZoneInfo(zone))(starts_at)

    def placed(part: Mapping[str, Any]) -> dict[str, Any]:
        return {name: at(value) if name.endswith("_at") else value for name, value in part.items()}

    return {
        **{name: body[name] for name in (*WORDS, *SETTINGS, "thanks") if name in body},
        "title": saved.title,
        "theme": Theme(saved.theme),
        "timezone": zone,
        "starts_at": starts_at,
        "ends_at": at(body["ends_at"]),
        "venue": body["venue"],
        "reminders": body["reminders"],
        "shifts": [placed(shift) for shift in body["shifts"]],
        "programme": [placed(item) | {"kind": Kind(item["kind"])} for item in body["programme"]],
        "tasks": body["tasks"],
        "supplies": body["supplies"],
    }


def as_template(saved: SavedTemplate) -> Template:
    """Return the own template as those of the playbook are shown; times are those of the clock, whatever the day.

    It has the date rule of the festival that its event came from, and the same name in both languages.
    """
    body = saved.body
    first = datetime.combine(date.min + timedelta(days=60), time.fromisoformat(body["starts"]))
    base = PLAYBOOK.get(base_of(saved.key))

    def at(distance: float | None) -> time:
        return (first + timedelta(seconds=distance or 0)).time()

    return Template(
        **{name: body[name] for name in WORDS if name != "waitlist"},
        key=saved.key,
        title=saved.title,
        title_en=saved.title,
        theme=Theme(saved.theme),
        rule=base.rule if base else None,
        starts=first.time(),
        ends=at(body["ends_at"]),
        venue_name=body["venue"]["name"],
        venue_address=body["venue"]["address"],
        reminders=body["reminders"],
        shifts=[
            UsualShift(
                **{name: shift[name] for name in SHIFT if name in shift},
                role_en=shift["role"],
                starts=at(shift["starts_at"]),
                ends=at(shift["ends_at"]),
            )
            for shift in body["shifts"]
        ],
        programme=[
            UsualItem(
                **{name: item[name] for name in ITEM if name != "kind"},
                kind=Kind(item["kind"]),
                title_en=item["title"],
                starts=at(item["starts_at"]),
            )
            for item in body["programme"]
        ],
        tasks=[UsualTask(task["days"], task["title"], task["title"], task["owner"]) for task in body["tasks"]],
        supplies=[Supply(**supply, name_en=supply["name"]) for supply in body["supplies"]],
    )


def _wall(event: Event, moment: datetime) -> datetime:
    """Return the moment as the clocks at the event's place show it."""
    return event.local(moment).replace(tzinfo=None)
