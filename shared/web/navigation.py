"""Where the signed-in can go from every page; the services' desks are one place to those who work there."""

from shared.principal import Principal
from shared.texts import text as _
from shared.web.i18n import translate

PLACES = {
    "organizer": [(_("Events"), "/events/desk"), (_("Partner units"), "/partners/desk")],
    "contact": [(_("Our pledges"), "/partners/unit"), (_("Festival events"), "/events/")],
}
"""Kind of principal -> name and address of each place."""


def entries(principal: Principal | None, path: str) -> list[tuple[str, str, bool]]:
    """Return name, address and whether the present page is there, for each place; none for those not signed in."""
    places = PLACES[principal.kind] if principal is not None else []
    return [(translate(name), address, path == address or path.startswith(f"{address}/")) for name, address in places]
