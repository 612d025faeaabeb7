"""Local copies of the events and their shifts."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, false, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.signups.models.base import Base


class Event(Base):
    """Local copy of an event, written by the handlers of ``event.*`` only."""

    __tablename__ = "events"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    community: Mapped[str] = mapped_column(index=True)
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
    waitlist: Mapped[bool]
    conditions: Mapped[str]
    risks: Mapped[str]
    contact: Mapped[str]
    offer_minutes: Mapped[int] = mapped_column(server_default="120")
    asks_code: Mapped[bool] = mapped_column(server_default=false())
    travel_minutes: Mapped[int] = mapped_column(server_default="0")
    daily_hours: Mapped[int | None]
    rest_hours: Mapped[int | None]
    thanks: Mapped[bool] = mapped_column(server_default=true())
    thanks_at: Mapped[datetime | None]

    shifts: Mapped[list["Shift"]] = relationship(back_populates="event", order_by="Shift.starts_at, Shift.position")


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
    minimum: Mapped[int]
    min_age: Mapped[int | None]
    skills: Mapped[list[str]]
    counts_as_service: Mapped[bool]
    training: Mapped[str] = mapped_column(server_default="")
    insured: Mapped[bool] = mapped_column(server_default=false())
    questions: Mapped[list[Any]] = mapped_column(JSON, server_default="[]")
    swap_approval: Mapped[bool] = mapped_column(server_default=false())

    event: Mapped[Event] = relationship(back_populates="shifts", lazy="joined", innerjoin=True)

    __table_args__ = (Index("ix_shifts_starts_at", "starts_at", "id"),)

    def is_to_come(self, now: datetime) -> bool:
        """Tell whether the shift is on and has not begun."""
        return self.listed and self.event.status == "published" and now < self.starts_at

    @property
    def asks_for(self) -> list[str]:
        """The skills and the training that a lead has to confirm for each person."""
        return [*self.skills, self.training] if self.training else list(self.skills)
