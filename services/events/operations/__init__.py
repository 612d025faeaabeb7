"""The business actions of the events service, one function each."""

from services.events.operations.changing import change_event
from services.events.operations.copies import (
    keep_given_places,
    record_feedback,
    record_holds,
    record_needs,
    record_pledges,
    record_signups,
)
from services.events.operations.desk import Desk
from services.events.operations.drafting import create_event, duplicate_event, next_start, usual_day
from services.events.operations.following import Outcome, cancel_series, change_series
from services.events.operations.grid import add_shift, change_shift, copy_day, remove_shift
from services.events.operations.lifecycle import (
    cancel_event,
    complete_event,
    correct_visitors,
    publish_event,
    unpublish_event,
)
from services.events.operations.preparation import (
    RowGone,
    add_supply,
    add_task,
    change_supply,
    change_task,
    remove_supply,
    remove_task,
    restock,
    tick_task,
)
from services.events.operations.programme import add_item, change_item, move_item, remove_item
from services.events.operations.reminders import REMINDERS_DUE, fire_due_reminders, planning
from services.events.operations.repeating import leave_series, repeat_event
from services.events.operations.saving import delete_template, rename_template, save_template

__all__ = [
    "REMINDERS_DUE",
    "Desk",
    "Outcome",
    "RowGone",
    "add_item",
    "add_shift",
    "add_supply",
    "add_task",
    "cancel_event",
    "cancel_series",
    "change_event",
    "change_item",
    "change_series",
    "change_shift",
    "change_supply",
    "change_task",
    "complete_event",
    "copy_day",
    "correct_visitors",
    "create_event",
    "delete_template",
    "duplicate_event",
    "fire_due_reminders",
    "keep_given_places",
    "leave_series",
    "move_item",
    "next_start",
    "planning",
    "publish_event",
    "record_feedback",
    "record_holds",
    "record_needs",
    "record_pledges",
    "record_signups",
    "remove_item",
    "remove_shift",
    "remove_supply",
    "remove_task",
    "rename_template",
    "repeat_event",
    "restock",
    "save_template",
    "tick_task",
    "unpublish_event",
    "usual_day",
]
