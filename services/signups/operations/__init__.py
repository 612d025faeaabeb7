"""The business actions of the sign-up service, one function each."""

from services.signups.operations.attendance import check_in, check_out, mark_absent
from services.signups.operations.copies import record_event, remind
from services.signups.operations.holds import record_pledge
from services.signups.operations.signing import Answer, Application, Guardian, sign_up, withdraw

__all__ = [
    "Answer",
    "Application",
    "Guardian",
    "check_in",
    "check_out",
    "mark_absent",
    "record_event",
    "record_pledge",
    "remind",
    "sign_up",
    "withdraw",
]
