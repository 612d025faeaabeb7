"""The desk's page of who was shown whose contact data."""

from flask import request
from flask.typing import ResponseReturnValue

from services.signups import looks
from services.signups.pages.desk import desk
from services.signups.pages.views import DESK, searched
from shared.principal import Ability
from shared.texts import text as _
from shared.web import contact_views
from shared.web.auth import needs

VOLUNTEERS = contact_views.People(looks.meant, looks.names)


@desk.get("/views")
@needs(Ability.MANAGE_PEOPLE)
def views() -> ResponseReturnValue:
    """Show which organizer was shown whose contact data, and when; ``?q=`` asks for some people."""
    search = searched(request.args)
    return contact_views.page(search, VOLUNTEERS, back=(_("Roster"), DESK), sought=_("Name or phone of a volunteer"))
