"""The poster of an event, to print and hang up, and its code alone to put into a poster of one's own."""

import unicodedata
from typing import Final

from flask import Response, render_template, url_for
from flask.typing import ResponseReturnValue

from services.events import queries
from services.events.models import OPEN, Event
from services.events.pages.front import asking_community, door, lunar_words
from shared.web import qr
from shared.web.current import config, database, now

ROLES: Final = 6
"""Kinds of work that a poster names; more would make it a list that nobody reads."""
TITLES: Final = ((16, "short"), (32, "middle"))
"""Up to which width a title is set how large, counted in Latin letters."""


@door.get("/<slug>/poster")
def poster(slug: str) -> ResponseReturnValue:
    """Show the poster as it is printed on one sheet of A4."""
    event = _event(slug)
    roles = list(dict.fromkeys(shift.role for shift in event.shifts))
    return render_template(
        "events/poster.html",
        event=event,
        is_hung=event.status in OPEN and now() < event.ends_at,
        is_ours=event.community == asking_community(),
        size=next((size for most, size in TITLES if _width(event.title) <= most), "long"),
        roles=roles[:ROLES],
        more=len(roles) - ROLES,
        code=qr.svg(_address(event)),
        address=f"{config.origin}{url_for('door.festival', slug=event.slug)}".partition("//")[2],
        lunar=lunar_words(event),
    )


@door.get("/<slug>/code.png")
def code(slug: str) -> ResponseReturnValue:
    """Answer the code of the event's sign-up form as a picture to save."""
    event = _event(slug)
    answer = Response(qr.png(_address(event)), mimetype="image/png")
    answer.headers["Content-Disposition"] = f'attachment; filename="{event.slug}.png"'
    return answer


def _event(slug: str) -> Event:
    return database.read(queries.event_by_slug, slug, community=asking_community())


def _address(event: Event) -> str:
    return f"{config.origin}/signups/events/{event.id}"


def _width(text: str) -> int:
    """Return how wide a text is in Latin letters; a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)
