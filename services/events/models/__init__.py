"""The tables of the events service."""

from services.events.models.accounts import Invitation, Organizer, OrganizerSession
from services.events.models.base import Base
from services.events.models.copies import FeedbackCopy, HoldCopy, NeedCopy, PledgeCopy, SignupCopy
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
from services.events.models.preparation import SavedTemplate, Supply, Task

__all__ = [
    "NO_WAY",
    "OPEN",
    "AuditEntry",
    "Base",
    "Event",
    "EventStatus",
    "FeedbackCopy",
    "HoldCopy",
    "Invitation",
    "Kind",
    "NeedCopy",
    "Organizer",
    "OrganizerSession",
    "PledgeCopy",
    "ProgrammeItem",
    "Reminder",
    "ReminderState",
    "SavedTemplate",
    "Shift",
    "SignupCopy",
    "Supply",
    "Task",
    "Theme",
]
