"""The business actions of the partners service, one function each."""

from services.partners.operations.copies import record_event
from services.partners.operations.deadlines import remind_of_names
from services.partners.operations.feeds import end_feed, make_feed, renew_feed
from services.partners.operations.invitations import (
    decline_invitation,
    hand_out_link,
    invite_units,
    open_invitation,
    resend_invitation,
    revoke_invitation,
)
from services.partners.operations.keeping import (
    deliver_pledge,
    renew_claim_link,
    return_pledge,
    schedule_arrival,
    wait_for_rest,
)
from services.partners.operations.merging import Merger, merge_units, preview_merger
from services.partners.operations.needs import Change, Request, change_need, post_need, take_over_supplies
from services.partners.operations.places import record_places
from services.partners.operations.pledges import (
    Promise,
    make_pledge,
    reduce_pledge,
    withdraw_pledge,
)
from services.partners.operations.reminding import remind_of_supplies, remind_units
from services.partners.operations.units import (
    Access,
    Entry,
    Person,
    add_contact,
    add_work_unit,
    change_work_unit,
    close_work_unit,
    end_contact,
    renew_access,
    reopen_work_unit,
    replace_contact,
)

__all__ = [
    "Access",
    "Change",
    "Entry",
    "Merger",
    "Person",
    "Promise",
    "Request",
    "add_contact",
    "add_work_unit",
    "change_need",
    "change_work_unit",
    "close_work_unit",
    "decline_invitation",
    "deliver_pledge",
    "end_contact",
    "end_feed",
    "hand_out_link",
    "invite_units",
    "make_feed",
    "make_pledge",
    "merge_units",
    "open_invitation",
    "post_need",
    "preview_merger",
    "record_event",
    "record_places",
    "reduce_pledge",
    "remind_of_names",
    "remind_of_supplies",
    "remind_units",
    "renew_access",
    "renew_claim_link",
    "renew_feed",
    "reopen_work_unit",
    "replace_contact",
    "resend_invitation",
    "return_pledge",
    "revoke_invitation",
    "schedule_arrival",
    "take_over_supplies",
    "wait_for_rest",
    "withdraw_pledge",
]
