"""Places, and those kept for units."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from services.signups.models.base import Base
from shared.database import partial_index


class Place(Base):
    """One unit of a shift's capacity: free, kept for a unit's pledge, or taken by a sign-up.

    There is one row for each place, so more people than places cannot be written down.
    """

    __tablename__ = "places"

    shift_id: Mapped[UUID] = mapped_column(ForeignKey("shifts.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    pledge_id: Mapped[UUID | None]
    signup_id: Mapped[UUID | None] = mapped_column(ForeignKey("signups.id"))

    __table_args__ = (
        CheckConstraint("number >= 1", name="number_from_one"),
        ForeignKeyConstraint(["pledge_id"], ["holds.pledge_id"]),
        partial_index("ix_places_free", "shift_id", "number", where="signup_id IS NULL AND pledge_id IS NULL"),
        Index("ix_places_pledge_id", "pledge_id"),
        # Free places are left out: SQLite would look for one among those of all shifts.
        partial_index("uq_places_signup_id", "signup_id", unique=True, where="signup_id IS NOT NULL"),
    )


class Hold(Base):
    """Places kept for a unit: local copy of its pledge (``pledge_version``), and what it was given (``version``).

    ``claim_token`` opens the claim page. It is kept readable, since each ``places.held`` has to repeat it; it is the
    unit's link number ``claim_link``, and a higher number that the unit asks for ends it. Places that
    have no name at ``release_at`` go to others. ``waits_since`` is from when the unit waits for the places that it did
    not get; None where it does not.
    """

    __tablename__ = "holds"

    pledge_id: Mapped[UUID] = mapped_column(primary_key=True)
    pledge_version: Mapped[int]
    version: Mapped[int]
    event_id: Mapped[UUID] = mapped_column(index=True)
    shift_id: Mapped[UUID] = mapped_column(ForeignKey("shifts.id"), index=True)
    work_unit: Mapped[str]
    requested: Mapped[int]
    claim_token: Mapped[str] = mapped_column(unique=True)
    claim_link: Mapped[int] = mapped_column(default=0, server_default="0")
    release_at: Mapped[datetime | None] = mapped_column(index=True)
    waits_since: Mapped[datetime | None]

    def is_open(self, now: datetime) -> bool:
        """Whether the unit still has time to enter names, so that places are kept for it."""
        return self.release_at is None or now < self.release_at
