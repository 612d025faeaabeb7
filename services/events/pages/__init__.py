"""The events service's pages: the door for everybody, the desk for organizers."""

from services.events.pages import editing, steps  # noqa: F401  # they add their pages to the desk
from services.events.pages.board import desk
from services.events.pages.front import door

__all__ = ["desk", "door"]
