"""What is remembered of how people's data were treated."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from services.signups.models.base import Base
from shared.database import one_of


class Erasure(Base):
    """Somebody whose data were erased: only the id, so that a backup from before is made to forget them as well."""

    __tablename__ = "erasures"

    volunteer_id: Mapped[UUID] = mapped_column(primary_key=True)
    erased_at: Mapped[datetime]


class Where(StrEnum):
    """Where an organizer saw somebody's contact data."""

    PAGE = "page"
    FILE = "file"
    API = "api"


class ContactView(Base):
    """An organizer was shown the whole contact data of some people: one row for all whom one page or file showed.

    ``people`` are their ids in hex, by spaces, so that one row is written for a roster of two hundred; ``organizer``
    is how they were called then.
    """

    __tablename__ = "contact_views"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    community: Mapped[str]
    organizer_id: Mapped[UUID]
    organizer: Mapped[str]
    place: Mapped[Where] = mapped_column(one_of(Where, "place"))
    number: Mapped[int]
    people: Mapped[str]
    at: Mapped[datetime]

    __table_args__ = (Index("ix_contact_views_community_at", "community", "at"),)
