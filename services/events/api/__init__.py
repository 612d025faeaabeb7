"""The events service's JSON: what everybody may ask, and what organizers may."""

from services.events.api import accounts, notices, preparation  # noqa: F401  # they add their addresses
from services.events.api.events import at_desk, desk, door

__all__ = ["at_desk", "desk", "door"]
