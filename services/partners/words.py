"""How kinds, states and pledges are called, on pages and in notices."""

from collections.abc import Mapping
from typing import Final

from services.partners.models import LACKING, InvitationState, Kind, Need, Pledge, PledgeStatus, PledgeStep, UnitStep
from shared import phones
from shared.texts import Text
from shared.texts import text as _

KINDS: Final[Mapping[Kind, Text]] = {
    Kind.PEOPLE: _("People"),
    Kind.VENUE: _("Venue"),
    Kind.SUPPLIES: _("Supplies"),
    Kind.SPEAKER: _("Speaker"),
}

UNIT_KINDS: Final[Mapping[str, Text]] = {
    "school": _("School"),
    "clinic": _("Clinic or hospital"),
    "police": _("Police or fire station"),
    "government": _("Government office"),
    "company": _("Company or shop"),
    "property": _("Property management"),
    "association": _("Association"),
    "other": _("Other"),
}
"""The kinds that forms offer; programs may name others, which are shown as they are."""

STATES: Final[Mapping[PledgeStatus, tuple[Text, str]]] = {
    PledgeStatus.PENDING: (_("Promised"), "info"),
    PledgeStatus.HELD: (_("Places kept"), "good"),
    PledgeStatus.PARTLY_HELD: (_("Some places kept"), "warning"),
    PledgeStatus.REFUSED: (_("No places left"), "bad"),
    PledgeStatus.WITHDRAWN: (_("Withdrawn"), "neutral"),
    PledgeStatus.DELIVERED: (_("Delivered"), "good"),
}

INVITATIONS: Final[Mapping[InvitationState, tuple[Text, str]]] = {
    InvitationState.SENT: (_("Asked"), "info"),
    InvitationState.OPENED: (_("Opened"), "info"),
    InvitationState.DECLINED: (_("Cannot help"), "neutral"),
    InvitationState.EXPIRED: (_("Expired"), "warning"),
    InvitationState.REVOKED: (_("Taken back"), "neutral"),
}

STEPS: Final[Mapping[str, Text]] = {
    "made": _("Promised: %(n)s"),
    "reduced": _("Reduced to %(n)s"),
    "withdrawn": _("Withdrawn"),
    "delivered": _("Delivered: %(n)s"),
    "held": _("Places kept: %(n)s"),
    "partly_held": _("Places kept: %(n)s, the others were taken"),
    "refused": _("No places were left"),
    "waits": _("Waits for the other places: %(n)s"),
    "waits_not": _("Waits no more for the other places: %(n)s"),
    "arrival": _("Another time of bringing it"),
    "surplus": _("More than was promised: %(n)s"),
    "returned": _("Given back in all: %(n)s"),
    "released": _("Released at the deadline: %(n)s"),
}

LETTERS: Final[Mapping[str, Text]] = {
    "reminder": _("Reminder: %(event)s"),
    "changed": _("New time or place: %(event)s"),
    "cancelled": _("Cancelled: %(event)s"),
    "invited": _("Can you help? %(event)s"),
    "thanks": _("Thank you: %(event)s"),
    "names_missing": _("Names are missing: %(event)s"),
    "broadcast": _("Message of the community office: %(event)s"),
}
"""Kind of a notice -> the subject of its letter."""

ACTORS: Final[Mapping[str, Text]] = {
    "contact": _("The unit"),
    "organizer": _("The community office"),
    "signups": _("Sign-up desk"),
}

UNIT_STEPS: Final[Mapping[str, Text]] = {
    "added": _("Added to the directory"),
    "changed": _("Entry changed"),
    "contact_added": _("One more contact"),
    "contact_replaced": _("New main contact"),
    "contact_ended": _("A contact left"),
    "link_renewed": _("New access link"),
    "closed": _("Closed"),
    "reopened": _("Reopened"),
    "merged": _("“%(double)s” was merged into it: contacts %(contacts)s, pledges %(pledges)s"),
}


def unit_kind(kind: str) -> str:
    """Return what sort of unit it is, in words where the kind is one of ours."""
    return UNIT_KINDS.get(kind, kind)


def state(pledge: Pledge) -> tuple[Text, str]:
    """Return where the pledge stands, and the tone that goes with it."""
    if pledge.status is PledgeStatus.PENDING and pledge.kind is Kind.PEOPLE:
        return _("Being confirmed"), "info"
    if pledge.released and pledge.status in LACKING:
        return _("Other places released"), "info"
    return STATES[pledge.status]


def letter(kind: str, event: str) -> Text:
    """Return what a letter to a contact was about."""
    return _(LETTERS[kind].msgid, event=event)


def kind(need: Need) -> Text:
    """Return what sort of help is asked for; things that go back are equipment."""
    return _("Equipment on loan") if need.returnable else KINDS[need.kind]


def asked(need: Need) -> Text:
    """Return how much is needed, with what it counts."""
    if need.kind is Kind.PEOPLE:
        return _("People: %(n)s", n=need.quantity)
    return _("%(n)s %(unit)s", n=need.quantity, unit=need.unit) if need.unit else _("Quantity: %(n)s", n=need.quantity)


def matter(pledge: Pledge) -> str:
    """Return what the pledge is about, in a line: the shift, what is needed, or the unit's own words."""
    if pledge.kind is Kind.PEOPLE and pledge.shift is not None:
        return pledge.shift.role
    words = pledge.need.description if pledge.need is not None else pledge.note
    return words.partition("\n")[0] or KINDS[pledge.kind]


def amount(pledge: Pledge, quantity: int) -> Text:
    """Return a quantity with what it counts."""
    if pledge.kind is Kind.PEOPLE:
        return _("People: %(n)s", n=quantity)
    if pledge.need is not None and pledge.need.unit:
        return _("%(n)s %(unit)s", n=quantity, unit=pledge.need.unit)
    return _("Quantity: %(n)s", n=quantity)


def step(one: PledgeStep) -> Text:
    """Return what happened."""
    words = STEPS[one.action]
    return _(words.msgid, n=one.quantity)


def phone(number: str) -> str:
    """Return an E.164 number as people here read it."""
    return phones.shown(number)


def ending(number: str) -> Text:
    """Return what those see of a number who may not see all of it."""
    return _("ends in %(digits)s", digits=number[-4:])


def unit_step(one: UnitStep) -> Text:
    """Return what was done to a unit's entry."""
    return _(UNIT_STEPS[one.action].msgid, **one.detail)
