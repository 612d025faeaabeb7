"""What people choose about notices to them; and for the desk, the letters of an event as they will be read."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from flask import Response, make_response
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from services.signups import access, own_data, queries
from services.signups.letters import samples
from services.signups.letters.wordings import KINDS
from services.signups.models import Event, Shift
from services.signups.own_data import Person
from services.signups.pages.desk import desk
from services.signups.pages.door import door
from services.signups.pages.views import DESK
from shared.errors import Conflict, NotFound
from shared.texts import text as _
from shared.web import letter_samples, notice_settings
from shared.web.auth import organizer
from shared.web.current import config, database, now
from shared.web.security import personal

BACK: Final = (_("My sign-ups"), "/signups/mine")


@door.get("/mine/notices/<uuid:volunteer_id>")
def show_notices(volunteer_id: UUID) -> Response:
    """Show what somebody chose."""
    return personal(make_response(notice_settings.page(_whole(volunteer_id), BACK)))


@door.post("/mine/notices/<uuid:volunteer_id>")
def choose_notices(volunteer_id: UUID) -> Response:
    """Keep what they choose."""
    return personal(make_response(notice_settings.keep(_whole(volunteer_id), BACK)))


@desk.get("/events/<uuid:event_id>/letters")
def letters_of_event(event_id: UUID) -> ResponseReturnValue:
    """Show each letter of the event to volunteers, as somebody who is made up would read it."""
    event, shifts = database.read(_event, event_id)
    shift = min(shifts, key=lambda one: one.starts_at, default=None)
    return letter_samples.page(
        event,
        KINDS,
        samples.TITLES,
        lambda kind, language: samples.sample(kind, language, event, shift, config, now()),
        (_("Roster"), f"{DESK}/events/{event.id}"),
    )


def _event(session: Session, event_id: UUID) -> tuple[Event, Sequence[Shift]]:
    event = queries.event(session, event_id, community=organizer().community)
    return event, queries.listed(session, event_id)


def _whole(volunteer_id: UUID) -> UUID:
    """Return the person's id where this browser's links open all of them; raises NotFound, and Conflict where not.

    What is chosen is for all their sign-ups, and whoever merely knows a name and a phone is given the link of one.
    """
    person = next((one for one in database.read(_opened) if one.volunteer.id == volunteer_id), None)
    if person is None:
        raise NotFound(_("Please open the link that you were given when you signed up."))
    if not person.whole:
        raise Conflict(
            _(
                "This is about all your sign-ups, and your link opens one of several only. Please have a link sent to"
                " your phone under “Find my sign-ups”."
            )
        )
    return volunteer_id


def _opened(session: Session) -> list[Person]:
    links = access.own(session)
    return own_data.opened(session, links.signups, links.people)
