"""The sign-up service's pages: the door for volunteers, the desk for organizers."""

from services.signups.pages import feedback, files, importing, own_data, rostering, viewing  # noqa: F401  # they add their pages
from services.signups.pages.desk import desk
from services.signups.pages.door import door

__all__ = ["desk", "door"]
