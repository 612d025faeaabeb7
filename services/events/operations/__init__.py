"""The business actions of the events service, one function each."""

from services.events.operations.changing import change_event
from services.events.operations.copies import record_hold, record_need, record_pledge, record_signup
from services.events.operations.desk import Desk
from services.events.operations.drafting import create_event, duplicate_event, usual_day
from services.events.operations.lifecycle import cancel_event, complete_event, publish_event
from services.events.operations.reminders import fire_due_reminders

__all__ = [
    "Desk",
    "cancel_event",
    "change_event",
    "complete_event",
    "create_event",
    "duplicate_event",
    "fire_due_reminders",
    "publish_event",
    "record_hold",
    "record_need",
    "record_pledge",
    "record_signup",
    "usual_day",
]
