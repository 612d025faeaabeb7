"""The links that open all sign-ups of a person: their pages, and their calendar."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from services.signups.models.base import Base


class AccessLink(Base):
    """A link that was sent to somebody's phone, or to an address of theirs; only its SHA-256 is kept.

    ``address_mark`` stands for the e-mail address that it was sent to: it opens the sign-ups that carry this address
    and no others. Without one it was sent to the phone and opens all. ``volunteer_id`` is empty where nobody of that
    name and phone was known, and nothing was sent.
    """

    __tablename__ = "access_links"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    volunteer_id: Mapped[UUID | None]
    address_mark: Mapped[str | None]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class Feed(Base):
    """The calendar of all sign-ups of a person, which other programs read again and again; one for each person."""

    __tablename__ = "feeds"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    volunteer_id: Mapped[UUID] = mapped_column(ForeignKey("volunteers.id"), unique=True)
    created_at: Mapped[datetime]
