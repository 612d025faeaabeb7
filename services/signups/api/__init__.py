"""The sign-up service's JSON: what everybody may ask, and what organizers may."""

from services.signups.api import feedback, mailings, offers, own_data  # noqa: F401  # they add their addresses
from services.signups.api.signups import ATTENDANCE, STEPS, desk, door

__all__ = ["ATTENDANCE", "STEPS", "desk", "door"]
