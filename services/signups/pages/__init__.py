"""The sign-up service's pages: the door for volunteers, the desk for organizers."""

from services.signups.pages import (  # noqa: F401  # they add their pages  # noqa: F401  # they add their pages
    details,
    feedback,
    feeds,  # they add their pages
    files,
    finding,
    handing_over,
    hours,
    importing,
    offers,  # they add their pages
    own,
    records,
    rostering,
)
from services.signups.pages.desk import desk
from services.signups.pages.door import door

__all__ = ["desk", "door"]
