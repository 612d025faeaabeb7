"""The ledger of supplies: what was needed, promised, brought and given back, line by line and never changed."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from services.partners.models.base import Base
from shared.database import one_of


class Entry(StrEnum):
    """Which column of the ledger a movement is written into."""

    NEEDED = "needed"
    PLEDGED = "pledged"
    RECEIVED = "received"
    SHORT = "short"
    """Promised, and did not come."""
    SURPLUS = "surplus"
    """Came, and had not been promised."""
    RETURNED = "returned"


class Movement(Base):
    """One line of the ledger. ``quantity`` is what was added to its column; a correction takes away.

    A movement belongs to a need, to a pledge, or to a pledge in answer to a need. ``by`` is organizer or contact.
    """

    __tablename__ = "movements"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[UUID] = mapped_column(ForeignKey("events.id"), index=True)
    need_id: Mapped[UUID | None] = mapped_column(ForeignKey("needs.id"))
    pledge_id: Mapped[UUID | None] = mapped_column(ForeignKey("pledges.id"))
    entry: Mapped[Entry] = mapped_column(one_of(Entry, "entry"))
    quantity: Mapped[int]
    at: Mapped[datetime]
    by: Mapped[str]
