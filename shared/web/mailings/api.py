"""Mailings as JSON, the same for every service that sends notices."""

from typing import Any
from uuid import UUID

from shared.paging import Part
from shared.web import paging
from shared.web.auth import organizer
from shared.web.current import database, now
from shared.web.mailings import broadcasts, reading, schemas
from shared.web.mailings.broadcasts import LANGUAGES
from shared.web.mailings.reading import Overview
from shared.web.mailings.room import Room
from shared.web.openapi import ApiBlueprint
from shared.web.preconditions import KEY_ASKED, idempotency_key


def add_to(desk: ApiBlueprint, room: Room) -> None:
    """Give the service's JSON for organizers its mailings."""

    @desk.route("/mailings")
    @desk.arguments(schemas.MailingQuery, location="query")
    @desk.response(200, schemas.MailingPageSchema)
    def mailings(entered: dict[str, Any]) -> Any:
        """List mailings, the newest first: reminders, changes, thanks and what organizers wrote."""
        page = paging.asked(entered, "mailings")
        part = database.read(reading.overviews, room, page, organizer().community, **entered)
        return paging.answer(Part([_shown(one) for one in part.items], part.next), "mailings")

    @desk.route("/mailings", methods=["POST"])
    @desk.arguments(room.entry)
    @desk.response(201, schemas.MailingSchema)
    @desk.doc(parameters=[KEY_ASKED])
    def send_mailing(entered: dict[str, Any]) -> Any:
        """Write to many people of an event, at once or later; the same Idempotency-Key and body send it once."""
        by, key, event_id = organizer(), idempotency_key(), entered.pop("event_id")
        return _of(room, database.write(broadcasts.send, room, event_id, entered, key=key, by=by, now=now()))

    @desk.route("/mailings/<uuid:mailing_id>")
    @desk.response(200, schemas.MailingSchema)
    def mailing(mailing_id: UUID) -> Any:
        """Show how far a mailing has come."""
        return _of(room, mailing_id)

    @desk.route("/mailings/<uuid:mailing_id>/stop", methods=["POST"])
    @desk.response(200, schemas.StoppedSchema)
    def stop_mailing(mailing_id: UUID) -> Any:
        """Stop a mailing: what has not gone out is taken back. 409 where nothing is left to stop."""
        gone, back = database.write(broadcasts.stop, room, mailing_id, by=organizer(), now=now())
        return {"gone": gone, "taken_back": back}


def _of(room: Room, mailing_id: UUID) -> dict[str, Any]:
    found, _event = database.read(reading.mailing, room, mailing_id, organizer().community)
    return _shown(found)


def _shown(one: Overview) -> dict[str, Any]:
    """Return the mailing as it is answered; the parameters of other kinds are the service's own."""
    mailing, is_written = one.mailing, one.mailing.kind == broadcasts.KIND
    names = ("id", "event_id", "kind", "state", "due_at", "expires_at", "created_at", "ended_at", "planned")
    return {
        **{name: getattr(mailing, name) for name in names},
        **{name: mailing.params.get(tag) if is_written else None for name, tag in LANGUAGES.items()},
        "total": one.total,
        "states": {state.value: number for state, number in one.progress.states.items()},
    }
