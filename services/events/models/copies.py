"""The tables of what the other services say: copies, each with the version it was taken from."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from services.events.models.base import Base


class SignupCopy(Base):
    """Where a sign-up stands, as the sign-up service last said; never who it is."""

    __tablename__ = "signup_copies"

    signup_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    event_id: Mapped[UUID]
    shift_id: Mapped[UUID]
    status: Mapped[str]
    offered: Mapped[bool | None]
    """Whether a place is kept for somebody who waits; None in all other states."""
    minutes: Mapped[int | None]
    """What counts as service by the ledger of the sign-up service, once that is settled."""

    __table_args__ = (Index("ix_signup_copies_event_id", "event_id", "shift_id", "status"),)


class HoldCopy(Base):
    """How many places are kept for a pledge, as the sign-up service last said; ``claimed`` ones have a name."""

    __tablename__ = "hold_copies"

    pledge_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    event_id: Mapped[UUID] = mapped_column(index=True)
    shift_id: Mapped[UUID]
    requested: Mapped[int]
    held: Mapped[int]
    claimed: Mapped[int]


class PledgeCopy(Base):
    """What a unit promises, as the partners service last said; ``quantity`` is 0 once it has withdrawn."""

    __tablename__ = "pledge_copies"

    pledge_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    event_id: Mapped[UUID] = mapped_column(index=True)
    shift_id: Mapped[UUID | None]
    need_id: Mapped[UUID | None]
    work_unit: Mapped[str]
    kind: Mapped[str]
    quantity: Mapped[int]


class NeedCopy(Base):
    """What the event asks of partner units, as the partners service last said; ``due_at`` is by when."""

    __tablename__ = "need_copies"

    need_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    event_id: Mapped[UUID] = mapped_column(index=True)
    kind: Mapped[str]
    quantity: Mapped[int]
    unit: Mapped[str]
    description: Mapped[str]
    due_at: Mapped[datetime | None]


class FeedbackCopy(Base):
    """What somebody who was there thought of it, as the sign-up service last said. Scores are from 1 to 5."""

    __tablename__ = "feedback_copies"

    signup_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    event_id: Mapped[UUID] = mapped_column(index=True)
    overall: Mapped[int]
    organised: Mapped[int]
    again: Mapped[bool]
