"""The queue of notices, which is also the log of what was sent."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Text, UniqueConstraint, false, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from shared.database import TYPES, new_metadata, one_of, partial_index


class Base(DeclarativeBase):
    """Notices have metadata of their own, since each sending service's database has a copy of them."""

    metadata = new_metadata()
    type_annotation_map = TYPES


class NoticeState(StrEnum):
    """Where a notice stands on its way to a person."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"
    SKIPPED = "skipped"
    SKIPPED_LATE = "skipped_late"
    UNKNOWN = "unknown"
    CANCELLED = "cancelled"


ALONE: Final = text("state IN ('queued', 'sending') AND mailing_id IS NULL")
"""Notices that may still go out and are none of many.

It stands in index and query as the same text, else SQLite does not use the index.
"""
BULK: Final = text("state IN ('queued', 'sending') AND mailing_id IS NOT NULL")
"""The same of those that are. No notice is in both, so that no database has to choose between the two indexes."""
OF_MANY: Final = text("mailing_id IS NOT NULL")
"""SQLite would look for those of one person by an index on all, and so read through the log."""
RECEIVED: Final = text("receipt IS NOT NULL")
RUNNING: Final = text("state = 'running'")
WITHOUT_EVENT: Final = text("event_id IS NULL")


class Notice(Base):
    """One message to one person through one channel.

    It holds no name and no address: whoever sends it looks those up at that moment, together with whether it still
    applies. ``occurrence`` is the event's, so that a moved event is told of anew; ``params`` holds what the text
    needs beyond that (an old time, a number of places).
    """

    __tablename__ = "notices"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID]
    event_id: Mapped[UUID | None] = mapped_column(index=True)
    kind: Mapped[str]
    rule: Mapped[str] = mapped_column(default="")
    occurrence: Mapped[int] = mapped_column(default=0)
    channel: Mapped[str] = mapped_column(default="")
    state: Mapped[NoticeState] = mapped_column(
        one_of(NoticeState, "state"),
        default=NoticeState.QUEUED,
    )
    params: Mapped[dict[str, Any]] = mapped_column(default=dict)
    due_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(Text)
    mailing_id: Mapped[UUID | None]
    """The mailing that it belongs to, if it is one of many."""
    carried_by: Mapped[UUID | None]
    """The notice in whose letter it went along: what is due within an hour for one person is one letter."""
    refused_by: Mapped[list[str]] = mapped_column(server_default="[]", default=list)
    """The channels that refused it for good, so that the next one is tried."""
    receipt: Mapped[str | None]
    """What the provider calls it, by which it says later that it was delivered."""
    delivered_at: Mapped[datetime | None]
    repeated: Mapped[bool] = mapped_column(server_default=false(), default=False)
    """Whether it was sent twice, since nobody could tell what became of the first time."""

    correlation_id: Mapped[str | None]
    """Of the request or message that it comes of, so that logs lead from the form to the letter."""

    __table_args__ = (
        # Whoever plans a notice twice (a sweep, a duplicate message) plans it once. A constraint takes two NULLs for
        # different, so notices about no event have an index of their own.
        UniqueConstraint("person_id", "event_id", "kind", "rule", "occurrence"),
        partial_index(
            "uq_notices_without_event", "person_id", "kind", "rule", "occurrence", unique=True, where=WITHOUT_EVENT
        ),
        partial_index("ix_notices_mailing_id", "mailing_id", where=OF_MANY),
        partial_index("ix_notices_alone", "next_at", where=ALONE),
        partial_index("ix_notices_bulk", "next_at", where=BULK),
        partial_index("ix_notices_receipt", "receipt", where=RECEIVED),
    )


class MailingState(StrEnum):
    """Whether a mailing is still being planned."""

    RUNNING = "running"
    FINISHED = "finished"
    STOPPED = "stopped"


class Mailing(Base):
    """One notice to each of many people, planned batch by batch.

    ``audience`` says who, in the words of the service that plans it; ``after`` is the last person planned for. An
    organizer (``created_by``) wrote the text of a broadcast, which stands in ``params``.
    """

    __tablename__ = "mailings"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    event_id: Mapped[UUID]
    kind: Mapped[str]
    rule: Mapped[str]
    occurrence: Mapped[int]
    audience: Mapped[dict[str, Any]]
    params: Mapped[dict[str, Any]]
    due_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    created_by: Mapped[UUID | None]
    state: Mapped[MailingState] = mapped_column(one_of(MailingState, "state"))
    after: Mapped[UUID | None]
    planned: Mapped[int]
    ended_at: Mapped[datetime | None]
    correlation_id: Mapped[str | None]
    """Of what it was begun for, and of each of its notices."""

    __table_args__ = (
        UniqueConstraint("event_id", "kind", "rule", "occurrence"),
        partial_index("ix_mailings_running", "created_at", where=RUNNING),
    )


class OptOut(Base):
    """Somebody does not want to hear of a topic any more; an empty channel stands for all of them."""

    __tablename__ = "opt_outs"

    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    topic: Mapped[str] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(primary_key=True)
    since: Mapped[datetime]


class FirstChannel(Base):
    """The way by which somebody likes to be reached before all others."""

    __tablename__ = "first_channels"

    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    channel: Mapped[str]
