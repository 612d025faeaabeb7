"""The calendar that follows all that a unit has pledged: its file, and its link, made and ended on the unit's page."""

from flask import Response, redirect
from flask.typing import ResponseReturnValue

from services.partners import calendars, feeds, isolation, operations
from services.partners.asking import present_scope
from services.partners.pages.door import door
from services.partners.pages.unit import unit
from shared import catalogues
from shared.errors import NotFound
from shared.texts import text as _
from shared.web.calendars import as_feed
from shared.web.current import config, database, now
from shared.web.i18n import tell

PIECE = "/partners/unit#calendar"
"""Where the link stands."""


@door.get("/feed/<token>.ics")
def feed(token: str) -> Response:
    """Show what a unit has pledged to a calendar program, in the language of its main contact."""
    try:
        found = database.read(feeds.unit, token)
    except NotFound:
        isolation.note(isolation.DEAD_LINK)
        raise
    language = catalogues.language("partners", found.contact.language)
    pledges = database.read(feeds.pledges, found.id, now())
    entries = [entry for pledge in pledges for entry in calendars.entries(pledge, config.origin, language)]
    return as_feed(entries, language, name=found.name)


@unit.post("/calendar")
def make_feed() -> ResponseReturnValue:
    """Make the unit's calendar link."""
    database.write(operations.make_feed, secret_key=config.secret_key, scope=present_scope(), now=now())
    return redirect(PIECE, 303)


@unit.post("/calendar/renew")
def renew_feed() -> ResponseReturnValue:
    """Make another link and the one before worthless."""
    database.write(operations.renew_feed, secret_key=config.secret_key, scope=present_scope(), now=now())
    tell(_("This is the new calendar link. The old one shows nothing any more."))
    return redirect(PIECE, 303)


@unit.post("/calendar/end")
def end_feed() -> ResponseReturnValue:
    """Make the calendar link worthless."""
    database.write(operations.end_feed, scope=present_scope())
    tell(_("The calendar link is closed. You can make a new one at any time."))
    return redirect(PIECE, 303)
