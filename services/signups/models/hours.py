"""The ledger of service hours, which only grows, and what waits for somebody's decision before it is in there."""

from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import CheckConstraint, Connection, ForeignKey, event
from sqlalchemy.orm import Mapped, mapped_column

from services.signups.models.base import Base
from shared.database import one_of, partial_index


class EntryKind(StrEnum):
    """Where the minutes of an entry come from."""

    SERVED = "served"
    BACK_FILLED = "back_filled"
    REVERSAL = "reversal"


class HourEntry(Base):
    """Minutes that somebody served, or that are taken back. No entry is ever changed or deleted; triggers see to it.

    ``recorded_by`` is None where Steward wrote it from check-in and check-out by itself. Back-filled minutes have an
    ``approved_by`` who is somebody else. ``reverses`` is the entry that a reversal takes back, as a whole.
    """

    __tablename__ = "hour_entries"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    volunteer_id: Mapped[UUID] = mapped_column(ForeignKey("volunteers.id"), index=True)
    signup_id: Mapped[UUID] = mapped_column(ForeignKey("signups.id"), index=True)
    event_id: Mapped[UUID] = mapped_column(ForeignKey("events.id"), index=True)
    minutes: Mapped[int]
    kind: Mapped[EntryKind] = mapped_column(one_of(EntryKind, "kind"))
    reason: Mapped[str]
    recorded_by: Mapped[UUID | None]
    approved_by: Mapped[UUID | None]
    at: Mapped[datetime]
    reverses: Mapped[UUID | None] = mapped_column(ForeignKey("hour_entries.id"), unique=True)

    __table_args__ = (
        CheckConstraint("(kind = 'reversal') = (reverses IS NOT NULL)", name="reversal_names_its_entry"),
        CheckConstraint("(kind = 'reversal') = (minutes < 0)", name="only_reversals_take_away"),
        CheckConstraint(
            "kind <> 'back_filled' OR (recorded_by IS NOT NULL AND approved_by IS NOT NULL"
            " AND recorded_by <> approved_by)",
            name="back_filled_by_two",
        ),
    )


class ReviewKind(StrEnum):
    """Why somebody has to look at hours before they count."""

    SHORT = "short"
    """They were there for much less time than was planned."""
    FORGOTTEN = "forgotten"
    """Nobody noted when they left, or only long after."""
    BACK_FILL = "back_fill"
    """They were not checked in on the day, and an organizer says that they were there."""


class Outcome(StrEnum):
    """What was decided."""

    ACCEPTED = "accepted"
    REFUSED = "refused"


class HourReview(Base):
    """Hours that wait for a decision, and those that were decided. A sign-up has at most one that waits.

    ``minutes`` are what would count; ``proposed_by`` is None where Steward asks.
    """

    __tablename__ = "hour_reviews"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    signup_id: Mapped[UUID] = mapped_column(ForeignKey("signups.id"), index=True)
    kind: Mapped[ReviewKind] = mapped_column(one_of(ReviewKind, "kind"))
    minutes: Mapped[int]
    reason: Mapped[str]
    proposed_by: Mapped[UUID | None]
    created_at: Mapped[datetime]
    outcome: Mapped[Outcome | None] = mapped_column(one_of(Outcome, "outcome"))
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
    decision: Mapped[str] = mapped_column(server_default="")
    """The reason that was given for it, where one is needed."""

    __table_args__ = (partial_index("uq_hour_reviews_waiting", "signup_id", unique=True, where="outcome IS NULL"),)

    def may_be_approved_by(self, organizer_id: UUID) -> bool:
        """Say whether the organizer may let the hours count: nobody approves what they proposed themselves."""
        return self.kind is not ReviewKind.BACK_FILL or self.proposed_by != organizer_id


TRIGGERS: Final = {
    "sqlite": [
        f"""CREATE TRIGGER hour_entries_no_{what} BEFORE {what} ON hour_entries
            BEGIN SELECT RAISE(ABORT, 'hour_entries only grows'); END"""
        for what in ("update", "delete")
    ],
    "postgresql": [
        """CREATE FUNCTION hour_entries_only_grow() RETURNS trigger LANGUAGE plpgsql AS
           $$ BEGIN RAISE EXCEPTION 'hour_entries only grows'; END $$""",
        """CREATE TRIGGER hour_entries_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON hour_entries
           FOR EACH STATEMENT EXECUTE FUNCTION hour_entries_only_grow()""",
    ],
}
"""Dialect -> what refuses to change or delete an entry. The migration makes the same."""


@event.listens_for(HourEntry.__table__, "after_create")
def _protect(_table: object, connection: Connection, **_options: object) -> None:
    for statement in TRIGGERS[connection.dialect.name]:
        connection.exec_driver_sql(statement)
