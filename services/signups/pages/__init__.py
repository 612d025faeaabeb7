"""The sign-up service's pages: the door for volunteers, the desk for organizers."""

from services.signups.pages.desk import desk
from services.signups.pages.door import door

__all__ = ["desk", "door"]
