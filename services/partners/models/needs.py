"""The tables of what events ask of partners."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.partners.models.base import Base
from services.partners.models.events import Event, Shift
from shared.database import one_of


class Kind(StrEnum):
    """What a need asks for and a pledge promises."""

    PEOPLE = "people"
    VENUE = "venue"
    SUPPLIES = "supplies"
    SPEAKER = "speaker"


class Need(Base):
    """What an event asks partners for. ``unit`` is what ``quantity`` counts (boxes, rooms); empty for people.

    ``returnable`` things are lent, like tents and loudspeakers, and go back after the event. ``supply_id`` is the row
    of the event's own list that the need was taken over from, so that it is taken over once.
    """

    __tablename__ = "needs"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=1)
    event_id: Mapped[UUID] = mapped_column(ForeignKey("events.id"), index=True)
    shift_id: Mapped[UUID | None] = mapped_column(ForeignKey("shifts.id"))
    kind: Mapped[Kind] = mapped_column(one_of(Kind, "kind"))
    quantity: Mapped[int]
    unit: Mapped[str]
    description: Mapped[str]
    due_at: Mapped[datetime | None]
    returnable: Mapped[bool] = mapped_column(default=False, server_default="0")
    supply_id: Mapped[UUID | None]
    created_at: Mapped[datetime]

    # An index and no constraint: SQLite adds it without building the table, which others refer to, anew.
    __table_args__ = (Index("uq_needs_supply_id", "supply_id", unique=True),)

    event: Mapped[Event] = relationship()
    shift: Mapped[Shift | None] = relationship()
