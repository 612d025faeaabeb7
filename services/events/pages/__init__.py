"""The events service's pages: the door for everybody, the desk for organizers."""

from services.events.pages import (  # noqa: F401  # they add their pages to the desk
    accounts,
    asking,
    beginning,
    calendar,
    editing,
    entering,
    grid,
    importing,
    me,
    poster,
    preparation,
    programme,
    repeating,
    report,
    results,
    steps,
)
from services.events.pages.board import desk
from services.events.pages.front import door

accounts.add_to(desk)
me.add_to(desk)

__all__ = ["desk", "door"]
