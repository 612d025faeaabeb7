"""The tables of what the events service says: copies of events and of their shifts."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.partners.models.base import Base


class Event(Base):
    """Local copy of an event, written by the handlers of ``event.*`` only."""

    __tablename__ = "events"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    community: Mapped[str]
    slug: Mapped[str]
    theme: Mapped[str]
    title: Mapped[str]
    summary: Mapped[str]
    status: Mapped[str]
    reason: Mapped[str | None]
    venue_name: Mapped[str]
    venue_address: Mapped[str]
    timezone: Mapped[str]
    lunar: Mapped[bool]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    occurrence: Mapped[int]
    contact: Mapped[str]

    shifts: Mapped[list["Shift"]] = relationship(back_populates="event", order_by="Shift.starts_at, Shift.position")

    __table_args__ = (Index("ix_events_community", "community", "status", "starts_at"),)

    def is_open(self, now: datetime) -> bool:
        """Whether units can still pledge for it."""
        return self.status == "published" and now < self.ends_at


class Shift(Base):
    """Local copy of a shift. ``listed`` is false once the organizer has taken it out of the event."""

    __tablename__ = "shifts"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    event_id: Mapped[UUID] = mapped_column(ForeignKey("events.id"), index=True)
    position: Mapped[int]
    listed: Mapped[bool] = mapped_column(default=True)
    role: Mapped[str]
    description: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    capacity: Mapped[int]

    event: Mapped[Event] = relationship(back_populates="shifts")


class Supply(Base):
    """Local copy of a row of what the event needs, by its organizers' own list; a row that went away is not kept."""

    __tablename__ = "supplies"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    event_id: Mapped[UUID] = mapped_column(ForeignKey("events.id"), index=True)
    position: Mapped[int]
    name: Mapped[str]
    quantity: Mapped[int]
    unit: Mapped[str]
