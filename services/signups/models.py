"""The tables of the sign-up service: copies of events, volunteers, places, sign-ups and holds."""

from datetime import date, datetime
from enum import StrEnum
from typing import Final, cast
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, false, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from shared.database import TYPES, new_metadata, one_of
from shared.errors import Conflict
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
    community: Mapped[str] = mapped_column(index=True)
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
    waitlist: Mapped[bool]
    conditions: Mapped[str]
    risks: Mapped[str]
    contact: Mapped[str]

    shifts: Mapped[list["Shift"]] = relationship(back_populates="event", order_by="Shift.starts_at, Shift.position")


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
    minimum: Mapped[int]
    min_age: Mapped[int | None]
    skills: Mapped[list[str]]
    counts_as_service: Mapped[bool]
    training: Mapped[str] = mapped_column(server_default="")
    insured: Mapped[bool] = mapped_column(server_default=false())

    event: Mapped[Event] = relationship(back_populates="shifts", lazy="joined", innerjoin=True)

    @property
    def asks_for(self) -> list[str]:
        """The skills and the training that a lead has to confirm for each person."""
        return [*self.skills, self.training] if self.training else list(self.skills)


class Volunteer(Base):
    """A person, known by phone and name together, since families share a phone.

    ``name_key`` is the name as it is compared: NFKC, without spaces and case.
    """

    __tablename__ = "volunteers"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    name_key: Mapped[str]
    phone: Mapped[str]
    created_at: Mapped[datetime]

    __table_args__ = (Index("uq_volunteers_phone_name_key", "phone", "name_key", unique=True),)


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
    email: Mapped[str | None]
    birth_date: Mapped[date | None]
    guardian_name: Mapped[str | None]
    guardian_phone: Mapped[str | None]
    language: Mapped[str]
    manage_hash: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    consented_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    reason: Mapped[str | None]
    checked_in_at: Mapped[datetime | None]
    checked_out_at: Mapped[datetime | None]
    cleared_at: Mapped[datetime | None]
    cleared_by: Mapped[UUID | None]
    """The organizer who has seen that the person has the skills and the training that the shift asks for."""
    walk_in: Mapped[bool] = mapped_column(server_default=false())
    """Whether an organizer wrote the person down on the spot."""

    waitlist_position = cast("int | None", None)
    """The turn of one who waits, from 1; queries fill it in where it is shown."""

    volunteer: Mapped[Volunteer] = relationship(lazy="joined", innerjoin=True)
    shift: Mapped[Shift] = relationship(lazy="joined", innerjoin=True)

    __table_args__ = (
        Index(
            "uq_signups_live",
            "shift_id",
            "volunteer_id",
            unique=True,
            postgresql_where=text("status <> 'withdrawn'"),
            sqlite_where=text("status <> 'withdrawn'"),
        ),
        Index(
            "ix_signups_waitlist",
            "shift_id",
            "created_at",
            "id",
            postgresql_where=text("status = 'waitlisted'"),
            sqlite_where=text("status = 'waitlisted'"),
        ),
        Index("ix_signups_event_id", "event_id", "status", "created_at"),
    )

    @property
    def minutes(self) -> int | None:
        """Minutes from check-in to check-out, once both are known."""
        if self.checked_in_at is None or self.checked_out_at is None:
            return None
        return int((self.checked_out_at - self.checked_in_at).total_seconds() // 60)

    @property
    def is_to_clear(self) -> bool:
        """Whether a lead has yet to confirm that the person has the skills or the training that the shift asks for."""
        return bool(self.shift.asks_for) and self.cleared_at is None and self.status in NEEDS_CLEARING

    def move_to(self, status: SignupStatus) -> None:
        """Change the state and the version; raises Conflict where the table of states does not allow it."""
        if status not in MOVES[self.status]:
            raise Conflict(_("This sign-up can no longer be changed that way. Please reload the page."))
        self.status = status
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


class Place(Base):
    """One unit of a shift's capacity: free, kept for a unit's pledge, or taken by a sign-up.

    There is one row for each place, so more people than places cannot be written down.
    """

    __tablename__ = "places"

    shift_id: Mapped[UUID] = mapped_column(ForeignKey("shifts.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    pledge_id: Mapped[UUID | None]
    signup_id: Mapped[UUID | None] = mapped_column(ForeignKey("signups.id"), unique=True)

    __table_args__ = (
        CheckConstraint("number >= 1", name="number_from_one"),
        ForeignKeyConstraint(["pledge_id"], ["holds.pledge_id"]),
        Index(
            "ix_places_free",
            "shift_id",
            "number",
            postgresql_where=text("signup_id IS NULL AND pledge_id IS NULL"),
            sqlite_where=text("signup_id IS NULL AND pledge_id IS NULL"),
        ),
        Index("ix_places_pledge_id", "pledge_id"),
    )


class Hold(Base):
    """Places kept for a unit: local copy of its pledge (``pledge_version``), and what it was given (``version``).

    ``claim_token`` opens the claim page. It is kept readable, since each ``places.held`` has to repeat it.
    """

    __tablename__ = "holds"

    pledge_id: Mapped[UUID] = mapped_column(primary_key=True)
    pledge_version: Mapped[int]
    version: Mapped[int]
    event_id: Mapped[UUID] = mapped_column(index=True)
    shift_id: Mapped[UUID] = mapped_column(ForeignKey("shifts.id"))
    work_unit: Mapped[str]
    requested: Mapped[int]
    claim_token: Mapped[str] = mapped_column(unique=True)


class IdempotencyKey(Base):
    """The answer that was given to a request's key, so that a repeat gets the same one.

    ``signup_id`` is empty where the answer was only that the request had been received.
    """

    __tablename__ = "idempotency_keys"

    key: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[str]
    signup_id: Mapped[UUID | None]
    status: Mapped[str]
    waitlist_position: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(index=True)
