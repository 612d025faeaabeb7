"""Pages for everybody: the festivals, and each one's own page."""

from datetime import datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from services.events import calendars, queries, words
from services.events.festivals import Lunar, next_date
from services.events.models import Event, EventStatus, Kind, Theme
from services.events.playbook import goes_by_the_moon
from services.events.queries import Staffed
from shared.web import kept
from shared.web.auth import current_principal
from shared.web.current import config, database, now
from shared.web.i18n import lunar, translate

SHOWN: Final = 60
"""Events on the front page; there are rarely more to come."""
DRAGON_BOAT: Final = Lunar(5, 5)
"""The day that samples of dates show."""

door = Blueprint("door", __name__, url_prefix="/events")


@door.get("/")
@kept.page()
def home() -> ResponseReturnValue:
    """List the events that one may still go to, the soonest first."""
    staffed = database.read(_upcoming)
    return render_template(
        "events/home.html",
        events=[(one.event, one.total.free, words.state(one.event, one.total.free, now())) for one in staffed],
        lunar=lunar_words,
        calendars=[(name, _calendar(name)) for name in database.read(calendars.communities)],
    )


@door.get("/<slug>")
@kept.page()
def festival(slug: str) -> ResponseReturnValue:
    """Show an event; drafts are for the community's organizers."""
    community = asking_community()
    staffed = database.read(_by_slug, slug, community)
    event = staffed.event
    return render_template(
        "events/festival.html",
        **_places(staffed),
        state=words.state(event, staffed.total.free, now()),
        programme=programme(event),
        lunar=lunar_words(event),
        address=f"{config.origin}{url_for('door.festival', slug=event.slug)}",
        is_ours=event.community == community,
    )


@door.get("/<slug>/places")
def places(slug: str) -> ResponseReturnValue:
    """Return the part of an event's page that shows how full its shifts are."""
    staffed = database.read(_by_slug, slug, asking_community())
    return render_template("events/places.html", **_places(staffed))


@door.get("/style")
def style() -> ResponseReturnValue:
    """Show every part that pages are made of, in every state, and the festivals' looks."""
    zone = ZoneInfo(config.timezone)
    day = next_date(DRAGON_BOAT, now().astimezone(zone).date())
    starts = datetime.combine(day, time(14), zone)
    ends = starts + timedelta(hours=3)
    return render_template("style.html", festivals=[theme.value for theme in Theme], starts=starts, ends=ends)


def lunar_words(event: Event) -> str | None:
    """Return the date on the Chinese calendar, where the event's festival goes by it."""
    return lunar(event.starts_at, event.timezone) if goes_by_the_moon(event.template) else None


def programme(event: Event) -> list[dict[str, str | None]]:
    """Return the programme as the timeline shows it, by time."""
    moment = now()
    shown = []
    for item in sorted(event.programme, key=lambda one: one.starts_at or event.ends_at):
        state = None
        if item.starts_at is not None and event.status is EventStatus.PUBLISHED and moment >= item.starts_at:
            is_over = moment >= (item.ends_at or event.ends_at)
            state = "done" if is_over else "now"
        kind = "" if item.kind is Kind.OTHER else translate(words.KINDS[item.kind])
        details = [kind, item.performers, item.place]
        shown.append(
            {
                "time": event.local(item.starts_at).strftime("%H:%M") if item.starts_at else "",
                "title": item.title,
                "text": " · ".join(detail for detail in details if detail),
                "state": state,
            }
        )
    return shown


def asking_community() -> str | None:
    """Return the community whose drafts may be seen: that of the organizer who is asking."""
    principal = current_principal()
    return principal.community if principal is not None and principal.kind == "organizer" else None


def _places(staffed: Staffed) -> dict[str, Any]:
    event = staffed.event
    takes_names = event.status is EventStatus.PUBLISHED and now() < event.ends_at
    return {"event": event, "staffed": staffed, "takes_names": takes_names, "now": now()}


def _calendar(community: str) -> str:
    return f"{config.origin}{url_for('door.calendar', community=community)}"


def _upcoming(session: Session) -> list[Staffed]:
    return queries.staffed(session, queries.upcoming(session, now(), SHOWN))


def _by_slug(session: Session, slug: str, community: str | None) -> Staffed:
    return queries.staffed(session, [queries.event_by_slug(session, slug, community=community)])[0]
