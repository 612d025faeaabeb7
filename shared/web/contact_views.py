"""Takes down whose contact data an answer shows to an organizer; and the page that tells of it, in every service."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from flask import Blueprint, Response, g, render_template, request
from sqlalchemy.orm import Session

from shared import contact_views
from shared.contact_views import Where
from shared.paging import Page
from shared.texts import Text
from shared.texts import text as _
from shared.web import paging
from shared.web.auth import current_principal, organizer
from shared.web.current import config, database, is_api, now

ROWS: Final = 50
LIST: Final = "contact views"
PLACES: Final[Mapping[Where, Text]] = {
    Where.PAGE: _("On a page"),
    Where.FILE: _("In a file"),
    Where.API: _("By a program"),
}


@dataclass(frozen=True, slots=True)
class People:
    """A service's people, as far as the page has to know them.

    ``meant`` finds those of a community whom a search may mean; ``names`` says how people are called.
    """

    meant: Callable[[Session, str, str], Collection[UUID]]
    names: Callable[[Session, Collection[UUID]], Mapping[UUID, str]]


def watch(blueprint: Blueprint) -> None:
    """Note whatever the views of a blueprint show."""
    blueprint.after_request(_note)


def shown(people: Iterable[UUID]) -> None:
    """Take down that this answer shows the reader how these people can be reached."""
    g.setdefault("contacts_shown", set()).update(people)


def page(search: str, people: People, *, back: tuple[Text, str], sought: Text) -> str:
    """Return the page of which organizer was shown whose contact data, and when.

    ``search`` asks for some people, and ``sought`` says which; ``back`` names the page around and its address.
    """
    asked = paging.asked({"limit": ROWS, "cursor": request.args.get("cursor")}, LIST)
    found = database.read(_read, asked, search, people)
    part = paging.answer(found["part"], LIST)
    return render_template(
        "contact_views.html",
        here=request.path,
        back=back,
        sought=sought,
        search=search,
        views=part["items"],
        next_cursor=part["next_cursor"],
        names=found["names"],
        places=PLACES,
        zone=config.timezone,
    )


def _note(response: Response) -> Response:
    """Note what the answer shows to an organizer, before it is sent; without the note nothing is."""
    reader, people = current_principal(), g.get("contacts_shown")
    if people and reader is not None and reader.kind == "organizer":
        is_file = "attachment" in response.headers.get("Content-Disposition", "")
        place = Where.API if is_api() else Where.FILE if is_file else Where.PAGE
        database.write(contact_views.note_view, people, to=reader, place=place, now=now())
    return response


def _read(session: Session, page: Page, search: str, people: People) -> dict[str, Any]:
    community = organizer().community
    meant = people.meant(session, search, community) if search else None
    part = contact_views.of_community(session, page, community=community, people=meant)
    few = contact_views.few_people(part.items)
    known = people.names(session, {one for shown in few.values() for one in shown})
    return {
        "part": part,
        "names": {view_id: [known[one] for one in shown if known.get(one)] for view_id, shown in few.items()},
    }
