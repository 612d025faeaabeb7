"""The keys of requests that were answered."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from services.signups.models.base import Base


class IdempotencyKey(Base):
    """The answer that was given to a request's key, so that a repeat gets the same one.

    ``signup_id`` is empty where the answer was only that the request had been received.
    """

    __tablename__ = "idempotency_keys"

    key: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[str]
    signup_id: Mapped[UUID | None]
    status: Mapped[str]
    waitlist_position: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(index=True)
