"""A sign-up as a calendar entry (RFC 5545)."""

from datetime import datetime

from flask import Response
from icalendar import Calendar, Event

from services.signups.models import Signup, SignupStatus


def as_download(signup: Signup, now: datetime) -> Response:
    """Return the sign-up's calendar as a file to download."""
    answer = Response(calendar(signup, now), content_type="text/calendar; charset=utf-8")
    answer.headers["Content-Disposition"] = "attachment; filename=steward.ics"
    return answer


def calendar(signup: Signup, now: datetime) -> bytes:
    """Return a calendar with the shift; it keeps its UID, so that a newer file replaces the entry."""
    shift, event = signup.shift, signup.shift.event
    is_off = signup.status is SignupStatus.WITHDRAWN or event.status == "cancelled"
    entry = Event()
    entry.add("uid", f"{signup.id}@steward")
    entry.add("sequence", signup.version + event.version)
    entry.add("dtstamp", now)
    entry.add("dtstart", shift.starts_at)
    entry.add("dtend", shift.ends_at)
    entry.add("summary", f"{event.title} · {shift.role}")
    entry.add("location", f"{event.venue_name} {event.venue_address}".strip())
    entry.add("status", "CANCELLED" if is_off else "CONFIRMED")
    whole = Calendar()
    whole.add("prodid", "-//Steward//Steward//")
    whole.add("version", "2.0")
    whole.add_component(entry)
    return bytes(whole.to_ical())
