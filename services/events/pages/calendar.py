"""The calendar of a community's events, which anybody's phone may follow."""

from flask import Response, url_for

from services.events import calendars
from services.events.pages.front import door
from shared.texts import text as _
from shared.web.calendars import as_feed
from shared.web.current import config, database, now
from shared.web.i18n import current_language


@door.get("/calendar/<community>.ics")
def calendar(community: str) -> Response:
    """Show a community's events to a calendar program."""
    language = current_language()
    found = database.read(calendars.events, community, now())
    entries = [calendars.entry(event, changed_at, _page(event.slug), language) for event, changed_at in found]
    name = str(language.translate(_("Events of %(community)s", community=community)))
    return as_feed(entries, language, name=name)


def _page(slug: str) -> str:
    return f"{config.origin}{url_for('door.festival', slug=slug)}"
