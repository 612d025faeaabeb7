"""What cannot go together in a programme: found for the desk, which decides what to make of it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import combinations
from typing import Final
from uuid import UUID

from services.events.models import Event, ProgrammeItem
from shared.texts import Text
from shared.texts import text as _

PARTED: Final = re.compile(r"\s*[、，,;；]\s*")
"""What stands between the names of several performers."""

Timed = tuple[ProgrammeItem, datetime, datetime]


def clashes(event: Event) -> Mapping[UUID, Sequence[Text]]:
    """Return what is wrong with each item of the programme, by its id; items without a time clash with nothing.

    A performer or a place that is needed twice at a time is told at both items. Besides, an item that is outside of
    the event, and one whose roles have no shift while it is on.
    """
    timed = [(item, item.starts_at, item.starts_at + item.length) for item in event.programme if item.starts_at]
    found: dict[UUID, list[Text]] = {}
    for item_id, text in (*_outside(event, timed), *_twice(timed), *_unserved(event, timed)):
        found.setdefault(item_id, []).append(text)
    return found


def performers(item: ProgrammeItem) -> frozenset[str]:
    """Return the performers of the item one by one."""
    return frozenset(name for name in PARTED.split(item.performers.strip()) if name)


def _outside(event: Event, timed: Sequence[Timed]) -> Iterator[tuple[UUID, Text]]:
    for item, starts_at, ends_at in timed:
        if starts_at < event.starts_at:
            yield item.id, _("It starts before the event does.")
        elif ends_at > event.ends_at:
            yield item.id, _("It goes on after the event is over.")


def _twice(timed: Sequence[Timed]) -> Iterator[tuple[UUID, Text]]:
    for one, other in combinations(timed, 2):
        if not _overlap(one[1:], other[1:]):
            continue
        for item, rival in ((one[0], other[0]), (other[0], one[0])):
            for name in sorted(performers(item) & performers(rival)):
                yield item.id, _("%(who)s is also in “%(item)s” at this time.", who=name, item=rival.title)
            if item.place and item.place == rival.place:
                yield item.id, _("“%(item)s” is at %(place)s at this time, too.", item=rival.title, place=item.place)


def _unserved(event: Event, timed: Sequence[Timed]) -> Iterator[tuple[UUID, Text]]:
    for item, starts_at, ends_at in timed:
        served = {
            shift.role for shift in event.shifts if _overlap((starts_at, ends_at), (shift.starts_at, shift.ends_at))
        }
        for role in item.roles:
            if role not in served:
                yield item.id, _("No shift of “%(role)s” is on at this time.", role=role)


def _overlap(one: tuple[datetime, datetime], other: tuple[datetime, datetime]) -> bool:
    return one[0] < other[1] and other[0] < one[1]
