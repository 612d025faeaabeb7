"""The business actions of the sign-up service, one function each."""

from services.signups.operations.attendance import (
    check_in,
    check_out,
    mark_absent,
    undo_absence,
    undo_check_in,
    undo_check_out,
)
from services.signups.operations.claiming import claim_for_people
from services.signups.operations.codes import Proof, forget_codes, send_code
from services.signups.operations.copies import record_event, remind
from services.signups.operations.details import change_details
from services.signups.operations.feedback import feedback_refusal, give_feedback
from services.signups.operations.feeds import end_feed, make_feed
from services.signups.operations.finding import forget_links, send_links
from services.signups.operations.handing_over import (
    agree_to_handover,
    decline_handover,
    keep_place,
    lapse_handovers,
    offer_place,
    take_place,
)
from services.signups.operations.holds import UNCLAIMED, record_pledge, release_unclaimed
from services.signups.operations.hours import find_forgotten
from services.signups.operations.missed import plan_for_missed
from services.signups.operations.newcomers import Wish, sign_up_newcomers
from services.signups.operations.offers import accept_offer, decline_offer, expire_offers
from services.signups.operations.own_data import end_consent, erase, erase_again, erasures
from services.signups.operations.rostering import WALK_INS_FOR, add_walk_in, clear, move_signup, take_back_clearing
from services.signups.operations.scanning import Sent, mark_rest_absent, record_scan
from services.signups.operations.signing import Answer, Application, Guardian, sign_up, withdraw
from services.signups.operations.together import sign_up_together

__all__ = [
    "UNCLAIMED",
    "WALK_INS_FOR",
    "Answer",
    "Application",
    "Guardian",
    "Proof",
    "Sent",
    "Wish",
    "accept_offer",
    "add_walk_in",
    "agree_to_handover",
    "change_details",
    "check_in",
    "check_out",
    "claim_for_people",
    "clear",
    "decline_handover",
    "decline_offer",
    "end_consent",
    "end_feed",
    "erase",
    "erase_again",
    "erasures",
    "expire_offers",
    "feedback_refusal",
    "find_forgotten",
    "forget_codes",
    "forget_links",
    "give_feedback",
    "keep_place",
    "lapse_handovers",
    "make_feed",
    "mark_absent",
    "mark_rest_absent",
    "move_signup",
    "offer_place",
    "plan_for_missed",
    "record_event",
    "record_pledge",
    "record_scan",
    "release_unclaimed",
    "remind",
    "send_code",
    "send_links",
    "sign_up",
    "sign_up_newcomers",
    "sign_up_together",
    "take_back_clearing",
    "take_place",
    "undo_absence",
    "undo_check_in",
    "undo_check_out",
    "withdraw",
]
