"""What stands beside the hours in a volunteer's record, and the certificates that were issued of it."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from services.signups.models.base import Base
from shared.database import one_of


class RecordKind(StrEnum):
    """What an entry of the record is about (民政部令第67号, art. 7 to 9)."""

    TRAINING = "training"
    AWARD = "award"
    APPRAISAL = "appraisal"


class Record(Base):
    """A training, an award or an appraisal of a volunteer, as a community noted it.

    ``title`` is the name of a training or award; ``by_whom`` taught, awarded or judged. Only trainings have minutes.
    """

    __tablename__ = "records"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    volunteer_id: Mapped[UUID] = mapped_column(ForeignKey("volunteers.id"))
    community: Mapped[str]
    kind: Mapped[RecordKind] = mapped_column(one_of(RecordKind, "kind"))
    title: Mapped[str]
    content: Mapped[str]
    minutes: Mapped[int | None]
    by_whom: Mapped[str]
    day: Mapped[date]
    recorded_by: Mapped[UUID]
    recorded_at: Mapped[datetime]

    __table_args__ = (Index("ix_records_volunteer_id", "volunteer_id", "community"),)


class Certificate(Base):
    """A 志愿服务记录证明, with what it said when it was issued, so that it can be printed and verified as it was.

    The person's name is not in it: it is read where they are known, and gone once they are. ``id_masked`` is an ID
    number without its middle; the whole one is kept nowhere. ``issued_by`` is None where the person asked for it.
    """

    __tablename__ = "certificates"

    number: Mapped[str] = mapped_column(primary_key=True)
    volunteer_id: Mapped[UUID] = mapped_column(ForeignKey("volunteers.id"))
    community: Mapped[str]
    since: Mapped[date]
    until: Mapped[date]
    minutes: Mapped[int]
    content: Mapped[dict[str, Any]]
    """``services``, ``trainings`` and ``awards``, each a list of what one line of it says."""
    id_masked: Mapped[str | None]
    issued_at: Mapped[datetime]
    issued_by: Mapped[UUID | None]
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[UUID | None]
    revoked_reason: Mapped[str | None]

    __table_args__ = (Index("ix_certificates_volunteer_id", "volunteer_id", "community"),)
