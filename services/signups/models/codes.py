"""One-time codes, for events whose door asks for one."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.signups.models.base import Base
from shared.sealing import Fingerprint, Sealed


class Code(Base):
    """A code that was sent to somebody who wants to sign up for an event; it goes once it was used or has expired.

    The six digits are derived from ``id`` with the service's key, so that nothing stored tells them. ``email`` is
    where they go if that was wished, else they go to the phone.
    """

    __tablename__ = "codes"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    event_id: Mapped[UUID]
    phone: Mapped[str] = mapped_column(Sealed("codes.phone"))
    phone_key: Mapped[str] = mapped_column(Fingerprint(of="phone"))
    email: Mapped[str | None] = mapped_column(Sealed("codes.email"))
    language: Mapped[str]
    attempts: Mapped[int] = mapped_column(default=0)
    """Wrong ones that were typed."""
    sent_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)

    __table_args__ = (UniqueConstraint("event_id", "phone_key"),)
