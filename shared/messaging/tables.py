"""The two tables that every service keeps beside its own: messages on their way out, and messages that came in."""

from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import BigInteger, Identity, Index, Integer, LargeBinary, Text, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from shared.database import TYPES, new_metadata, one_of, partial_index


class Base(DeclarativeBase):
    """Messaging tables have metadata of their own, since each service's database has a copy of them."""

    metadata = new_metadata()
    type_annotation_map = TYPES


# Conditions of partial indexes stand in the queries as the same text: SQLite uses such an index for nothing else.
UNPUBLISHED: Final = text("published_at IS NULL")
UNSETTLED: Final = text("status != 'done'")


class Outgoing(Base):
    """A message that was decided on together with the state it tells of, and is published until confirmed.

    Rows are claimed by state and lease, never by ``seq``: a row that commits late would be missed for ever.
    """

    __tablename__ = "outbox"

    seq: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), Identity(always=True), primary_key=True
    )
    message_id: Mapped[UUID] = mapped_column(unique=True)
    aggregate: Mapped[str]
    version: Mapped[int]
    type: Mapped[str]
    body: Mapped[bytes] = mapped_column(LargeBinary)
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (
        partial_index("ix_outbox_unpublished", "seq", where=UNPUBLISHED),
        Index("ix_outbox_published_at", "published_at"),
    )


class InboxStatus(StrEnum):
    """What became of a message: applied, to be tried again, or put aside for a person to look at."""

    DONE = "done"
    RETRY = "retry"
    DEAD = "dead"


class Incoming(Base):
    """A message that came in; its id makes a second delivery harmless."""

    __tablename__ = "inbox"

    message_id: Mapped[UUID] = mapped_column(primary_key=True)
    type: Mapped[str]
    body: Mapped[bytes] = mapped_column(LargeBinary)
    status: Mapped[InboxStatus] = mapped_column(one_of(InboxStatus, "status"))
    attempts: Mapped[int] = mapped_column(default=0)
    received_at: Mapped[datetime]
    next_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (
        partial_index("ix_inbox_unsettled", "next_at", where=UNSETTLED),
        Index("ix_inbox_received_at", "received_at"),
    )
