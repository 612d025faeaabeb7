"""The tables of the directory: work units, those who speak for them, and what was done to their entries."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.partners.models.base import Base
from shared.database import partial_index
from shared.sealing import Sealed


class WorkUnit(Base):
    """An organisation of the neighbourhood that helps with a community's events; only an active one may pledge.

    ``offers`` is what it usually gives, in words. A unit that was a double of another has ``merged_into_id``: what it
    had is the other's now, and only its history stays here.
    """

    __tablename__ = "work_units"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    community: Mapped[str] = mapped_column(index=True)
    name: Mapped[str]
    kind: Mapped[str]
    address: Mapped[str] = mapped_column(default="", server_default="")
    offers: Mapped[str] = mapped_column(default="", server_default="")
    active: Mapped[bool] = mapped_column(default=True)
    merged_into_id: Mapped[UUID | None]
    created_at: Mapped[datetime]

    contact: Mapped["Contact"] = relationship(
        primaryjoin="and_(WorkUnit.id == Contact.work_unit_id, Contact.active, Contact.main)",
        viewonly=True,
        uselist=False,
    )
    contacts: Mapped[list["Contact"]] = relationship(
        primaryjoin="and_(WorkUnit.id == Contact.work_unit_id, Contact.active)",
        order_by="Contact.main.desc(), Contact.created_at, Contact.id",
        viewonly=True,
    )


class Contact(Base):
    """Somebody who speaks for a work unit; those that are not active any more are history.

    One of the active ones is the ``main`` one: whom the office calls first. ``token_hash`` is the SHA-256 of the
    access link's token; the token itself is shown once and kept nowhere.
    """

    __tablename__ = "contacts"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    work_unit_id: Mapped[UUID] = mapped_column(ForeignKey("work_units.id"), index=True)
    name: Mapped[str]
    phone: Mapped[str] = mapped_column(Sealed("contacts.phone"))
    email: Mapped[str | None] = mapped_column(Sealed("contacts.email"))
    language: Mapped[str]
    token_hash: Mapped[str] = mapped_column(unique=True)
    active: Mapped[bool] = mapped_column(default=True)
    main: Mapped[bool] = mapped_column(default=True, server_default="1")
    created_at: Mapped[datetime]

    work_unit: Mapped[WorkUnit] = relationship()

    __table_args__ = (partial_index("uq_contacts_main", "work_unit_id", unique=True, where="active AND main"),)


class UnitStep(Base):
    """One thing that was done to a unit's entry, and which organizer did it; ``detail`` never names a person."""

    __tablename__ = "unit_steps"

    id: Mapped[int] = mapped_column(primary_key=True)
    work_unit_id: Mapped[UUID] = mapped_column(ForeignKey("work_units.id"), index=True)
    at: Mapped[datetime]
    organizer_id: Mapped[UUID | None]
    action: Mapped[str]
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
