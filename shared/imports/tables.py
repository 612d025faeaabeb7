"""The table of uploads: what was sent to be imported, until it is imported or a day has passed."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from shared.database import TYPES, new_metadata, one_of
from shared.sealing import Sealed


class Base(DeclarativeBase):
    """These tables have metadata of their own, since several services' databases have a copy of them."""

    metadata = new_metadata()
    type_annotation_map = TYPES


class UploadState(StrEnum):
    """Where an upload stands."""

    CHECKING = "checking"
    CHECKED = "checked"
    WRITING = "writing"
    DONE = "done"
    FAILED = "failed"


class Upload(Base):
    """A sheet that an organizer sent. ``subject_id`` is what it is for (an event), where its kind has such.

    ``records`` are its rows and ``findings`` what was found of them, by position; both are sealed, and emptied once
    all is written or nothing can be, since they may name people. ``done`` counts the rows that were checked.
    """

    __tablename__ = "uploads"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    community: Mapped[str]
    organizer_id: Mapped[UUID]
    subject_id: Mapped[UUID | None]
    language: Mapped[str]
    state: Mapped[UploadState] = mapped_column(one_of(UploadState, "state"), index=True)
    total: Mapped[int]
    done: Mapped[int]
    records: Mapped[list[Any]] = mapped_column(Sealed("uploads.records", object))
    unknown: Mapped[list[str]]
    findings: Mapped[dict[str, Any]] = mapped_column(Sealed("uploads.findings", object))
    outcome: Mapped[dict[str, Any]]
    """What became of the rows: word -> how many."""
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
