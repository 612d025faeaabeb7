"""Repeating an event by a rule, and taking one out of its series."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from services.events import audit, series
from services.events.models import Event
from services.events.operations.desk import Desk, take
from services.events.operations.drafting import duplicate_event
from services.events.operations.lifecycle import publish_event
from services.events.recurrence import Recurrence, proposals
from services.events.times import Move
from shared.errors import Conflict, Invalid, field_error
from shared.texts import text as _


def repeat_event(
    session: Session,
    event_id: UUID,
    rule: Recurrence,
    days: Sequence[date] | None,
    *,
    publish: bool,
    desk: Desk,
    now: datetime,
) -> list[Event]:
    """Make the event anew on the rule's days, at the same time by the clock, and return the new events.

    ``days`` are those of the rule that are meant; None means all but skipped holidays. A day on which the series has
    an event already gets no second one, so doing it again makes nothing new. Raises Invalid where the rule names no
    such day, or what is needed to publish is missing.
    """
    event = take(session, event_id, desk)
    first = event.local(event.starts_at).date()
    offered = proposals(rule, first, event.local(now).date())
    wanted = [one.day for one in offered if not one.skipped] if days is None else sorted(set(days))
    strange = set(wanted) - {one.day for one in offered}
    if strange or not wanted:
        raise Invalid(field_error("days", _("Please choose at least one of the days that the rule names.")))
    event.series_id = event.series_id or uuid4()
    present = {event.local(starts_at).date() for _id, _title, starts_at, _status in series.of(session, event.series_id)}
    made = []
    for day in wanted:
        if day in present:
            continue
        later = Move(day - first, ZoneInfo(event.timezone))
        one = duplicate_event(session, event_id, later(event.starts_at), desk=desk, now=now)
        one.series_id = event.series_id
        session.flush()
        if publish:
            publish_event(session, one.id, desk=desk, now=now)
        made.append(one)
    return made


def leave_series(session: Session, event_id: UUID, *, desk: Desk, now: datetime) -> Event:
    """Take the event out of its series: what is changed in the others no longer concerns it. Raises Conflict."""
    event = take(session, event_id, desk)
    if event.series_id is None:
        raise Conflict(_("This event is of no series."))
    event.series_id = None
    audit.record(session, event, "left_series", organizer_id=desk.organizer_id, now=now)
    return event
