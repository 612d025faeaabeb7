"""Copies of what others own, as services usually have them: of some model of their own, by the owner's ids."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from shared.agreement.facts import Forget, Kept
from shared.database import change

Column = InstrumentedAttribute[Any]


def copies(key: InstrumentedAttribute[UUID], part: Column, *facts: Column) -> Kept:
    """Return what a table of copies says: the owner's id, what it is part of, its version, and the facts.

    Its rows are all that the service knows of such things, so that they can be let go of.
    """
    rows = select(key.label("id"), part.label("part"), key.class_.version, *facts)
    return Kept(rows, _forgetting(key))


def _forgetting(key: InstrumentedAttribute[UUID]) -> Forget:
    """Return what deletes the copies with the ids."""

    def forget(session: Session, ids: Collection[UUID], now: datetime) -> None:  # noqa: ARG001  # copies need no moment
        change(session, delete(key.class_).where(key.in_(ids)))

    return forget


def of_events(event: Any, shift: Any) -> dict[str, Kept]:
    """Return what services keep of events and shifts, by their models of them; more than copies hangs on these."""
    known = event.status != "draft"
    times = select(shift.id, event.id.label("part"), event.version, shift.capacity, shift.starts_at, shift.ends_at)
    return {
        "event": Kept(
            select(event.id, event.id.label("part"), event.version, event.status, event.occurrence).where(known)
        ),
        "shift": Kept(times.join(event, event.id == shift.event_id).where(known, shift.listed)),
    }
