"""The lines that several letters have: the event, what a unit has pledged, what is still missing."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from services.partners import words
from services.partners.letters.occasion import Before, Occasion, place_of
from services.partners.models import Event, Kind, Need, Pledge, PledgeStatus
from services.partners.queries import NeedProgress
from shared.texts import Text
from shared.texts import text as _

CLIPPED: Final = 20
"""Characters of a name in a text message, so that with two of them, a time and a link it has two parts at most."""


def about_event(to: Occasion) -> list[Text]:
    """Return what, when and where."""
    event = to.event
    return [
        _("Event: %(event)s", event=event.title),
        _("Time: %(when)s", when=to.span(event.starts_at, event.ends_at)),
        _("Place: %(name)s, %(address)s", name=event.venue_name, address=event.venue_address),
    ]


def about_before(to: Occasion, before: Before | None) -> list[Text]:
    """Return what is no longer true of time and place."""
    if before is None:
        return []
    lines, event = [], to.event
    if (before.starts_at, before.ends_at) != (event.starts_at, event.ends_at):
        lines.append(_("Planned before: %(when)s", when=to.span(before.starts_at, before.ends_at)))
    if before.place != place_of(event):
        name, address = before.place
        lines.append(_("Place planned before: %(name)s, %(address)s", name=name, address=address))
    return lines


def about_pledge(to: Occasion, pledge: Pledge, before: Before | None) -> list[Text]:
    """Return what was promised, and the time of its shift that holds no more."""
    lines = [_promised(to, pledge)]
    earlier = before.moved(pledge) if before is not None else None
    if earlier is not None:
        lines.append(_("  Shift planned before: %(when)s", when=to.span(*earlier)))
    return lines


def _promised(to: Occasion, pledge: Pledge) -> Text:
    what, shift = words.matter(pledge), pledge.shift
    promised = words.amount(pledge, pledge.quantity)
    if pledge.arrives_at is not None:
        when = to.moment(pledge.arrives_at)
        return _("- %(what)s. %(amount)s; to be brought %(when)s", what=what, amount=promised, when=when)
    if pledge.need is not None and pledge.need.due_at is not None and pledge.kind is not Kind.PEOPLE:
        when = to.moment(pledge.need.due_at)
        return _("- %(what)s. %(amount)s; needed by %(when)s", what=what, amount=promised, when=when)
    if pledge.kind is not Kind.PEOPLE or shift is None:
        return _("- %(what)s. %(amount)s", what=what, amount=promised)
    if not shift.listed:
        return _("- %(what)s: this shift is no longer part of the event", what=what)
    when = to.span(shift.starts_at, shift.ends_at)
    if pledge.status is PledgeStatus.PENDING:
        return _("- %(what)s, %(when)s. %(amount)s", what=what, when=when, amount=promised)
    return _(
        "- %(what)s, %(when)s. %(amount)s; places kept: %(held)s; names entered: %(claimed)s",
        what=what,
        when=when,
        amount=promised,
        held=pledge.held,
        claimed=pledge.claimed,
    )


def about_gaps(gaps: Sequence[NeedProgress]) -> list[str]:
    """Return what the event still lacks, for whoever can help out."""
    told = [_("- %(what)s: %(n)s %(unit)s", what=first_line(one.need), n=one.open, unit=one.need.unit) for one in gaps]
    return [_("Still missing, if your unit can help out:"), *told, ""] if told else []


def expected(event: Event, pledges: Sequence[Pledge]) -> list[datetime]:
    """Return the moments at which something of the unit is expected: the event, its shifts, what it brings."""
    shifts = (one.shift.starts_at for one in pledges if one.shift is not None and one.shift.listed)
    things = (one.arrives_at or (one.need.due_at if one.need is not None else None) for one in pledges)
    return [event.starts_at, *shifts, *(moment for moment in things if moment is not None)]


def named(to: Occasion) -> dict[str, str]:
    """Return what every text message names."""
    event = to.event
    return {
        "unit": clipped(to.unit),
        "event": clipped(event.title),
        "when": to.span(event.starts_at, event.ends_at),
        "place": clipped(event.venue_name),
    }


def in_short(to: Occasion, pledges: Sequence[Pledge], before: Before) -> dict[str, str]:
    """Return what a text message says of a change: what was before of the event, else of a shift, else the place."""
    if (before.starts_at, before.ends_at) != (to.event.starts_at, to.event.ends_at):
        return {"before": to.span(before.starts_at, before.ends_at)}
    for pledge in pledges:
        earlier, shift = before.moved(pledge), pledge.shift
        if earlier is not None and shift is not None:
            now = {"when": to.span(shift.starts_at, shift.ends_at)} if shift.listed else {}
            return {"before": to.span(*earlier), **now}
    return {"before": clipped(before.place[0])}


def first_line(need: Need) -> str:
    """Return what is needed, in a line."""
    return need.description.partition("\n")[0]


def clipped(name: str) -> str:
    """Return a name as a text message has room for."""
    return name if len(name) <= CLIPPED else f"{name[: CLIPPED - 1]}…"
