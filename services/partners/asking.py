"""What both entrances need to know of whoever is asking."""

from datetime import datetime
from zoneinfo import ZoneInfo

from services.partners.scope import Scope
from shared.errors import Unauthorized
from shared.texts import text as _
from shared.web.auth import current_principal


def present_scope() -> Scope:
    """Return what whoever is signed in may see and do; raises Unauthorized where nobody is."""
    principal = current_principal()
    if principal is None:
        raise Unauthorized(_("Please sign in, or open the link that the community office sent you."))
    return Scope.of(principal)


def in_zone(local: datetime | None, zone: str) -> datetime | None:
    """Return what a form means by a time: that of the event's place."""
    return None if local is None else local.replace(tzinfo=ZoneInfo(zone))
