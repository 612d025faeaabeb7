"""What each kind of notice says, long and short, to whom it still applies, and what a sender may do with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from services.signups.models import LIVE, SignupStatus
from shared.notices.kinds import Kind, Topic, Urgency
from shared.texts import Text
from shared.texts import text as _

LOOK_IT_UP: Final = _("Look it up or withdraw: %(link)s")
LOOK_AT_IT: Final = _("Your sign-up: %(link)s")
ACCEPT: Final = _("Accept or decline with one tap: %(link)s")
HOW_WAS_IT: Final = _("How was it? Three questions, one minute: %(link)s")
THE_LINK: Final = _("Open your sign-ups: %(link)s")


@dataclass(frozen=True, slots=True)
class Wording:
    """What a kind of notice says, and to whom it still applies when it is sent.

    ``short`` is for text messages; ``asks`` stands before the link, where there is one.
    """

    subject: Text
    body: Text
    short: Text
    asks: Text | None = LOOK_IT_UP
    statuses: tuple[SignupStatus, ...] = LIVE
    event_status: str = "published"


WORDINGS: Final[Mapping[str, Wording]] = {
    "reminder": Wording(
        _("Reminder: %(event)s"),
        _("%(name)s, you are expected: %(event)s, %(shifts)s, %(place)s."),
        _("Reminder: %(event)s, %(when)s."),
        statuses=(SignupStatus.CONFIRMED,),
    ),
    "changed": Wording(
        _("Changed: %(event)s"),
        _(
            "%(name)s, something has changed: %(event)s. If that does not suit you, please withdraw so that somebody"
            " else can come."
        ),
        _("Changed: %(event)s, now %(when)s, %(venue)s."),
    ),
    "cancelled": Wording(
        _("Cancelled: %(event)s"),
        _("%(name)s, we are sorry: %(event)s on %(time)s will not take place. Reason: %(reason)s"),
        _("Cancelled: %(event)s, %(when)s."),
        asks=LOOK_AT_IT,
        event_status="cancelled",
    ),
    "thanks": Wording(
        _("Thank you: %(event)s"),
        _("%(name)s, thank you for lending a hand at %(event)s."),
        _("Thank you for helping at %(event)s. How was it?"),
        asks=HOW_WAS_IT,
        statuses=(SignupStatus.ATTENDED,),
        event_status="completed",
    ),
    "promoted": Wording(
        _("You have a place: %(event)s"),
        _("%(name)s, a place has become free and it is yours: %(event)s, %(shifts)s, %(place)s."),
        _("You have a place: %(event)s, %(when)s."),
        statuses=(SignupStatus.CONFIRMED,),
    ),
    "offered": Wording(
        _("A place for you until %(until)s: %(event)s"),
        _(
            "%(name)s, a place has become free: %(event)s, %(shifts)s, %(place)s. It is kept for you until %(until)s;"
            " then it goes to the next person."
        ),
        _("A place for you at %(event)s: please answer until %(until)s."),
        asks=ACCEPT,
        statuses=(SignupStatus.WAITLISTED,),
    ),
    "offer_expired": Wording(
        _("The place has gone on: %(event)s"),
        _(
            "%(name)s, a place was kept for you and you have not accepted it in time, so it has gone to the next"
            " person: %(event)s, %(shifts)s. If you still want to help, please sign up again."
        ),
        _("The place at %(event)s has gone to the next person."),
        asks=LOOK_AT_IT,
        statuses=(SignupStatus.WITHDRAWN,),
    ),
    "moved_shift": Wording(
        _("Your new shift: %(event)s"),
        _(
            "%(name)s, the community office has given you another shift: %(event)s, %(shifts)s, %(place)s. If that does"
            " not suit you, please withdraw or give them a call."
        ),
        _("Your new shift: %(event)s, %(when)s."),
        statuses=(SignupStatus.CONFIRMED,),
    ),
    "handed_on": Wording(
        _("Your place has a new owner: %(event)s"),
        _("%(name)s, your place has been handed on and you need not come: %(event)s, %(shifts)s."),
        _("Handed on, you need not come: %(event)s, %(when)s."),
        asks=LOOK_AT_IT,
        statuses=(SignupStatus.WITHDRAWN,),
    ),
    "taken_over": Wording(
        _("You have a place: %(event)s"),
        _("%(name)s, the place that was offered to you is yours: %(event)s, %(shifts)s, %(place)s."),
        _("You have a place: %(event)s, %(when)s."),
        statuses=(SignupStatus.CONFIRMED,),
    ),
    "entered": Wording(
        _("You are signed up: %(event)s"),
        _(
            "%(name)s, %(unit)s has entered your name: %(event)s, %(shifts)s, %(place)s. If you have not agreed to that"
            " or cannot come, please withdraw."
        ),
        _("%(unit)s has signed you up: %(event)s, %(when)s."),
        statuses=(SignupStatus.CONFIRMED,),
    ),
    "shift_removed": Wording(
        _("Your shift was taken out: %(event)s"),
        _(
            "%(name)s, the shift %(role)s of %(event)s will not take place, so your sign-up for it has been taken back."
            " Other shifts may still be open: please have a look at the event's page."
        ),
        _("The shift %(role)s of %(event)s will not take place."),
        asks=None,
    ),
    "not_handed_over": Wording(
        _("The place stays with its owner: %(event)s"),
        _(
            "%(name)s, the place that you asked for could not be handed to you: %(event)s, %(shifts)s. Please look at"
            " the event's page for others."
        ),
        _("The place stays with its owner: %(event)s, %(when)s."),
        asks=None,
    ),
}
PLACE_KEPT: Final = Wording(
    _("You keep your place: %(event)s"),
    _(
        "%(name)s, your place could not be handed on, and you are still expected: %(event)s, %(shifts)s. If you cannot"
        " come, please withdraw."
    ),
    _("You keep your place: %(event)s, %(when)s."),
)
"""What ``not_handed_over`` says to whoever wanted to give the place away."""
CODE: Final = Wording(
    _("Your code: %(event)s"),
    _("%(code)s is your code for signing up: %(event)s. It is good for %(n)s minutes. Please pass it on to nobody."),
    _("%(code)s is your code for signing up, good for %(n)s minutes. Please pass it on to nobody."),
    asks=None,
)
OWN_LINK: Final = Wording(
    _("The link to your sign-ups"),
    _(
        "%(name)s, this link opens your sign-ups for 30 days; please do not pass it on. If you did not ask for it, you"
        " need not do anything."
    ),
    _("Your sign-ups, for 30 days:"),
    asks=THE_LINK,
)

_NEWS: Final = Kind(Topic.CHANGES, Urgency.NEWS)
_ASKED_FOR: Final = Kind(urgency=Urgency.AT_ONCE)
KINDS: Final[Mapping[str, Kind]] = dict.fromkeys(WORDINGS, _NEWS) | {
    "reminder": Kind(Topic.REMINDERS, joins=True),
    "thanks": Kind(Topic.THANKS),
    "broadcast": Kind(Topic.MESSAGES),
    "code": _ASKED_FOR,
    "own_link": _ASKED_FOR,
}
"""What may come at night, and what people can ask not to hear of."""
