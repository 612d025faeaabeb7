"""What is needed to note who comes: a code for each sign-up, and every scan that a phone has sent."""

import secrets
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, ForeignKey, event
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.sql.dml import ReturningInsert

from services.signups.models.base import Base
from services.signups.models.signups import Signup
from shared.database import dialect_of, insert_on, one_of
from shared.trips import Question

DIGITS: Final = 6
"""Few enough to be read out loud over the noise of a festival."""


class CheckInCode(Base):
    """The six digits that stand for a sign-up at its event.

    A table of its own, and not a column: its key lets the database hand out a code that nobody else at the event has,
    however many sign up at the same moment. A code is never given again, so that it cannot mean two people.
    """

    __tablename__ = "check_in_codes"

    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    signup_id: Mapped[UUID] = mapped_column(ForeignKey("signups.id", ondelete="CASCADE"), unique=True)


class ScanKind(StrEnum):
    """What a scan, or a press in its stead, is to note."""

    CHECK_IN = "check-in"
    CHECK_OUT = "check-out"
    UNDO_CHECK_IN = "undo-check-in"
    UNDO_CHECK_OUT = "undo-check-out"


class ScanOutcome(StrEnum):
    """What became of it."""

    DONE = "done"
    REFUSED = "refused"


class Scan(Base):
    """A scan as it was sent, so that one that comes twice is noted once and answered alike.

    ``nonce`` was made on the phone together with ``at``, the moment as the server takes it. ``reason`` says why it was
    refused.
    """

    __tablename__ = "scans"

    nonce: Mapped[UUID] = mapped_column(primary_key=True)
    signup_id: Mapped[UUID] = mapped_column(ForeignKey("signups.id", ondelete="CASCADE"), index=True)
    kind: Mapped[ScanKind] = mapped_column(one_of(ScanKind, "kind"))
    at: Mapped[datetime]
    received_at: Mapped[datetime]
    organizer_id: Mapped[UUID]
    outcome: Mapped[ScanOutcome] = mapped_column(one_of(ScanOutcome, "outcome"))
    reason: Mapped[str | None]


@event.listens_for(Signup, "after_insert")
def _give_code(_mapper: Any, connection: Connection, signup: Signup) -> None:
    """Give every new sign-up of a session its code, by whatever way it came."""
    given = None
    while given is None:
        given = connection.scalar(*giving_code(connection, signup.event_id, signup.id))


def giving_code(to: Session | Connection, event_id: UUID, signup_id: UUID) -> Question:
    """Return what gives a new sign-up a code, and answers its id; if not, somebody has that code: make another."""
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    return Question(_giving(dialect_of(to)), {"event_id": event_id, "code": code, "signup_id": signup_id})


@cache
def _giving(dialect: str) -> ReturningInsert[UUID]:
    free = insert_on(dialect, CheckInCode.__table__).on_conflict_do_nothing(index_elements=["event_id", "code"])
    return free.returning(CheckInCode.__table__.c.signup_id)
