"""What is different about an event for somebody: from what they were last told to what is true now."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import select

from services.signups.audiences import CLOCKS_DIFFER
from services.signups.known import Known, Span
from services.signups.letters import Writer, place
from services.signups.models import Signup
from shared import dates
from shared.catalogues import Language
from shared.notices.tables import Mailing, Notice, NoticeState
from shared.texts import Text
from shared.texts import text as _

KINDS: Final = ("changed", "cancelled")
"""Kinds of notices that say what has become of the event."""
TOLD: Final = (NoticeState.SENDING, NoticeState.SENT, NoticeState.DELIVERED, NoticeState.UNKNOWN)
"""States of a notice that its reader has, or may have."""


def known(writer: Writer, notice: Notice, signups: Sequence[Signup]) -> list[Known | None]:
    """Return for each sign-up what its bearer knows of the event; None where nothing has changed for them since.

    That is how it was before the first change since they signed up, or since the last that they were told of: letters
    about those in between were taken back before they were sent.
    """
    if notice.kind not in KINDS:
        return [None] * len(signups)
    of_event = {"event_id": notice.event_id}
    told = writer.session.scalars(
        select(Notice.rule)
        .filter_by(person_id=notice.person_id, **of_event)
        .where(Notice.kind.in_(KINDS), Notice.id != notice.id, Notice.state.in_(TOLD))
    )
    last = max(map(_version, told), default=0)
    mailings = writer.session.scalars(select(Mailing).filter_by(**of_event).where(Mailing.kind.in_(KINDS)))
    later = sorted((one for one in mailings if _version(one.rule) > last), key=lambda one: _version(one.rule))
    found: list[Known | None] = []
    for signup in signups:
        since = signup.created_at - CLOCKS_DIFFER
        first = next((one for one in later if one.created_at > since), None)
        found.append(Known.read(first.params) if first is not None else None)
    return found


def lines(before: Sequence[Known | None], signups: Sequence[Signup], language: Language, now: datetime) -> list[Text]:
    """Return what has changed for the bearer of the sign-ups, a line each; none where nothing has."""
    event = signups[0].shift.event
    zone = event.timezone

    def span(times: Span) -> str:
        return dates.span(*times, zone, language, now)

    told: list[Text] = []
    changed = False
    for signup, was in zip(signups, spans(before, signups), strict=True):
        shift = signup.shift
        times = (shift.starts_at, shift.ends_at)
        changed |= was != times
        told.append(
            _("%(role)s: %(time)s, as before", role=shift.role, time=span(times))
            if was == times
            else _("%(role)s: now %(new)s, no longer %(old)s", role=shift.role, new=span(times), old=span(was))
        )
    first = next((one for one in before if one is not None), None)
    if first is None:
        return []
    here = (event.venue_name, event.venue_address)
    if first.venue != here:
        return [*told, _("Place: now %(new)s, no longer %(old)s", new=place(*here), old=place(*first.venue))]
    if changed:
        return [*told, _("Place: %(place)s", place=place(*here))]
    if first.event != (event.starts_at, event.ends_at):
        ours = span((event.starts_at, event.ends_at))
        return [*told, _("The event: now %(new)s, no longer %(old)s", new=ours, old=span(first.event))]
    return []


def spans(before: Sequence[Known | None], signups: Sequence[Signup]) -> list[Span]:
    """Return when each shift is, as far as its bearer knows."""
    times = [(one.shift.starts_at, one.shift.ends_at) for one in signups]
    return [
        now if old is None else old.shifts.get(one.shift_id, now)
        for one, old, now in zip(signups, before, times, strict=True)
    ]


def _version(rule: str) -> int:
    """Return the version of the event that a notice or a mailing tells of."""
    return int(rule.removeprefix("v"))
