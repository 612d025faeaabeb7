"""The business actions of the sign-up service, one function each."""

from services.signups.operations.attendance import (
    check_in,
    check_out,
    mark_absent,
    undo_absence,
    undo_check_in,
    undo_check_out,
)
from services.signups.operations.codes import Proof, forget_codes, send_code
from services.signups.operations.copies import record_event, remind
from services.signups.operations.feedback import feedback_refusal, give_feedback
from services.signups.operations.holds import record_pledge
from services.signups.operations.rostering import add_walk_in, clear, move_signup, take_back_clearing
from services.signups.operations.signing import Answer, Application, Guardian, sign_up, withdraw
from services.signups.operations.together import sign_up_together

__all__ = [
    "Answer",
    "Application",
    "Guardian",
    "Proof",
    "add_walk_in",
    "check_in",
    "check_out",
    "clear",
    "feedback_refusal",
    "forget_codes",
    "give_feedback",
    "mark_absent",
    "move_signup",
    "record_event",
    "record_pledge",
    "remind",
    "send_code",
    "sign_up",
    "sign_up_together",
    "take_back_clearing",
    "undo_absence",
    "undo_check_in",
    "undo_check_out",
    "withdraw",
]
