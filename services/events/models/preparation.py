"""The tables of getting ready: what is to be done by when, what is needed, and what is kept for next time."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.events.models.base import Base


class Task(Base):
    """Something to be done for an event. ``days`` counts from the event's day: -30 is a month before, 3 is after it.

    So a task moves with its event. ``permit`` marks a step towards the safety permit that a large event needs.
    """

    __tablename__ = "tasks"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    event_id: Mapped[UUID] = mapped_column(ForeignKey("events.id"), index=True)
    position: Mapped[int]
    title: Mapped[str]
    owner: Mapped[str]
    days: Mapped[int]
    permit: Mapped[bool]
    done_at: Mapped[datetime | None]
    done_by: Mapped[UUID | None] = mapped_column(ForeignKey("organizers.id"))


class Supply(Base):
    """Something an event needs: ``quantity`` in ``unit``, of which ``ready`` are there already."""

    __tablename__ = "supplies"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    event_id: Mapped[UUID] = mapped_column(ForeignKey("events.id"), index=True)
    position: Mapped[int]
    name: Mapped[str]
    quantity: Mapped[int]
    unit: Mapped[str]
    ready: Mapped[int] = mapped_column(default=0)


class SavedTemplate(Base):
    """An event of the community's own, kept to begin another with. ``body`` holds times as distances from the start."""

    __tablename__ = "saved_templates"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    community: Mapped[str]
    key: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    theme: Mapped[str]
    body: Mapped[dict[str, Any]]
    created_by: Mapped[UUID] = mapped_column(ForeignKey("organizers.id"))
    created_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("community", "title"),)
