"""What tests of the events service work with: an organizer, what they enter, and what the other services say."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select

from services.events import operations
from services.events.models import AuditEntry, Event, Organizer, Reminder
from services.events.operations import Desk
from shared.contracts import decode
from shared.database import Database
from shared.messaging.envelope import open_envelope
from shared.messaging.tables import Outgoing

NOW = datetime(2027, 5, 1, 9, 0, tzinfo=UTC)
STARTS_AT = datetime(2027, 6, 9, 6, 0, tzinfo=UTC)
"""Two in the afternoon in Shanghai, on the day of the Dragon Boat Festival."""
ZONE = "Asia/Shanghai"
DAY = timedelta(days=1)


def an_organizer(database: Database, community: str) -> Desk:
    """An organizer of the community, as it stands behind an action."""
    organizer_id = uuid4()

    def add(session: Any) -> None:
        session.add(
            Organizer(
                id=organizer_id,
                username=f"organizer-{organizer_id.hex[:8]}",
                password_hash="-",
                display_name="王主任",
                community=community,
                role="office",
                created_at=NOW,
            )
        )

    database.write(add)
    return Desk(community, organizer_id)


def event_data(**changes: Any) -> dict[str, Any]:
    """What an organizer enters for an event that may be published."""
    return {
        "title": "端午游园会",
        "summary": "包粽子、套圈",
        "venue": {"name": "社区广场", "address": "朝阳路1号"},
        "starts_at": STARTS_AT,
        "ends_at": STARTS_AT + timedelta(hours=3),
        "conditions": "身体健康",
        "how_to_sign_up": "网页报名",
        "risks": "注意防暑",
        "shifts": [shift_data()],
        "programme": [{"title": "比赛吃粽子", "starts_at": STARTS_AT + timedelta(hours=1), "minutes": 40}],
        "reminders": ["P1D", "PT2H"],
    } | changes


def shift_data(**changes: Any) -> dict[str, Any]:
    """What an organizer enters for a shift."""
    return {
        "role": "引导",
        "starts_at": STARTS_AT,
        "ends_at": STARTS_AT + timedelta(hours=3),
        "capacity": 6,
    } | changes


@dataclass
class World:
    """Drives the operations of the service the way its entrances do."""

    database: Database
    desk: Desk

    def create(self, *, now: datetime = NOW, desk: Desk | None = None, **changes: Any) -> Event:
        """Write a draft that says all that is needed."""
        return self.create_from(event_data(**changes), now=now, desk=desk)

    def create_from(self, entered: Mapping[str, Any], *, now: datetime = NOW, desk: Desk | None = None) -> Event:
        """Write a draft from exactly this."""
        return self.database.write(operations.create_event, entered, desk=desk or self.desk, timezone=ZONE, now=now)

    def publish(self, event: Event, *, now: datetime = NOW) -> Event:
        """Publish the event."""
        return self.database.write(operations.publish_event, event.id, desk=self.desk, now=now)

    def published(self, **changes: Any) -> Event:
        """A published event."""
        return self.publish(self.create(**changes))

    def change(
        self, event: Event, *, version: int | None = None, now: datetime = NOW, desk: Desk | None = None, **entered: Any
    ) -> Event:
        """Change the event, knowing its newest version unless another is named."""
        known = version or self.event(event.id).version
        return self.database.write(
            operations.change_event, event.id, entered, version=known, desk=desk or self.desk, now=now
        )

    def sign_up(self, event: Event, status: str = "confirmed", *, shift: int = 0, **changes: Any) -> dict[str, Any]:
        """Hear of a sign-up from the service that keeps them."""
        data = {
            "signup_id": uuid4(),
            "version": 1,
            "event_id": event.id,
            "shift_id": event.shifts[shift].id,
            "status": status,
            "pledge_id": None,
        } | changes
        self.database.write(operations.record_signups, [data], now=NOW)
        return data

    def hold(self, event: Event, held: int, *, claimed: int = 0, shift: int = 0) -> None:
        """Hear of places that are kept for a unit."""
        data = {
            "pledge_id": uuid4(),
            "version": 1,
            "event_id": event.id,
            "shift_id": event.shifts[shift].id,
            "requested": held,
            "held": held,
            "claimed": claimed,
        }
        self.database.write(operations.record_holds, [data], now=NOW)

    def event(self, event_id: UUID) -> Event:
        """The event as it stands now."""
        return self.database.read(lambda session: session.get_one(Event, event_id))

    def event_of(self, event: Event, number: int) -> Event:
        """One event of the series, by time, counted from 0."""
        series_id = self.event(event.id).series_id
        query = select(Event).where(Event.series_id == series_id).order_by(Event.starts_at)
        return self.database.read(lambda session: session.scalars(query).all()[number])

    def reminders(self, event: Event, occurrence: int | None = None) -> dict[str, Reminder]:
        """The planned reminders by rule, of the present occurrence unless another is named."""
        wanted = self.event(event.id).occurrence if occurrence is None else occurrence
        query = select(Reminder).where(Reminder.event_id == event.id, Reminder.occurrence == wanted)
        return {one.rule: one for one in self.database.read(lambda session: session.scalars(query).all())}

    def messages(self, *types: str) -> list[Mapping[str, Any]]:
        """The data of the messages sent so far, in order."""
        query = select(Outgoing.body).order_by(Outgoing.seq)
        envelopes = [open_envelope(body) for body in self.database.read(lambda session: session.scalars(query).all())]
        return [decode(one.type, one.envelope["data"]) for one in envelopes if not types or one.type in types]

    def history(self, event: Event) -> list[tuple[str, str | None, str | None, Any, Any]]:
        """What was written down of the event: action, field, part, before, after."""
        query = select(AuditEntry).where(AuditEntry.event_id == event.id).order_by(AuditEntry.version, AuditEntry.at)
        entries = self.database.read(lambda session: session.scalars(query).all())
        return [(one.action, one.field, one.part, one.before, one.after) for one in entries]
