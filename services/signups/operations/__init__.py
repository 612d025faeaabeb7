"""The business actions of the sign-up service, one function each."""

from services.signups.operations.attendance import (
    check_in,
    check_out,
    mark_absent,
    undo_absence,
    undo_check_in,
    undo_check_out,
)
from services.signups.operations.copies import record_event, remind
from services.signups.operations.feedback import feedback_refusal, give_feedback
from services.signups.operations.holds import record_pledge
from services.signups.operations.own_data import end_consent, erase, erase_again, erasures
from services.signups.operations.rostering import add_walk_in, clear, move_signup, take_back_clearing
from services.signups.operations.signing import Answer, Application, Guardian, sign_up, withdraw
from services.signups.operations.viewing import note_view

__all__ = [
    "Answer",
    "Application",
    "Guardian",
    "add_walk_in",
    "check_in",
    "check_out",
    "clear",
    "end_consent",
    "erase",
    "erase_again",
    "erasures",
    "feedback_refusal",
    "give_feedback",
    "mark_absent",
    "move_signup",
    "note_view",
    "record_event",
    "record_pledge",
    "remind",
    "sign_up",
    "take_back_clearing",
    "undo_absence",
    "undo_check_in",
    "undo_check_out",
    "withdraw",
]
