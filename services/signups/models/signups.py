"""Sign-ups, the states they go through, and what people thought of it."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final, cast
from uuid import UUID

from sqlalchemy import ForeignKey, Index, false, func, select
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from services.signups.models.base import Base
from services.signups.models.events import Shift
from services.signups.models.hours import HourEntry
from services.signups.models.people import Volunteer
from services.signups.questions import words
from shared.database import one_of, partial_index
from shared.errors import Conflict
from shared.sealing import Sealed
from shared.texts import text as _


class SignupStatus(StrEnum):
    """Where a sign-up stands."""

    CONFIRMED = "confirmed"
    WAITLISTED = "waitlisted"
    WITHDRAWN = "withdrawn"
    ATTENDED = "attended"
    ABSENT = "absent"


MOVES: Final[dict[SignupStatus, frozenset[SignupStatus]]] = {
    SignupStatus.WAITLISTED: frozenset({SignupStatus.CONFIRMED, SignupStatus.WITHDRAWN}),
    SignupStatus.CONFIRMED: frozenset({SignupStatus.WITHDRAWN, SignupStatus.ATTENDED, SignupStatus.ABSENT}),
    SignupStatus.ATTENDED: frozenset({SignupStatus.CONFIRMED, SignupStatus.ABSENT}),
    SignupStatus.ABSENT: frozenset({SignupStatus.CONFIRMED, SignupStatus.ATTENDED}),
    SignupStatus.WITHDRAWN: frozenset(),
}
"""The states that may follow each state; attendance can be undone, a withdrawal cannot."""

SEATED: Final = (SignupStatus.CONFIRMED, SignupStatus.ATTENDED, SignupStatus.ABSENT)
"""States in which a sign-up has a place."""

LIVE: Final = (SignupStatus.CONFIRMED, SignupStatus.WAITLISTED)
"""States in which somebody is still expected, or hopes to be."""

KEEPS_TIME: Final = (SignupStatus.CONFIRMED, SignupStatus.ATTENDED)
"""States in which a sign-up leaves no time for another at an overlapping one."""

NEEDS_CLEARING: Final = (SignupStatus.CONFIRMED, SignupStatus.WAITLISTED, SignupStatus.ATTENDED)
"""States in which it still matters whether somebody has the skills and the training that the shift asks for."""

DETAILS: Final = ("birth_date", "guardian_name", "guardian_phone", "answers")
"""What somebody enters of themselves for one shift besides their address, on a sign-up as on a handover."""


class Signup(Base):
    """A volunteer's claim on a place in a shift.

    ``email`` belongs to the sign-up and not to the person: who merely knows a name and a phone must not be able to
    redirect that person's letters. ``manage_hash`` is the SHA-256 of the manage link's token.
    """

    __tablename__ = "signups"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    event_id: Mapped[UUID]
    shift_id: Mapped[UUID] = mapped_column(ForeignKey("shifts.id"))
    volunteer_id: Mapped[UUID] = mapped_column(ForeignKey("volunteers.id"), index=True)
    status: Mapped[SignupStatus] = mapped_column(one_of(SignupStatus, "status"))
    version: Mapped[int] = mapped_column(default=1)
    pledge_id: Mapped[UUID | None] = mapped_column(index=True)
    email: Mapped[str | None] = mapped_column(Sealed("signups.email"))
    birth_date: Mapped[date | None] = mapped_column(Sealed("signups.birth_date", date))
    guardian_name: Mapped[str | None] = mapped_column(Sealed("signups.guardian_name"))
    guardian_phone: Mapped[str | None] = mapped_column(Sealed("signups.guardian_phone"))
    answers: Mapped[list[dict[str, Any]] | None] = mapped_column(Sealed("signups.answers", object))
    """What the person answered to the shift's questions, as they were asked then: key, label, kind, value."""
    skilled: Mapped[bool] = mapped_column(server_default=false(), default=False)
    """Whether the person says that they can do what the shift asks for."""
    language: Mapped[str]
    shows_name: Mapped[bool] = mapped_column(server_default=false(), default=False)
    """Whether the unit on whose place the person is may see their full name; else it sees 张*."""
    manage_hash: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    consented_at: Mapped[datetime]
    consent_ended_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
    offered_until: Mapped[datetime | None]
    """Until when a place is kept for somebody who waits, to be accepted; None while there is no such offer."""
    withdrawn_at: Mapped[datetime | None]
    reason: Mapped[str | None]
    checked_in_at: Mapped[datetime | None]
    checked_out_at: Mapped[datetime | None]
    cleared_at: Mapped[datetime | None]
    cleared_by: Mapped[UUID | None]
    """The organizer who has seen that the person has the skills and the training that the shift asks for."""
    walk_in: Mapped[bool] = mapped_column(server_default=false())
    """Whether an organizer wrote the person down on the spot."""

    minutes: Mapped[int | None] = column_property(
        select(func.nullif(func.sum(HourEntry.minutes), 0))
        .where(HourEntry.signup_id == id)  # noqa: A003  # the column above
        .correlate_except(HourEntry)
        .scalar_subquery(),
        expire_on_flush=False,  # what writes to the ledger reads it again; others would read it for nothing
    )
    """Minutes of service by the ledger, and by nothing else; None while there are none."""

    waitlist_position = cast("int | None", None)
    """The turn of one who waits, from 1; queries fill it in where it is shown."""

    volunteer: Mapped[Volunteer] = relationship(lazy="joined", innerjoin=True)
    shift: Mapped[Shift] = relationship(lazy="joined", innerjoin=True)

    __table_args__ = (
        partial_index("uq_signups_live", "shift_id", "volunteer_id", unique=True, where="status <> 'withdrawn'"),
        partial_index("ix_signups_waitlist", "shift_id", "created_at", "id", where="status = 'waitlisted'"),
        Index("ix_signups_event_id", "event_id", "status", "created_at"),
        Index("ix_signups_shift_id", "shift_id", "status"),
        Index("ix_signups_created_at", "created_at", "id"),
        partial_index(
            "ix_signups_present", "checked_in_at", where="checked_in_at IS NOT NULL AND checked_out_at IS NULL"
        ),
        partial_index("ix_signups_offered_until", "offered_until", where="offered_until IS NOT NULL"),
    )

    @property
    def answered(self) -> list[tuple[str, str]]:
        """What was asked and what the person answered, for people to read."""
        return [(answer["label"], words(answer)) for answer in self.answers or ()]

    @property
    def is_to_clear(self) -> bool:
        """Whether a lead has yet to confirm that the person has the skills or the training that the shift asks for."""
        return bool(self.shift.asks_for) and self.cleared_at is None and self.status in NEEDS_CLEARING

    def move_to(self, status: SignupStatus) -> None:
        """Change the state and the version; raises Conflict where the table of states does not allow it."""
        if status not in MOVES[self.status]:
            raise Conflict(_("This sign-up can no longer be changed that way. Please reload the page."))
        self.status = status
        self.offered_until = None
        self.version += 1


class Feedback(Base):
    """What somebody who was there thought of it. Scores are from 1 to 5; ``words`` stay in this service."""

    __tablename__ = "feedback"

    signup_id: Mapped[UUID] = mapped_column(ForeignKey("signups.id"), primary_key=True)
    version: Mapped[int]
    overall: Mapped[int]
    organised: Mapped[int]
    again: Mapped[bool]
    words: Mapped[str]
    given_at: Mapped[datetime]
