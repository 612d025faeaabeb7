"""What the other services say, kept as copies: only what is newer is written, so their order does not matter."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any, Final

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

GONE: Final = "withdrawn"
"""The state of a sign-up that holds neither a place nor a turn."""


def record_signup(session: Session, signup: Mapping[str, Any], *, now: datetime) -> None:
    """Keep where the sign-up stands; ``signup`` is the data of a ``signup.*`` message.

    An event that was taken back to a draft in the same moment is published again.
    """
    _keep(session, SignupCopy, signup)
    if signup["status"] != GONE:
        lifecycle.publish_again(session, signup["event_id"], now)


def record_hold(session: Session, hold: Mapping[str, Any], *, now: datetime) -> None:
    """Keep how many places are kept for a pledge; ``hold`` is the data of a ``places.*`` message.

    An event that was taken back to a draft in the same moment is published again.
    """
    _keep(session, HoldCopy, hold)
    if hold["held"]:
        lifecycle.publish_again(session, hold["event_id"], now)


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


def record_pledge(session: Session, pledge: Mapping[str, Any]) -> None:
    """Keep what a unit promises; ``pledge`` is the data of a ``pledge.*`` message."""
    _keep(session, PledgeCopy, pledge)


def record_feedback(session: Session, feedback: Mapping[str, Any]) -> None:
    """Keep what somebody who was there thought of it; ``feedback`` is the data of a ``feedback.given`` message."""
    _keep(session, FeedbackCopy, feedback)


def record_need(session: Session, need: Mapping[str, Any]) -> None:
    """Keep what is asked of units; ``need`` is the data of a ``need.posted`` message."""
    _keep(session, NeedCopy, need)


def _keep(session: Session, model: type[Base], data: Mapping[str, Any]) -> None:
    """Insert or replace the copy, in one statement that refuses an older version."""
    connection = session.connection()
    values = {column.name: data.get(column.name) for column in model.__table__.columns}
    connection.execute(_keeping(model, dialect_of(connection)), values)


@cache
def _keeping(model: type[Base], dialect: str) -> Insert:
    table = model.__table__
    statement = insert_on(dialect, table)
    key = [column.name for column in table.primary_key]
    return statement.on_conflict_do_update(
        index_elements=key,
        set_={column.name: statement.excluded[column.name] for column in table.columns if column.name not in key},
        where=table.c.version < statement.excluded.version,
    )
