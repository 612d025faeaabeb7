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
from services.signups.operations.rostering import WALK_INS_FOR, add_walk_in, clear, move_signup, take_back_clearing
from services.signups.operations.scanning import Sent, mark_rest_absent, record_scan, settle
from services.signups.operations.signing import Answer, Application, Guardian, sign_up, withdraw

__all__ = [
    "WALK_INS_FOR",
    "Answer",
    "Application",
    "Guardian",
    "Sent",
    "add_walk_in",
    "check_in",
    "check_out",
    "clear",
    "feedback_refusal",
    "give_feedback",
    "mark_absent",
    "mark_rest_absent",
    "move_signup",
    "record_event",
    "record_pledge",
    "record_scan",
    "remind",
    "settle",
    "sign_up",
    "take_back_clearing",
    "undo_absence",
    "undo_check_in",
    "undo_check_out",
    "withdraw",
]
