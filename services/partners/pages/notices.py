"""What a contact chooses about the letters to them."""

from typing import Final, cast
from uuid import UUID

from flask.typing import ResponseReturnValue

from services.partners.asking import present_scope
from services.partners.pages.unit import unit
from shared.texts import text as _
from shared.web import notice_settings

BACK: Final = (_("Our pledges"), "/partners/unit")


@unit.get("/notices")
def show_notices() -> ResponseReturnValue:
    """Show what the contact chose."""
    return notice_settings.page(_contact_id(), BACK)


@unit.post("/notices")
def choose_notices() -> ResponseReturnValue:
    """Keep what the contact chooses; other contacts of the unit hear what they chose themselves."""
    return notice_settings.keep(_contact_id(), BACK)


def _contact_id() -> UUID:
    return cast("UUID", present_scope().contact_id)  # organizers were sent to the desk before
