"""Places that their holders give to somebody."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ForeignKey, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.signups.models.base import Base
from services.signups.models.people import Volunteer
from services.signups.models.signups import Signup, SignupStatus
from shared.database import one_of, partial_index
from shared.sealing import Sealed


class HandoverState(StrEnum):
    """Where a handover stands: ``asked`` once somebody wants the place and the organizer has yet to agree."""

    OPEN = "open"
    ASKED = "asked"
    DONE = "done"
    DECLINED = "declined"
    LAPSED = "lapsed"


UNDER_WAY: Final = (HandoverState.OPEN, HandoverState.ASKED)
"""States in which a place may still change hands."""
_ONE_AT_A_TIME: Final = text("state IN ('open', 'asked')")


class Handover(Base):
    """A link by which somebody with a place gives it to one other person. ``token_hash`` is the SHA-256 of its token.

    What the taker entered is kept here while the organizer has yet to agree; nobody has a sign-up by asking.
    """

    __tablename__ = "handovers"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    signup_id: Mapped[UUID] = mapped_column(ForeignKey("signups.id"))
    token_hash: Mapped[str] = mapped_column(unique=True)
    state: Mapped[HandoverState] = mapped_column(one_of(HandoverState, "state"), default=HandoverState.OPEN)
    created_at: Mapped[datetime]
    taker_id: Mapped[UUID | None] = mapped_column(ForeignKey("volunteers.id"), index=True)
    asked_at: Mapped[datetime | None]
    language: Mapped[str | None]
    email: Mapped[str | None] = mapped_column(Sealed("handovers.email"))
    birth_date: Mapped[date | None] = mapped_column(Sealed("handovers.birth_date", date))
    guardian_name: Mapped[str | None] = mapped_column(Sealed("handovers.guardian_name"))
    guardian_phone: Mapped[str | None] = mapped_column(Sealed("handovers.guardian_phone"))
    answers: Mapped[list[dict[str, Any]] | None] = mapped_column(Sealed("handovers.answers", object))
    """What the taker answered to the shift's questions, as a sign-up keeps it."""
    skilled: Mapped[bool] = mapped_column(server_default=false(), default=False)
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None]
    """The organizer who agreed or declined."""

    signup: Mapped[Signup] = relationship(lazy="joined", innerjoin=True)
    taker: Mapped[Volunteer | None] = relationship(lazy="joined")

    __table_args__ = (partial_index("uq_handovers_under_way", "signup_id", unique=True, where=_ONE_AT_A_TIME),)

    def is_live(self, now: datetime) -> bool:
        """Tell whether the place can still change hands: its holder keeps it so far, and the shift has not begun."""
        return self.state in UNDER_WAY and may_be_given(self.signup, now)


def may_be_given(signup: Signup, now: datetime) -> bool:
    """Tell whether somebody may give their place to another: they have one, and the shift is still to come."""
    return signup.status is SignupStatus.CONFIRMED and signup.shift.is_to_come(now)
