"""What is known of somebody, in plain words: the same on their own page and on the paper that they take along."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from services.signups.durations import lasting
from services.signups.feedback import SCORES
from services.signups.models import Feedback, Signup
from services.signups.operations.handing_over import HANDED_ON
from services.signups.own_data import Known
from services.signups.questions import NO, YES
from shared import catalogues, phones
from shared.notices.kinds import TOPICS, Topic
from shared.texts import Text
from shared.texts import text as _
from shared.web import i18n

Facts = Sequence[tuple[str, str]]
"""Terms and what stands for them, both in the reader's language once they are printed."""

NOTICES: Final[Mapping[str, Text]] = {
    "reminder": _("Reminder"),
    "changed": _("The event has changed"),
    "cancelled": _("The event is cancelled"),
    "thanks": _("Thanks"),
    "promoted": _("You have a place"),
    "offered": _("A place is offered to you"),
    "offer_expired": _("The offered place has gone on"),
    "moved_shift": _("You have a new shift"),
    "shift_removed": _("The shift is no longer needed"),
    "handed_on": _("Your place has been handed on"),
    "taken_over": _("You have taken over a place"),
    "entered": _("A unit has entered your name"),
    "not_handed_over": _("The place stays where it is"),
    "broadcast": _("A message of the community office"),
}
"""Kind of a notice -> its words."""
CHANNELS: Final[Mapping[str, Text]] = {"email": _("E-mail"), "sms": _("Text message")}
"""Channel -> its words; any other is called by its name."""


def person(known: Known) -> Facts:
    """Return who somebody is, since when that is known, and what they chose not to hear of."""
    first = known.chosen.first
    facts: Sequence[tuple[str, Any]] = [
        (_("Name"), known.volunteer.name),
        (_("Mobile number"), phones.shown(known.volunteer.phone)),
        (_("Known since"), i18n.moment(known.volunteer.created_at)),
        (_("Not told of"), i18n.translate(_("; ")).join(_stopped(known))),
        (_("Told first by"), CHANNELS.get(first, first) if first else None),
    ]
    return [(term, value) for term, value in facts if value]


def signup(one: Signup, said: Feedback | None) -> Facts:
    """Return all that is kept of a sign-up, and what the person said of the event; what is not there is left out."""
    shift, zone = one.shift, one.shift.event.timezone
    moments = [
        (_("Signed up on"), one.created_at),
        (_("Consent given"), one.consented_at),
        (_("Consent taken back"), one.consent_ended_at),
        (_("Withdrawn"), one.withdrawn_at),
        (_("In"), one.checked_in_at),
        (_("Out"), one.checked_out_at),
    ]
    guardian = f"{one.guardian_name} · {phones.shown(one.guardian_phone or '')}" if one.guardian_name else None
    facts: Sequence[tuple[str, Any]] = [
        (_("Shift"), shift.role),
        (_("Time"), i18n.date_range(shift.starts_at, shift.ends_at, zone)),
        (_("E-mail"), one.email),
        (_("Birth date"), i18n.whole_day(one.birth_date) if one.birth_date else None),
        (_("Guardian"), guardian),
        *one.answered,
        (_("Your unit"), _("May see your full name") if one.shows_name else None),
        (_("Language"), catalogues.language("signups", one.language).name),
        *((term, i18n.moment(at, zone)) for term, at in moments if at),
        (_("Reason"), _("Handed on to somebody else") if one.reason == HANDED_ON else one.reason),
        (_("Signed up on the spot"), YES if one.walk_in else None),
        (_("Time given"), lasting(one.minutes) if one.minutes is not None else None),
        *(_answers(said) if said else ()),
    ]
    return [(term, value) for term, value in facts if value]


def notices(known: Known) -> Sequence[str]:
    """Return what was sent to the person, each in a line."""
    return [
        " · ".join(
            (
                i18n.moment(one.sent_at) if one.sent_at else "–",
                i18n.translate(CHANNELS.get(one.channel, one.channel)),
                i18n.translate(NOTICES.get(one.kind, _("Notice"))),
            )
        )
        for one in known.notices
    ]


def looks(known: Known) -> Sequence[Text]:
    """Return which communities looked at the person's number, each in a line."""
    return [
        _(
            "%(community)s looked at your phone number %(n)s times, last on %(time)s.",
            community=one.community,
            n=one.times,
            time=i18n.moment(one.last),
        )
        for one in known.looks
    ]


def _stopped(known: Known) -> list[str]:
    return [
        i18n.translate(_("%(topic)s (%(channel)s)", topic=TOPICS[Topic(topic)], channel=CHANNELS.get(channel, channel)))
        if channel
        else i18n.translate(TOPICS[Topic(topic)])
        for topic, channel in sorted(known.chosen.stopped)
    ]


def _answers(said: Feedback) -> Facts:
    return [
        (_("How was it on the whole?"), SCORES[said.overall]),
        (_("How well was it organised?"), SCORES[said.organised]),
        (_("Would you come again?"), YES if said.again else NO),
        (_("Your answer"), said.words),
    ]
