"""The desk's page of who was shown whose contact data."""

from flask import request
from flask.typing import ResponseReturnValue

from services.partners import directory
from services.partners.pages.desk import MAX_SOUGHT, desk
from shared.principal import Ability
from shared.texts import text as _
from shared.web import contact_views
from shared.web.auth import needs

CONTACTS = contact_views.People(directory.contacts_meant, directory.contact_names)


@desk.get("/views")
@needs(Ability.MANAGE_PEOPLE)
def views() -> ResponseReturnValue:
    """Show which organizer was shown whose contact data, and when; ``?q=`` asks for the contacts of some units."""
    search = request.args.get("q", "")[:MAX_SOUGHT].strip()
    back = (_("Partner units"), "/partners/desk")
    return contact_views.page(search, CONTACTS, back=back, sought=_("Name of a unit or of a contact"))
