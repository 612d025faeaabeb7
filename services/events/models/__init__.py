"""The tables of the events service."""

from services.events.models.accounts import Organizer, OrganizerSession
from services.events.models.base import Base
from services.events.models.copies import HoldCopy, NeedCopy, PledgeCopy, SignupCopy
from services.events.models.events import (
    NO_WAY,
    OPEN,
    AuditEntry,
    Event,
    EventStatus,
    Kind,
    ProgrammeItem,
    Reminder,
    ReminderState,
    Shift,
    Theme,
)

__all__ = [
    "NO_WAY",
    "OPEN",
    "AuditEntry",
    "Base",
    "Event",
    "EventStatus",
    "HoldCopy",
    "Kind",
    "NeedCopy",
    "Organizer",
    "OrganizerSession",
    "PledgeCopy",
    "ProgrammeItem",
    "Reminder",
    "ReminderState",
    "Shift",
    "SignupCopy",
    "Theme",
]
