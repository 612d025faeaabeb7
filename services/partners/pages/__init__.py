"""The partners service's pages: the door for everybody, the units' own pages, and the desk for organizers."""

from services.partners.pages import (  # noqa: F401  (they add their pages to the desk, the door and the unit's own)
    feeds,
    importing,
    mailings,
    needs,
    notices,
    records,
    supplies,
    units,
    viewing,
)
from services.partners.pages.desk import desk
from services.partners.pages.door import door
from services.partners.pages.unit import unit

__all__ = ["desk", "door", "unit"]
