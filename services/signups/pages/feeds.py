"""The calendar that follows all sign-ups of a person: its file, and its link, made and ended on their own pages."""

from uuid import UUID

from flask import Response, redirect
from flask.typing import ResponseReturnValue

from services.signups import access, feeds, operations
from services.signups.calendars import as_feed
from services.signups.links import Links
from services.signups.pages.door import door
from shared.errors import NotFound
from shared.texts import text as _
from shared.web.current import config, database, now
from shared.web.i18n import tell


@door.get("/feed/<token>.ics")
def feed(token: str) -> Response:
    """Show a person's sign-ups to a calendar program."""
    return as_feed(database.read(feeds.signups, token, now()))


@door.post("/mine/feeds/<uuid:volunteer_id>")
def make_feed(volunteer_id: UUID) -> ResponseReturnValue:
    """Make the calendar link of a person all of whose sign-ups are open here."""
    _refuse_others(volunteer_id)
    database.write(operations.make_feed, volunteer_id, links=Links(config.secret_key), now=now())
    return redirect("/signups/mine#calendar", 303)


@door.post("/mine/feeds/<uuid:volunteer_id>/end")
def end_feed(volunteer_id: UUID) -> ResponseReturnValue:
    """Make the calendar link worthless."""
    _refuse_others(volunteer_id)
    database.write(operations.end_feed, volunteer_id)
    tell(_("The calendar link is closed. You can make a new one at any time."))
    return redirect("/signups/mine#calendar", 303)


def _refuse_others(volunteer_id: UUID) -> None:
    """Raise NotFound unless the link that was opened here opens all of the person."""
    if volunteer_id not in database.read(access.own).people:
        raise NotFound(_("Please open the link that was sent to your phone."))
