"""The tables of the sign-up service: copies of events, volunteers, places, sign-ups and holds."""

from services.signups.models.access import AccessLink, Feed
from services.signups.models.base import Base
from services.signups.models.check_in import CheckInCode, Scan, ScanKind, ScanOutcome, giving_code
from services.signups.models.codes import Code
from services.signups.models.events import Event, Shift
from services.signups.models.handovers import UNDER_WAY, Handover, HandoverState, may_be_given
from services.signups.models.hours import EntryKind, HourEntry, HourReview, Outcome, ReviewKind
from services.signups.models.keys import IdempotencyKey
from services.signups.models.letters import ShortLink
from services.signups.models.own_data import Erasure
from services.signups.models.people import Volunteer
from services.signups.models.places import Hold, Place
from services.signups.models.records import Certificate, Record, RecordKind
from services.signups.models.signups import (
    DETAILS,
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
    "DETAILS",
    "KEEPS_TIME",
    "LIVE",
    "MOVES",
    "NEEDS_CLEARING",
    "SEATED",
    "UNDER_WAY",
    "AccessLink",
    "Base",
    "Certificate",
    "CheckInCode",
    "Code",
    "EntryKind",
    "Erasure",
    "Event",
    "Feed",
    "Feedback",
    "Handover",
    "HandoverState",
    "Hold",
    "HourEntry",
    "HourReview",
    "IdempotencyKey",
    "Outcome",
    "Place",
    "Record",
    "RecordKind",
    "ReviewKind",
    "Scan",
    "ScanKind",
    "ScanOutcome",
    "Shift",
    "ShortLink",
    "Signup",
    "SignupStatus",
    "Volunteer",
    "giving_code",
    "may_be_given",
]
