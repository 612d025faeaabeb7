"""The letters to units: as they will be read, for the desk; and what a contact chooses about those to them."""

from typing import Final, cast
from uuid import UUID

from flask.typing import ResponseReturnValue

from services.partners import letters, queries, words
from services.partners.asking import present_scope
from services.partners.letters.samples import sample
from services.partners.pages.desk import desk
from services.partners.pages.unit import unit
from shared.texts import text as _
from shared.web import letter_samples, notice_settings
from shared.web.current import config, database, now

BACK: Final = (_("Our pledges"), "/partners/unit")


@unit.get("/notices")
def show_notices() -> ResponseReturnValue:
    """Show what the contact chose."""
    return notice_settings.page(_contact_id(), BACK)


@unit.post("/notices")
def choose_notices() -> ResponseReturnValue:
    """Keep what the contact chooses; other contacts of the unit hear what they chose themselves."""
    return notice_settings.keep(_contact_id(), BACK)


@desk.get("/events/<uuid:event_id>/letters")
def letters_of_event(event_id: UUID) -> ResponseReturnValue:
    """Show each letter of the event to units, as a made-up contact would read it."""
    event = database.read(queries.event, event_id, scope=present_scope())
    return letter_samples.page(
        event,
        letters.KINDS,
        words.LETTER_KINDS,
        lambda kind, language: sample(kind, language, event, config, now()),
        (_("Partners"), f"/partners/desk/events/{event.id}"),
    )


def _contact_id() -> UUID:
    return cast("UUID", present_scope().contact_id)  # organizers were sent to the desk before
