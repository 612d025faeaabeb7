"""Where the signed-in can go from every page; the services' desks are one place to those who work there."""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from shared.principal import Ability, Principal
from shared.texts import Text
from shared.texts import text as _
from shared.web.i18n import translate

OWN_ACCOUNT: Final = "/events/desk/me"
"""The header's name of an organizer leads there; no place of the list is current on it."""


class Place(NamedTuple):
    """A place that can be gone to; ``ability`` is what an organizer needs to be there."""

    name: Text
    address: str
    ability: Ability = Ability.READ


PLACES: Final[Mapping[str, Sequence[Place]]] = {
    "organizer": [
        Place(_("Events"), "/events/desk"),
        Place(_("Roster"), "/signups/desk"),
        Place(_("Service hours"), "/signups/desk/hours"),
        Place(_("Partner units"), "/partners/desk"),
        Place(_("Annual report"), "/events/desk/report"),
        Place(_("Colleagues"), "/events/desk/people", Ability.MANAGE_PEOPLE),
    ],
    "contact": [
        Place(_("Our pledges"), "/partners/unit"),
        Place(_("Open board"), "/partners/board"),
        Place(_("Festival events"), "/events/"),
    ],
}
"""Kind of principal -> places."""


MESSAGES: Final = [
    (_("Events"), "/events/desk/messages"),
    (_("Roster"), "/signups/desk/messages"),
    (_("Partner units"), "/partners/desk/messages"),
]
"""Each service's messages that could not be applied."""


def entries(principal: Principal | None, path: str) -> list[tuple[str, str, bool]]:
    """Return name, address and whether the present page is there, for each place; none for those not signed in."""
    if principal is None:
        return []
    places = [one for one in PLACES[principal.kind] if principal.kind == "contact" or principal.may(one.ability)]
    around = [one.address for one in places if _is_within(path, one.address)]
    here = None if _is_within(path, OWN_ACCOUNT) else max(around, key=len, default=None)
    return [(translate(one.name), one.address, one.address == here) for one in places]


def _is_within(path: str, address: str) -> bool:
    return path == address or path.startswith(f"{address}/")
