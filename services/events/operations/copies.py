"""What the other services say, kept as copies: only what is newer is written, so their order does not matter."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Insert, select
from sqlalchemy.orm import Session

from services.events import announcements, audit
from services.events.models import (
    OPEN,
    Base,
    Event,
    EventStatus,
    FeedbackCopy,
    HoldCopy,
    NeedCopy,
    PledgeCopy,
    SignupCopy,
)
from services.events.operations import lifecycle
from shared.database import dialect_of, insert_on
from shared.trips import Rows, ask

GONE: Final = "withdrawn"
"""The state of a sign-up that holds neither a place nor a turn."""


def record_signups(session: Session, signups: Sequence[Mapping[str, Any]], *, now: datetime) -> None:
    """Keep where each sign-up stands; ``signups`` are the data of ``signup.*`` messages.

    An event that was taken back to a draft in the same moment is published again.
    """
    expected = {signup["event_id"] for signup in signups if signup["status"] != GONE}
    lifecycle.publish_again(session, expected, now, after=_keeping(session, SignupCopy, signups))


def record_holds(session: Session, holds: Sequence[Mapping[str, Any]], *, now: datetime) -> None:
    """Keep how many places are kept for each pledge; ``holds`` are the data of ``places.*`` messages.

    An event that was taken back to a draft in the same moment is published again.
    """
    expected = {hold["event_id"] for hold in holds if hold["held"]}
    lifecycle.publish_again(session, expected, now, after=_keeping(session, HoldCopy, holds))


def keep_given_places(session: Session, refusal: Mapping[str, Any], *, now: datetime) -> None:
    """Raise the shift's capacity to the places that were given away already; ``refusal`` is ``capacity.refused``.

    A refusal of an earlier version of the event says nothing of the present one, which gets an answer of its own.
    """
    event = session.scalars(
        select(Event).where(Event.id == refusal["event_id"]).with_for_update(of=Event)
    ).one_or_none()
    if event is None or event.status not in OPEN or refusal["version"] < event.version:
        return
    shift = next((one for one in event.shifts if one.id == refusal["shift_id"]), None)
    if shift is None or shift.capacity >= refusal["taken"]:
        return
    before = audit.Snapshot.of(event)
    shift.capacity = refusal["taken"]
    event.version += 1
    session.flush()
    differences = before.differences(audit.Snapshot.of(event))
    audit.record(session, event, "widened", organizer_id=None, now=now, differences=differences)
    if event.status is EventStatus.PUBLISHED:
        announcements.event_changed(session, event, "event.changed", now)


def record_pledges(session: Session, pledges: Sequence[Mapping[str, Any]]) -> None:
    """Keep what units promise; ``pledges`` are the data of ``pledge.*`` messages."""
    ask(session, _keeping(session, PledgeCopy, pledges))


def record_feedback(session: Session, feedback: Sequence[Mapping[str, Any]]) -> None:
    """Keep what those who were there thought of it; ``feedback`` are the data of ``feedback.given`` messages."""
    ask(session, _keeping(session, FeedbackCopy, feedback))


def record_needs(session: Session, needs: Sequence[Mapping[str, Any]]) -> None:
    """Keep what is asked of units; ``needs`` are the data of ``need.posted`` messages."""
    ask(session, _keeping(session, NeedCopy, needs))


def _keeping(session: Session, model: type[Base], copies: Iterable[Mapping[str, Any]]) -> Rows:
    """Return what inserts or replaces the copies: one statement, which refuses older versions and takes none twice."""
    [key] = model.__table__.primary_key
    newest: dict[UUID, Mapping[str, Any]] = {}
    for copy in copies:
        if copy[key.name] not in newest or newest[copy[key.name]]["version"] < copy["version"]:
            newest[copy[key.name]] = copy
    columns = [column.name for column in model.__table__.columns]
    rows = [{name: newest[one].get(name) for name in columns} for one in sorted(newest)]
    return Rows(_replacing(model, dialect_of(session)), rows)


@cache
def _replacing(model: type[Base], dialect: str) -> Insert:
    table = model.__table__
    [key] = table.primary_key
    statement = insert_on(dialect, table)
    return statement.on_conflict_do_update(
        index_elements=[key],
        set_={column.name: statement.excluded[column.name] for column in table.columns if column is not key},
        where=table.c.version < statement.excluded.version,
    )
