"""Sign-ups as calendar entries (RFC 5545)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from flask import Request, Response
from icalendar import Calendar, Event

from services.signups.models import Signup, SignupStatus
from shared import catalogues
from shared.texts import text as _

READ_AGAIN: Final = timedelta(hours=1)


def as_download(signup: Signup, now: datetime) -> Response:
    """Return the sign-up's calendar as a file to download; a newer file replaces the entry."""
    answer = Response(_calendar([_entry(signup, now)]), content_type="text/calendar; charset=utf-8")
    answer.headers["Content-Disposition"] = "attachment; filename=steward.ics"
    return answer


def as_feed(signups: Sequence[Signup], request: Request) -> Response:
    """Return the calendar that a program reads again and again: 304 where it has this one already."""
    entries = [_entry(one, max(filter(None, (one.created_at, one.confirmed_at, one.withdrawn_at)))) for one in signups]
    answer = Response(_calendar(entries, again=READ_AGAIN), content_type="text/calendar; charset=utf-8")
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.add_etag(weak=True)  # the same compressed or not
    answer.make_conditional(request)
    return answer


def _calendar(entries: Sequence[Event], again: timedelta | None = None) -> bytes:
    whole = Calendar()
    whole.add("prodid", "-//Steward//Steward//")
    whole.add("version", "2.0")
    if again is not None:
        whole.add("refresh-interval", again, parameters={"VALUE": "DURATION"})  # RFC 7986
        whole.add("x-published-ttl", again)
    for entry in entries:
        whole.add_component(entry)
    return bytes(whole.to_ical())


def _entry(signup: Signup, stamp: datetime) -> Event:
    """Return the shift as an entry; it keeps its UID, and its SEQUENCE grows with every change. It names nobody."""
    shift, event = signup.shift, signup.shift.event
    what = f"{event.title} · {shift.role}"
    status = "CONFIRMED"
    if signup.status is SignupStatus.WITHDRAWN or event.status == "cancelled":
        status = "CANCELLED"
    elif signup.status is SignupStatus.WAITLISTED:
        status = "TENTATIVE"
        what = str(catalogues.language("signups", signup.language).translate(_("Waitlist: %(what)s", what=what)))
    entry = Event()
    entry.add("uid", f"{signup.id}@steward")
    entry.add("sequence", signup.version + event.version)
    entry.add("dtstamp", stamp)
    entry.add("dtstart", shift.starts_at)
    entry.add("dtend", shift.ends_at)
    entry.add("summary", what)
    entry.add("location", f"{event.venue_name} {event.venue_address}".strip())
    entry.add("status", status)
    return entry
