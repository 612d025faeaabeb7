"""The table of the units' calendar links."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from services.partners.models.base import Base


class Feed(Base):
    """The calendar of what a unit does, which other programs read again and again; one for each unit.

    Only the SHA-256 of its link's token is kept.
    """

    __tablename__ = "feeds"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    work_unit_id: Mapped[UUID] = mapped_column(ForeignKey("work_units.id"), unique=True)
    created_at: Mapped[datetime]
