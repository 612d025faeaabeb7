"""Calendars (RFC 5545, RFC 7986) for other programs, written so that Apple's, Google's and Outlook's read them right.

Where they differ, this was decided:

- Moments are in UTC, which each shows in its reader's zone without knowing the rules of ours; X-WR-TIMEZONE names the
  zone that is meant. Whole days are dates, which belong to no zone.
- An entry keeps its UID, its SEQUENCE grows with every change, and its DTSTAMP is when it changed, not when it was
  read: a calendar in which nothing changed is the same to the byte.
- What was called off says so in its title as well, since not every program shows STATUS, and stays for a while as such.
  What is not there any more is left out, and goes from all of them.
- There are no alarms. Steward itself reminds, once and at a sensible hour; besides, Google and Outlook pass over the
  alarms of calendars that are subscribed to.
- The name stands there twice, as NAME and as X-WR-CALNAME, and how often to look in; Google decides that itself.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from shared.catalogues import Language
from shared.texts import text as _

if TYPE_CHECKING:
    from icalendar import Calendar, Event

READ_AGAIN: Final = timedelta(hours=1)
STAYS: Final = timedelta(days=30)
"""How long what is over or called off is still told; programs that look in seldom would else never hear of it."""


class Status(StrEnum):
    """Whether what an entry tells of takes place."""

    CONFIRMED = "CONFIRMED"
    TENTATIVE = "TENTATIVE"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What stands in a calendar.

    ``key`` is its own for good, ``sequence`` grows with every change, and the last one was at ``stamp``. It is from
    ``starts`` until just before ``ends``: two moments, or two dates for whole days. ``busy`` says that whoever has it
    in their calendar is expected there.
    """

    key: str
    sequence: int
    stamp: datetime
    starts: date
    ends: date
    summary: str
    location: str = ""
    description: str = ""
    url: str | None = None
    status: Status = Status.CONFIRMED
    busy: bool = True


def single(entry: Entry, language: Language) -> bytes:
    """Return a calendar of one entry, to be taken over once."""
    return _written(_calendar([entry], language))


def subscription(entries: Iterable[Entry], language: Language, *, name: str, timezone: str) -> bytes:
    """Return a calendar that is read again and again; ``timezone`` is the one that it is about."""
    from icalendar import vDuration  # noqa: PLC0415  (it takes long to import)

    whole = _calendar(entries, language)
    for key in ("name", "x-wr-calname"):
        whole.add(key, name)
    whole.add("x-wr-timezone", timezone)
    whole.add("refresh-interval", vDuration(READ_AGAIN), parameters={"VALUE": "DURATION"})
    whole.add("x-published-ttl", vDuration(READ_AGAIN))
    return _written(whole)


def _calendar(entries: Iterable[Entry], language: Language) -> "Calendar":
    from icalendar import Calendar  # noqa: PLC0415

    whole = Calendar()
    whole.add("prodid", "-//Steward//Steward//")
    whole.add("version", "2.0")
    for entry in entries:
        whole.add_component(_component(entry, language))
    return whole


def _component(entry: Entry, language: Language) -> "Event":
    from icalendar import Event  # noqa: PLC0415

    is_off = entry.status is Status.CANCELLED
    event = Event()
    event.add("uid", f"{entry.key}@steward")
    event.add("sequence", entry.sequence)
    event.add("dtstamp", entry.stamp)
    event.add("dtstart", entry.starts)
    event.add("dtend", entry.ends)
    event.add("summary", language.translate(_("Cancelled: %(what)s", what=entry.summary)) if is_off else entry.summary)
    event.add("status", entry.status.value)
    event.add("transp", "OPAQUE" if entry.busy and not is_off else "TRANSPARENT")
    for name in ("location", "description", "url"):
        if value := getattr(entry, name):
            event.add(name, value)
    return event


def _written(whole: "Calendar") -> bytes:
    return bytes(whole.to_ical())
