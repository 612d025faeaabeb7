"""The tables of events: what they consist of, when to remind of them, and what was done to them."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.events.models.base import Base
from services.events.models.preparation import Supply, Task
from shared.database import one_of, partial_index
from shared.errors import Conflict
from shared.texts import text as _


class EventStatus(StrEnum):
    """Where an event stands."""

    DRAFT = "draft"
    PUBLISHED = "published"
    CANCELLED = "cancelled"
    COMPLETED = "completed"


MOVES: Final[dict[EventStatus, frozenset[EventStatus]]] = {
    EventStatus.DRAFT: frozenset({EventStatus.PUBLISHED}),
    EventStatus.PUBLISHED: frozenset({EventStatus.DRAFT, EventStatus.CANCELLED, EventStatus.COMPLETED}),
    EventStatus.CANCELLED: frozenset(),
    EventStatus.COMPLETED: frozenset(),
}
"""The states that may follow each state."""

NO_WAY: Final = {
    EventStatus.DRAFT: _("This event is still a draft: publish it first."),
    EventStatus.PUBLISHED: _("This event has already been published."),
    EventStatus.CANCELLED: _("This event has been cancelled and can no longer be changed."),
    EventStatus.COMPLETED: _("This event has been completed and can no longer be changed."),
}
"""Why a move out of each state is refused."""

OPEN: Final = (EventStatus.DRAFT, EventStatus.PUBLISHED)
"""States in which an event can still be changed."""

SHORTEST: Final = timedelta(minutes=1)
"""For how long a programme item is on that does not say how long."""


class Theme(StrEnum):
    """The looks that an event's pages may have."""

    DRAGON_BOAT = "dragon-boat"
    MID_AUTUMN = "mid-autumn"
    NATIONAL_DAY = "national-day"
    SPRING_FESTIVAL = "spring-festival"
    EVERYDAY = "everyday"


class Kind(StrEnum):
    """What a programme item is."""

    PERFORMANCE = "performance"
    CONTEST = "contest"
    GAME = "game"
    TALK = "talk"
    WORKSHOP = "workshop"
    CEREMONY = "ceremony"
    OTHER = "other"


class Event(Base):
    """A festival or activity that people come to. ``reminders`` are rules (``services.events.rules``).

    ``occurrence`` counts how often the event was moved: what was planned for an earlier occurrence is void.
    """

    __tablename__ = "events"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    community: Mapped[str]
    template: Mapped[str | None]
    theme: Mapped[Theme] = mapped_column(one_of(Theme, "theme"))
    status: Mapped[EventStatus] = mapped_column(one_of(EventStatus, "status"), default=EventStatus.DRAFT)
    version: Mapped[int] = mapped_column(default=1)
    occurrence: Mapped[int] = mapped_column(default=0)
    title: Mapped[str]
    summary: Mapped[str]
    venue_name: Mapped[str]
    venue_address: Mapped[str]
    timezone: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    conditions: Mapped[str]
    how_to_sign_up: Mapped[str]
    risks: Mapped[str]
    contact: Mapped[str]
    expected_attendance: Mapped[int | None]
    waitlist: Mapped[bool]
    offer_minutes: Mapped[int] = mapped_column(server_default="120", default=120)
    asks_code: Mapped[bool] = mapped_column(server_default=false(), default=False)
    travel_minutes: Mapped[int] = mapped_column(server_default="0", default=0)
    daily_hours: Mapped[int | None]
    rest_hours: Mapped[int | None]
    reminders: Mapped[list[str]]
    thanks: Mapped[str | None] = mapped_column(server_default="PT0S")
    """When those who were there are thanked, so long after the end; None where they are not."""
    reason: Mapped[str | None]
    visitors: Mapped[int | None]
    """Residents who came, as counted on the day."""
    series_id: Mapped[UUID | None] = mapped_column()
    created_by: Mapped[UUID] = mapped_column(ForeignKey("organizers.id"))
    created_at: Mapped[datetime]

    shifts: Mapped[list["Shift"]] = relationship(
        order_by="Shift.position", cascade="all, delete-orphan", lazy="selectin"
    )
    programme: Mapped[list["ProgrammeItem"]] = relationship(
        order_by="ProgrammeItem.position", cascade="all, delete-orphan", lazy="selectin"
    )
    tasks: Mapped[list["Task"]] = relationship(
        order_by="Task.days, Task.position, Task.id", cascade="all, delete-orphan"
    )
    supplies: Mapped[list["Supply"]] = relationship(order_by="Supply.position, Supply.id", cascade="all, delete-orphan")

    __table_args__ = (
        Index("ix_events_status_starts_at", "status", "starts_at", "id"),
        Index("ix_events_community_starts_at", "community", "starts_at", "id"),
        Index("ix_events_series_id", "series_id", "starts_at"),
    )

    def local(self, moment: datetime) -> datetime:
        """Return the moment in the event's zone."""
        return moment.astimezone(ZoneInfo(self.timezone))

    def move_to(self, status: EventStatus) -> None:
        """Change the state; raises Conflict where the table of states does not allow it."""
        if status not in MOVES[self.status]:
            raise Conflict(NO_WAY[self.status])
        self.status = status


class Shift(Base):
    """A role at a time. ``capacity`` and ``minimum`` are people, ``min_age`` is in years on the day of the shift."""

    __tablename__ = "shifts"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    event_id: Mapped[UUID] = mapped_column(ForeignKey("events.id"), index=True)
    position: Mapped[int]
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
    """What people must have been taught before; empty where nothing."""
    insured: Mapped[bool] = mapped_column(server_default=false())
    """Whether the office insures whoever helps against accidents."""
    questions: Mapped[list[Any]] = mapped_column(JSON, server_default="[]", default=list)
    """What it asks of those who sign up: key, kind, label, options, required."""
    swap_approval: Mapped[bool] = mapped_column(server_default=false(), default=False)
    """Whether an organizer has to agree before a place is handed on."""


class ProgrammeItem(Base):
    """A performance, contest, game or talk. ``performers`` are as the programme prints them: groups, not people."""

    __tablename__ = "programme_items"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    event_id: Mapped[UUID] = mapped_column(ForeignKey("events.id"), index=True)
    position: Mapped[int]
    title: Mapped[str]
    kind: Mapped[Kind] = mapped_column(one_of(Kind, "kind"))
    performers: Mapped[str]
    starts_at: Mapped[datetime | None]
    minutes: Mapped[int | None]
    place: Mapped[str]
    roles: Mapped[list[str]] = mapped_column(server_default="[]")
    """The roles whose shifts serve it."""

    @property
    def length(self) -> timedelta:
        """For how long it is on, as far as that is known."""
        return max(timedelta(minutes=self.minutes or 0), SHORTEST)

    @property
    def ends_at(self) -> datetime | None:
        """When it is over, as far as that is known."""
        if self.starts_at is None or self.minutes is None:
            return None
        return self.starts_at + timedelta(minutes=self.minutes)


class ReminderState(StrEnum):
    """What became of a planned reminder."""

    PENDING = "pending"
    FIRED = "fired"
    CANCELLED = "cancelled"
    SKIPPED = "skipped"


class Reminder(Base):
    """A moment at which a rule of an event comes due; ``event_version`` is that of the planning.

    ``wall_at`` is what the clocks in ``timezone`` show then (ISO 8601); ``due_at`` follows from both, and is mended
    where the rules of the zone were changed meanwhile.
    """

    __tablename__ = "reminders"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    event_id: Mapped[UUID] = mapped_column(ForeignKey("events.id"))
    rule: Mapped[str]
    occurrence: Mapped[int]
    event_version: Mapped[int]
    wall_at: Mapped[str] = mapped_column(server_default="")
    timezone: Mapped[str] = mapped_column(server_default="")
    due_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    shift_ids: Mapped[list[str]] = mapped_column(server_default="[]", default=list)
    """Whose people are meant; everybody where there are none."""
    state: Mapped[ReminderState] = mapped_column(one_of(ReminderState, "state"), default=ReminderState.PENDING)
    settled_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("event_id", "rule", "occurrence"),
        partial_index("ix_reminders_due_at", "due_at", where="state = 'pending'"),
    )


class AuditEntry(Base):
    """One thing that was changed: who did what to which field. ``part`` names the shift or programme item, if any."""

    __tablename__ = "audit_entries"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    event_id: Mapped[UUID] = mapped_column(ForeignKey("events.id"))
    version: Mapped[int]
    organizer_id: Mapped[UUID | None] = mapped_column(ForeignKey("organizers.id"))
    """None where Steward itself did it."""
    at: Mapped[datetime]
    action: Mapped[str]
    field: Mapped[str | None]
    part: Mapped[str | None]
    before: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    after: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)

    __table_args__ = (Index("ix_audit_entries_event_id", "event_id", "at"),)
