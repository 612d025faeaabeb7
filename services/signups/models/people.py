"""The people who sign up."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from services.signups.models.base import Base
from shared.sealing import Fingerprint, Sealed


class Volunteer(Base):
    """A person, known by phone and name together, since families share a phone.

    ``name_key`` is the name as it is compared: NFKC, without spaces and case. The phone is sealed: ``phone_key`` is its
    fingerprint, and ``phone_end`` are its last four digits, which the roster shows and is searched by.
    """

    __tablename__ = "volunteers"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    name_key: Mapped[str]
    phone: Mapped[str] = mapped_column(Sealed("volunteers.phone"))
    phone_key: Mapped[str] = mapped_column(Fingerprint(of="phone"))
    phone_end: Mapped[str]
    created_at: Mapped[datetime]
    erased_at: Mapped[datetime | None]
    """When the person was forgotten; name and phone are empty since."""

    __table_args__ = (Index("uq_volunteers_phone_key_name_key", "phone_key", "name_key", unique=True),)
