"""Sign-ups as calendar entries; they name nobody."""

from collections.abc import Sequence
from datetime import datetime

from flask import Response

from services.signups.models import Signup, SignupStatus
from shared import catalogues
from shared.calendars import Entry, Status
from shared.catalogues import Language
from shared.texts import text as _
from shared.web import calendars


def as_download(signup: Signup, now: datetime) -> Response:
    """Return the sign-up's calendar as a file to download; a newer file replaces the entry."""
    language = _language(signup.language)
    return calendars.as_download(_entry(signup, now, language), language)


def as_feed(signups: Sequence[Signup]) -> Response:
    """Return the calendar of somebody's sign-ups, in the language of the last."""
    language = _language(signups[-1].language if signups else None)
    stamps = [max(filter(None, (one.created_at, one.confirmed_at, one.withdrawn_at))) for one in signups]
    entries = [_entry(one, stamp, language) for one, stamp in zip(signups, stamps, strict=True)]
    return calendars.as_feed(entries, language, name=str(language.translate(_("My sign-ups"))))


def _language(tag: str | None) -> Language:
    return catalogues.language("signups", tag)


def _entry(signup: Signup, stamp: datetime, language: Language) -> Entry:
    shift, event = signup.shift, signup.shift.event
    what, status = f"{event.title} · {shift.role}", Status.CONFIRMED
    if signup.status is SignupStatus.WITHDRAWN or event.status == "cancelled":
        status = Status.CANCELLED
    elif signup.status is SignupStatus.WAITLISTED:
        status, what = Status.TENTATIVE, str(language.translate(_("Waitlist: %(what)s", what=what)))
    return Entry(
        key=str(signup.id),
        sequence=signup.version + event.version,
        stamp=stamp,
        starts=shift.starts_at,
        ends=shift.ends_at,
        summary=what,
        location=f"{event.venue_name} {event.venue_address}".strip(),
        status=status,
    )
