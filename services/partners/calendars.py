"""Pledges as calendar entries: what a unit brings, when its people are expected, and by when they have a name."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from services.partners import words
from services.partners.models import Kind, Pledge, PledgeStatus
from shared.calendars import Entry, Status
from shared.catalogues import Language
from shared.texts import text as _

A_WHILE: Final = timedelta(minutes=30)
"""How long an entry takes that is about a moment."""
OFF: Final = (PledgeStatus.WITHDRAWN, PledgeStatus.REFUSED)
WITH_PLACES: Final = (PledgeStatus.HELD, PledgeStatus.PARTLY_HELD)


def entries(pledge: Pledge, origin: str, language: Language) -> Iterator[Entry]:
    """Yield the entry of a pledge; while names are missing, another one that ends when the time for them does."""
    event, status = pledge.event, _status(pledge)
    what = f"{event.title} · {words.matter(pledge)}"
    told = [pledge.shift.description] if pledge.shift else []
    if event.contact:
        told.append(language.translate(_("Questions: %(contact)s", contact=event.contact)))
    how_much = "" if status is Status.CANCELLED else f" · {language.translate(words.amount(pledge, _expected(pledge)))}"
    starts, ends = _time(pledge)
    entry = Entry(
        key=str(pledge.id),
        sequence=sum((pledge.version, pledge.places_version, event.version, pledge.need.version if pledge.need else 0)),
        stamp=max([pledge.created_at, *(step.at for step in pledge.steps)]),
        starts=starts,
        ends=ends,
        summary=what + how_much,
        location=f"{event.venue_name} {event.venue_address}".strip(),
        description="\n".join(filter(None, told)),
        url=f"{origin}/events/{event.slug}",
        status=status,
    )
    yield entry
    if pledge.release_at and _lacks_names(pledge):
        yield replace(
            entry,
            key=f"{pledge.id}-names",
            starts=pledge.release_at - A_WHILE,
            ends=pledge.release_at,
            summary=language.translate(_("Names needed: %(what)s", what=what)),
            location="",
            busy=False,
        )


def _status(pledge: Pledge) -> Status:
    if pledge.event.status == "cancelled" or pledge.status in OFF:
        return Status.CANCELLED
    is_asked = pledge.status is PledgeStatus.PENDING and pledge.kind is Kind.PEOPLE
    return Status.TENTATIVE if is_asked else Status.CONFIRMED


def _expected(pledge: Pledge) -> int:
    return min(pledge.held, pledge.quantity) if pledge.status is PledgeStatus.PARTLY_HELD else pledge.quantity


def _lacks_names(pledge: Pledge) -> bool:
    return pledge.status in WITH_PLACES and pledge.event.status == "published" and pledge.claimed < _expected(pledge)


def _time(pledge: Pledge) -> tuple[datetime, datetime]:
    """Return from when until when: people, a venue or a speaker are there, things are brought or needed by then."""
    around = pledge.shift or pledge.event
    if pledge.kind is not Kind.SUPPLIES:
        starts = pledge.arrives_at or around.starts_at
        return starts, max(around.ends_at, starts + A_WHILE)
    due_at = pledge.need.due_at if pledge.need else None
    starts = pledge.arrives_at or (due_at - A_WHILE if due_at else around.starts_at)
    return starts, starts + A_WHILE
