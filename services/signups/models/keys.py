"""The keys of requests that were answered."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON
from sqlalchemy.orm import Mapped, mapped_column

from services.signups.models.base import Base


class IdempotencyKey(Base):
    """The answer that was given to a request's key, so that a repeat gets the same one.

    ``signup_id`` is empty where the answer was only that the request had been received; ``others`` holds the same of
    the other sign-ups that were made in one go.
    """

    __tablename__ = "idempotency_keys"

    key: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[str]
    signup_id: Mapped[UUID | None]
    status: Mapped[str]
    waitlist_position: Mapped[int | None]
    others: Mapped[list[dict[str, Any]]] = mapped_column(JSON, server_default="[]", default=list)
    created_at: Mapped[datetime] = mapped_column(index=True)
