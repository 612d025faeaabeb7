"""The tables of the sign-up service: copies of events, volunteers, places, sign-ups and holds."""

from services.signups.models.base import Base
from services.signups.models.events import Event, Shift
from services.signups.models.keys import IdempotencyKey
from services.signups.models.own_data import ContactView, Erasure, Where
from services.signups.models.people import Volunteer
from services.signups.models.places import Hold, Place
from services.signups.models.signups import (
    KEEPS_TIME,
    LIVE,
    MOVES,
    NEEDS_CLEARING,
    SEATED,
    Feedback,
    Signup,
    SignupStatus,
)

__all__ = [
    "KEEPS_TIME",
    "LIVE",
    "MOVES",
    "NEEDS_CLEARING",
    "SEATED",
    "Base",
    "ContactView",
    "Erasure",
    "Event",
    "Feedback",
    "Hold",
    "IdempotencyKey",
    "Place",
    "Shift",
    "Signup",
    "SignupStatus",
    "Volunteer",
    "Where",
]
