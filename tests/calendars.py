"""Calendars as another program reads them: parsed by a library that had no part in writing them."""

from ical.calendar import Calendar
from ical.calendar_stream import IcsCalendarStream
from ical.event import Event

OCTETS = 75
"""The longest line that RFC 5545 (3.1) allows, without its end."""


def parsed(content: bytes) -> Calendar:
    """Return the calendar, once it is certain that its lines are as the standard wants them."""
    assert content.endswith(b"\r\n")
    lines = content.split(b"\r\n")
    assert not [line for line in lines if b"\n" in line or b"\r" in line or len(line) > OCTETS]
    for line in lines:
        line.decode()  # no character is torn apart
    return IcsCalendarStream.calendar_from_ics(content.decode())


def told(content: bytes) -> list[tuple[str, int, str]]:
    """Return title, sequence and status of every entry, in order."""
    return [(str(one.summary), one.sequence or 0, one.status or "") for one in parsed(content).events]


def named(content: bytes, title: str) -> Event:
    """Return the entry whose title holds the words."""
    [found] = [one for one in parsed(content).events if title in str(one.summary)]
    return found
