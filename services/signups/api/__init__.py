"""The sign-up service's JSON: what everybody may ask, and what organizers may."""

from services.signups.api import feedback  # noqa: F401  # it adds its address
from services.signups.api.signups import ATTENDANCE, STEPS, desk, door

__all__ = ["ATTENDANCE", "STEPS", "desk", "door"]
