"""The sign-up service's pages: the door for volunteers, the desk for organizers."""

from services.signups.pages import (  # noqa: F401  # they add their pages
    certificates,
    check_in,
    claiming,
    details,
    feedback,
    feeds,
    files,
    finding,
    handing_over,
    here,
    hours,
    importing,
    mailings,
    notices,
    offers,
    own,
    own_data,
    records,
    rostering,
    short,
    together,
    viewing,
)
from services.signups.pages.desk import desk
from services.signups.pages.door import door

__all__ = ["desk", "door"]
