"""The tables of what units promise, and of what became of it."""

from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, case, func
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.partners.models.base import Base
from services.partners.models.events import Event, Shift
from services.partners.models.needs import Kind, Need
from services.partners.models.units import WorkUnit
from shared.database import one_of
from shared.errors import Conflict
from shared.texts import text as _


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


LACKING: Final = (PledgeStatus.PARTLY_HELD, PledgeStatus.REFUSED)
"""States in which places are missing that the unit may wait for."""


class Pledge(Base):
    """What a unit promises. ``quantity`` is what it still promises: 0 once it has withdrawn.

    ``held``, ``claimed`` and ``claim_url`` are what the sign-up service last said of the places kept for it, in its
    version ``places_version`` (0 before its first answer); ``claimed`` ones have a name. ``claim_link`` counts how
    often the unit asked for another claim link; until it has come there is no ``claim_url``. ``waits`` says that the
    unit wants the others too, should they become free. Places that have no name at ``release_at`` go to others, which
    were ``released`` ones. ``delivered`` is what came, at ``arrives_at`` if things were brought when that was agreed;
    what is ``returnable`` was lent, and ``returned`` of it went back.
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
    claim_link: Mapped[int] = mapped_column(default=0, server_default="0")
    waits: Mapped[bool] = mapped_column(default=False, server_default="0")
    release_at: Mapped[datetime | None]
    released: Mapped[int] = mapped_column(default=0, server_default="0")
    delivered: Mapped[int | None]
    arrives_at: Mapped[datetime | None]
    returnable: Mapped[bool] = mapped_column(default=False, server_default="0")
    returned: Mapped[int] = mapped_column(default=0, server_default="0")
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

    @property
    def surplus(self) -> int:
        """How much more came than was promised."""
        return max((self.delivered or 0) - self.quantity, 0)

    def is_over(self, now: datetime) -> bool:
        """Whether it is too late for names, so that places without one are kept no longer."""
        return self.release_at is not None and now >= self.release_at

    def move_to(self, status: PledgeStatus) -> None:
        """Change the state; raises Conflict where the table of states does not allow it."""
        if status not in MOVES[self.status]:
            raise Conflict(NO_WAY[self.status])
        self.status = status
        self.waits = self.waits and status in LACKING


COVERED: Final = case(
    (Pledge.status == PledgeStatus.REFUSED, 0),
    (Pledge.status == PledgeStatus.PARTLY_HELD, Pledge.held),
    (Pledge.status == PledgeStatus.DELIVERED, func.coalesce(Pledge.delivered, 0)),
    else_=Pledge.quantity,
)
"""How much of what is needed a pledge covers; a withdrawn one has no quantity."""


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
