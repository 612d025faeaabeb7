"""The desk's page of who was shown whose contact data."""

from collections.abc import Mapping
from typing import Any, Final

from flask import render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from services.signups import looks
from services.signups.models import Where
from services.signups.pages.desk import desk
from services.signups.pages.views import DESK, searched
from shared.paging import Page
from shared.principal import Ability
from shared.texts import Text
from shared.texts import text as _
from shared.web import paging
from shared.web.auth import needs, organizer
from shared.web.current import config, database

ROWS: Final = 50
LIST: Final = "contact views"
PLACES: Final[Mapping[Where, Text]] = {
    Where.PAGE: _("On a page"),
    Where.FILE: _("In a file"),
    Where.API: _("By a program"),
}


@desk.get("/views")
@needs(Ability.MANAGE_PEOPLE)
def contact_views() -> ResponseReturnValue:
    """Show which organizer was shown whose contact data, and when; ``?q=`` asks for some people."""
    search = searched(request.args)
    page = paging.asked({"limit": ROWS, "cursor": request.args.get("cursor")}, LIST)
    found = database.read(_read, page, search)
    part = paging.answer(found["part"], LIST)
    return render_template(
        "signups/views.html",
        here=f"{DESK}/views",
        search=search,
        views=part["items"],
        next_cursor=part["next_cursor"],
        names=found["names"],
        places=PLACES,
        zone=config.timezone,
    )


def _read(session: Session, page: Page, search: str) -> dict[str, Any]:
    community = organizer().community
    people = looks.meant(session, search, community=community) if search else None
    part = looks.of_community(session, page, community=community, people=people)
    return {"part": part, "names": looks.names(session, part.items)}
