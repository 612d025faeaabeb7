"""The tables of the partners service: copies of events, work units, contacts, needs and pledges."""

from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from shared.database import TYPES, new_metadata, one_of
from shared.errors import Conflict
from shared.sealing import Sealed
from shared.texts import text as _


class Base(DeclarativeBase):
    """All tables that this service owns."""

    metadata = new_metadata()
    type_annotation_map = TYPES


class Event(Base):
    """Local copy of an event, written by the handlers of ``event.*`` only."""

    __tablename__ = "events"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    community: Mapped[str]
    slug: Mapped[str]
    theme: Mapped[str]
    title: Mapped[str]
    summary: Mapped[str]
    status: Mapped[str]
    reason: Mapped[str | None]
    venue_name: Mapped[str]
    venue_address: Mapped[str]
    timezone: Mapped[str]
    lunar: Mapped[bool]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    occurrence: Mapped[int]
    contact: Mapped[str]

    shifts: Mapped[list["Shift"]] = relationship(back_populates="event", order_by="Shift.starts_at, Shift.position")

    __table_args__ = (Index("ix_events_community", "community", "status", "starts_at"),)


class Shift(Base):
    """Local copy of a shift. ``listed`` is false once the organizer has taken it out of the event."""

    __tablename__ = "shifts"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    event_id: Mapped[UUID] = mapped_column(ForeignKey("events.id"), index=True)
    position: Mapped[int]
    listed: Mapped[bool] = mapped_column(default=True)
    role: Mapped[str]
    description: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    capacity: Mapped[int]

    event: Mapped[Event] = relationship(back_populates="shifts")


class WorkUnit(Base):
    """An organisation of the neighbourhood that helps with a community's events; only an active one may pledge."""

    __tablename__ = "work_units"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    community: Mapped[str] = mapped_column(index=True)
    name: Mapped[str]
    kind: Mapped[str]
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]

    contact: Mapped["Contact"] = relationship(
        primaryjoin="and_(WorkUnit.id == Contact.work_unit_id, Contact.active)", viewonly=True, uselist=False
    )


class Contact(Base):
    """The person who speaks for a work unit; one of them is active at a time, the others are history.

    ``token_hash`` is the SHA-256 of the access link's token; the token itself is shown once and kept nowhere.
    """

    __tablename__ = "contacts"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    work_unit_id: Mapped[UUID] = mapped_column(ForeignKey("work_units.id"))
    name: Mapped[str]
    phone: Mapped[str] = mapped_column(Sealed("contacts.phone"))
    email: Mapped[str | None] = mapped_column(Sealed("contacts.email"))
    language: Mapped[str]
    token_hash: Mapped[str] = mapped_column(unique=True)
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]

    work_unit: Mapped[WorkUnit] = relationship()

    __table_args__ = (
        Index(
            "uq_contacts_active",
            "work_unit_id",
            unique=True,
            postgresql_where=text("active"),
            sqlite_where=text("active"),
        ),
    )


class Kind(StrEnum):
    """What a need asks for and a pledge promises."""

    PEOPLE = "people"
    VENUE = "venue"
    SUPPLIES = "supplies"
    SPEAKER = "speaker"


class Need(Base):
    """What an event asks partners for. ``unit`` is what ``quantity`` counts (boxes, rooms); empty for people."""

    __tablename__ = "needs"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=1)
    event_id: Mapped[UUID] = mapped_column(ForeignKey("events.id"), index=True)
    shift_id: Mapped[UUID | None] = mapped_column(ForeignKey("shifts.id"))
    kind: Mapped[Kind] = mapped_column(one_of(Kind, "kind"))
    quantity: Mapped[int]
    unit: Mapped[str]
    description: Mapped[str]
    due_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    event: Mapped[Event] = relationship()
    shift: Mapped[Shift | None] = relationship()


class PledgeStatus(StrEnum):
    """Where a pledge stands. Only people for a shift are ever held, partly held or refused."""

    PENDING = "pending"
    HELD = "held"
    PARTLY_HELD = "partly_held"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    DELIVERED = "delivered"


_ANSWERS: Final = frozenset({PledgeStatus.HELD, PledgeStatus.PARTLY_HELD, PledgeStatus.REFUSED})

MOVES: Final[dict[PledgeStatus, frozenset[PledgeStatus]]] = {
    PledgeStatus.PENDING: _ANSWERS | {PledgeStatus.WITHDRAWN, PledgeStatus.DELIVERED},
    PledgeStatus.HELD: _ANSWERS | {PledgeStatus.WITHDRAWN, PledgeStatus.DELIVERED},
    PledgeStatus.PARTLY_HELD: _ANSWERS | {PledgeStatus.WITHDRAWN, PledgeStatus.DELIVERED},
    PledgeStatus.REFUSED: _ANSWERS | {PledgeStatus.WITHDRAWN},
    PledgeStatus.WITHDRAWN: frozenset(),
    PledgeStatus.DELIVERED: frozenset({PledgeStatus.DELIVERED}),
}
"""The states that may follow each state; the quantity delivered can be corrected, a withdrawal cannot be undone."""

NO_WAY: Final = {
    PledgeStatus.REFUSED: _("No places could be kept for this pledge, so nothing can be recorded as delivered."),
    PledgeStatus.WITHDRAWN: _("This pledge has been withdrawn and can no longer be changed. Please make a new one."),
    PledgeStatus.DELIVERED: _("This pledge has been delivered and can no longer be reduced or withdrawn."),
}
"""Why a move out of a state is refused."""

LIVE: Final = (PledgeStatus.PENDING, PledgeStatus.HELD, PledgeStatus.PARTLY_HELD)
"""States in which something is still expected of the unit."""


class Pledge(Base):
    """What a unit promises. ``quantity`` is what it still promises: 0 once it has withdrawn.

    ``held``, ``claimed`` and ``claim_url`` are what the sign-up service last said of the places kept for it, in its
    version ``places_version`` (0 before its first answer); ``claimed`` ones have a name. ``delivered`` is what came.
    """

    __tablename__ = "pledges"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=1)
    work_unit_id: Mapped[UUID] = mapped_column(ForeignKey("work_units.id"))
    event_id: Mapped[UUID] = mapped_column(ForeignKey("events.id"))
    shift_id: Mapped[UUID | None] = mapped_column(ForeignKey("shifts.id"))
    need_id: Mapped[UUID | None] = mapped_column(ForeignKey("needs.id"), index=True)
    kind: Mapped[Kind] = mapped_column(one_of(Kind, "kind"))
    quantity: Mapped[int]
    note: Mapped[str]
    status: Mapped[PledgeStatus] = mapped_column(
        one_of(PledgeStatus, "status"),
        default=PledgeStatus.PENDING,
    )
    places_version: Mapped[int] = mapped_column(default=0)
    held: Mapped[int] = mapped_column(default=0)
    claimed: Mapped[int] = mapped_column(default=0)
    claim_url: Mapped[str | None]
    delivered: Mapped[int | None]
    created_at: Mapped[datetime]

    work_unit: Mapped[WorkUnit] = relationship()
    event: Mapped[Event] = relationship()
    shift: Mapped[Shift | None] = relationship()
    need: Mapped[Need | None] = relationship()
    steps: Mapped[list["PledgeStep"]] = relationship(order_by="PledgeStep.id")

    __table_args__ = (
        CheckConstraint("quantity >= 0", name="quantity_from_zero"),
        Index("ix_pledges_event_id", "event_id", "status"),
        Index("ix_pledges_work_unit_id", "work_unit_id", "created_at", "id"),
    )

    def move_to(self, status: PledgeStatus) -> None:
        """Change the state; raises Conflict where the table of states does not allow it."""
        if status not in MOVES[self.status]:
            raise Conflict(NO_WAY[self.status])
        self.status = status


class PledgeStep(Base):
    """One thing that happened to a pledge; ``by`` is who did it: organizer, contact, or signups for its answers.

    ``quantity`` is what the action left (promised, held or delivered).
    """

    __tablename__ = "pledge_steps"

    id: Mapped[int] = mapped_column(primary_key=True)
    pledge_id: Mapped[UUID] = mapped_column(ForeignKey("pledges.id"), index=True)
    at: Mapped[datetime]
    by: Mapped[str]
    action: Mapped[str]
    quantity: Mapped[int]
    reason: Mapped[str | None]
