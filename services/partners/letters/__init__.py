"""The words of the letters to units' contacts; whether a letter still applies is decided before, in ``notices``."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from services.partners import record, words
from services.partners.letters.lines import (
    about_before,
    about_event,
    about_gaps,
    about_pledge,
    clipped,
    expected,
    first_line,
    in_short,
    named,
)
from services.partners.letters.occasion import Before, Occasion
from services.partners.models import Invitation, Pledge
from services.partners.queries import NeedProgress
from shared.notices import kinds, stops
from shared.notices.kinds import Topic, Urgency
from shared.notices.queue import Letter
from shared.notices.stops import Stop
from shared.texts import Text
from shared.texts import text as _

__all__ = ["KINDS", "Before", "Occasion", "about_pledges", "broadcast", "invitation", "names_missing", "thanks"]

KINDS: Final[Mapping[str, kinds.Kind]] = {
    "reminder": kinds.Kind(Topic.REMINDERS, joins=True),
    "supplies_due": kinds.Kind(Topic.REMINDERS, joins=True),
    "names_missing": kinds.Kind(Topic.REMINDERS, joins=True),
    "invited": kinds.Kind(Topic.MESSAGES),
    "changed": kinds.Kind(Topic.CHANGES, Urgency.NEWS),
    "cancelled": kinds.Kind(Topic.CHANGES, Urgency.NEWS),
    "thanks": kinds.Kind(Topic.THANKS),
    "broadcast": kinds.Kind(Topic.MESSAGES),
}
"""What can be said to a contact, and what they can say to it."""

OPENINGS: Final[Mapping[str, Text]] = {
    "reminder": _("the event that %(unit)s helps with begins soon. Thank you for being part of it."),
    "supplies_due": _("the event comes nearer, and what %(unit)s has promised for it is still expected."),
    "changed": _("the time or the place of an event that %(unit)s helps with has changed. It is now as follows."),
    "cancelled": _("the event that %(unit)s wanted to help with will not take place. Thank you all the same."),
}
SHORT: Final[Mapping[str, Text]] = {
    "reminder": _("%(unit)s: %(event)s begins %(when)s, %(place)s. Your pledges: %(link)s"),
    "supplies_due": _("%(unit)s, please bring for %(event)s: %(what)s, %(until)s, %(place)s. %(link)s"),
    "changed": _("Changed: %(event)s is now %(when)s, %(place)s (planned before: %(before)s). %(link)s"),
    "cancelled": _("Cancelled: %(event)s, %(when)s, will not take place. Thank you, %(unit)s. %(link)s"),
}


def about_pledges(
    to: Occasion,
    kind: str,
    pledges: Sequence[Pledge],
    *,
    before: Before | None = None,
    gaps: Sequence[NeedProgress] = (),
) -> Letter:
    """Write of what the unit has pledged: that it is expected soon, at another time, or no more."""
    lines = [
        _(OPENINGS[kind].msgid, unit=to.unit),
        "",
        *about_event(to),
        *about_before(to, before),
        *([_("Reason: %(reason)s", reason=to.event.reason)] if kind == "cancelled" and to.event.reason else ()),
        "",
        _("Please bring or get ready:") if kind == "supplies_due" else _("You have pledged:"),
        *(line for pledge in pledges for line in about_pledge(to, pledge, before)),
        "",
        *about_gaps(gaps),
        _("Your unit's page: %(link)s", link=to.page),
    ]
    ahead = [moment for moment in expected(to.event, pledges) if moment > to.now]
    short = _(
        SHORT[kind].msgid,
        **named(to) | (in_short(to, pledges, before) if before is not None else {}),
        what=clipped(words.matter(pledges[0])),
        until=to.moment(min(ahead, default=to.event.starts_at)),
        link=to.page,
    )
    if before is not None:
        ahead += [moment for moment in before.expected(pledges) if moment > to.now]
    return _written(to, kind, lines, short, needed_by=min(ahead, default=to.event.starts_at))


def invitation(to: Occasion, asked: Invitation, link: str) -> Letter:
    """Write an invitation to help with what is needed; ``link`` is made for this very letter."""
    need = asked.need
    lines = [
        _("the community office asks whether %(unit)s can help with an event.", unit=to.unit),
        "",
        _("Needed: %(what)s. %(amount)s", what=need.description, amount=words.asked(need)),
        *about_event(to),
        *([_("Needed by: %(when)s", when=to.moment(need.due_at))] if need.due_at is not None else ()),
        "",
        _("Say yes or no here, no password is needed: %(link)s", link=link),
        _("This link is yours alone. It works until %(when)s.", when=to.moment(asked.expires_at)),
    ]
    short = _(
        "%(unit)s, can you help? %(event)s, %(when)s: %(what)s. Yes or no: %(link)s",
        **named(to) | {"when": to.moment(to.event.starts_at)},
        what=clipped(first_line(need)),
        link=link,
    )
    return _written(to, "invited", lines, short, needed_by=need.due_at or asked.expires_at)


def names_missing(to: Occasion, pledge: Pledge, release_at: datetime) -> Letter:
    """Write how many names are missing, until when, and where they are entered."""
    missing, until = pledge.held - pledge.claimed, to.moment(release_at)
    # Where there is no claim link, another one is on its way, and the unit's page will show it.
    claim = f"{to.config.origin}{pledge.claim_url}" if pledge.claim_url is not None else None
    lines = [
        _("names are missing for places that are kept for %(unit)s.", unit=to.unit),
        "",
        *about_event(to),
        *about_pledge(to, pledge, None),
        _("Names still missing: %(n)s. After %(until)s these places go to others.", n=missing, until=until),
        "",
        *(
            [_("Please pass this link on, or enter the names yourself: %(link)s", link=claim)]
            if claim is not None
            else ()
        ),
        _("Your unit's page: %(link)s", link=to.page),
    ]
    short = _(
        "%(unit)s, names are missing for %(event)s: %(n)s, until %(until)s. Enter them here: %(link)s",
        **named(to),
        n=missing,
        until=until,
        link=claim or to.page,
    )
    return _written(to, "names_missing", lines, short, needed_by=release_at)


def thanks(to: Occasion, gifts: Sequence[Pledge]) -> Letter:
    """Write where the letter of thanks is, to a unit that gave something."""
    link = f"{to.page}/events/{to.event.id}/letter"
    lines = [
        _("“%(event)s” is over. Thank you for what %(unit)s gave:", event=to.event.title, unit=to.unit),
        *(
            _("- %(what)s. %(amount)s", what=words.matter(one), amount=words.amount(one, record.given(one)))
            for one in gifts
        ),
        "",
        _("The letter of thanks, to print: %(link)s", link=link),
    ]
    short = _(
        "%(unit)s, thank you for your help with %(event)s. The letter of thanks: %(link)s", **named(to), link=link
    )
    return _written(to, "thanks", lines, short)


def broadcast(to: Occasion, subject: str, body: str) -> Letter:
    """Write what an organizer wrote, with a greeting and the way to the unit's page."""
    title = to.event.title
    lines = [body, "", _("Your unit's page: %(link)s", link=to.page)]
    short = _("%(event)s: %(text)s", event=title, text=body)
    return _written(to, "broadcast", lines, short, subject=_("%(event)s: %(subject)s", event=title, subject=subject))


def _written(
    to: Occasion,
    kind: str,
    lines: Sequence[str],
    short: str,
    *,
    subject: str | None = None,
    needed_by: datetime | None = None,
) -> Letter:
    """Return the lines as a letter to the contact, in their language."""
    questions = [_("Questions? Please call: %(contact)s", contact=to.event.contact)] if to.event.contact else []
    topic = KINDS[kind].topic
    return Letter(
        subject=str(to.language.translate(subject or words.letter(kind, to.event.title))),
        body="\n".join(to.language.translate([_("Dear %(name)s,", name=to.contact.name), *lines, *questions])),
        phone=to.contact.phone,
        email=to.contact.email,
        language=to.language.tag,
        short=str(to.language.translate(short)),
        stop=stops.address(to.config, Stop(to.contact.id, topic)) if topic is not None else None,
        needed_by=needed_by,
    )
