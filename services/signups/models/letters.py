"""The short links that stand in letters."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from services.signups.models.base import Base


class ShortLink(Base):
    """A link of a letter to the sign-up that it is about, short enough for a text message; only its SHA-256 is kept.

    It opens what the sign-up's manage link opens, until some time after the event.
    """

    __tablename__ = "short_links"

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    signup_id: Mapped[UUID] = mapped_column(ForeignKey("signups.id"), index=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)
