"""A sign-up service with one published event, on SQLite and on PostgreSQL."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.signups import operations
from services.signups.idempotency import Request
from services.signups.links import Links
from services.signups.models import Base, Place, Signup, SignupStatus
from shared import contact_views, imports, sign_ins
from shared.contracts import decode
from shared.database import Database
from shared.messaging import tables as messaging_tables
from shared.messaging.envelope import open_envelope
from shared.messaging.tables import Outgoing
from shared.notices import tables as notice_tables
from shared.notices.tables import Notice

NOW = datetime(2027, 6, 1, 9, 0, tzinfo=UTC)
LINKS = Links("a key for tests that is long enough, really")


@pytest.fixture
def database(new_database_url: Callable[..., str]) -> Iterator[Database]:
    """The service's own database, empty."""
    shared = (messaging_tables.Base, notice_tables.Base, sign_ins.Base, imports.Base, contact_views.Base)
    tables = [one.metadata for one in (Base, *shared)]
    database = Database(
        new_database_url(*tables), "signups", pool_size=45, keys=["a data key for tests that is long enough"]
    )
    yield database
    database.dispose()


def event_data(**changes: Any) -> dict[str, Any]:
    """The data of an event message: a Dragon Boat afternoon a week from NOW."""
    starts_at = NOW + timedelta(days=8)
    return {
        "event_id": uuid4(),
        "version": 1,
        "community": "朝阳社区",
        "slug": "dragon-boat-2027",
        "theme": "dragon-boat",
        "title": "端午包粽子",
        "summary": "一起包粽子",
        "status": "published",
        "reason": None,
        "venue": {"name": "社区广场", "address": "朝阳路1号"},
        "timezone": "Asia/Shanghai",
        "lunar": True,
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(hours=3),
        "occurrence": 0,
        "waitlist": True,
        "conditions": "",
        "risks": "",
        "contact": "",
        "offer_minutes": 120,
        "asks_code": False,
        "travel_minutes": 0,
        "daily_hours": None,
        "rest_hours": None,
        "thanks": True,
        "thanks_at": None,
        "shifts": [],
    } | changes


def shift_data(**changes: Any) -> dict[str, Any]:
    """One shift of an event message, with two places, for the whole afternoon."""
    starts_at = NOW + timedelta(days=8)
    return {
        "shift_id": uuid4(),
        "role": "引导",
        "description": "",
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(hours=3),
        "capacity": 2,
        "minimum": 0,
        "min_age": None,
        "skills": [],
        "counts_as_service": True,
        "training": "",
        "insured": False,
        "questions": [],
        "swap_approval": False,
    } | changes


@dataclass
class World:
    """Drives the operations of the service the way its entrances do."""

    database: Database
    event: dict[str, Any]
    people: int = field(default=0)

    @property
    def shift_id(self) -> UUID:
        """The first shift."""
        return self.event["shifts"][0]["shift_id"]

    def publish(self, **changes: Any) -> None:
        """Tell the service of a newer state of the event."""
        self.event |= changes
        self.database.write(operations.record_event, self.event, now=NOW)
        self.event["version"] += 1

    def application(self, **changes: Any) -> operations.Application:
        """Somebody new who wants a place in the first shift."""
        self.people += 1
        entered: dict[str, Any] = {
            "shift_id": self.shift_id,
            "name": f"志愿者{self.people}",
            "phone": f"+86138{self.people:08d}",
            "language": "zh-CN",
        }
        return operations.Application(**entered | changes)

    def sign_up(self, *, key: str | None = None, now: datetime | None = None, **changes: Any) -> operations.Answer:
        """Sign somebody up, a moment after the one before."""
        application = self.application(**changes)
        now = now or NOW + timedelta(milliseconds=self.people)
        request = Request.of(key or str(uuid4()), {"phone": application.phone})
        wish = operations.Wish([application], request, LINKS, now)
        answer = self.database.write_together(operations.sign_up_newcomers, wish)
        return answer or self.database.write(operations.sign_up, application, request=request, links=LINKS, now=now)

    def pledge(self, quantity: int, *, pledge_id: UUID, version: int = 1, **changes: Any) -> None:
        """Tell the service of a unit's pledge."""
        data = {
            "pledge_id": pledge_id,
            "event_id": self.event["event_id"],
            "shift_id": self.shift_id,
            "need_id": None,
            "work_unit_id": uuid4(),
            "work_unit": "朝阳小学",
            "kind": "people",
            "quantity": quantity,
            "version": version,
            "waits": False,
            "release_at": None,
            "claim_link": 0,
        } | changes
        self.database.write(operations.record_pledge, data, now=NOW)

    def status(self, answer: operations.Answer) -> SignupStatus:
        """Where a sign-up stands now."""
        return self.read(lambda session: session.get_one(Signup, answer.signup_id).status)

    def taken(self, shift_id: UUID | None = None) -> int:
        """Places with a name."""
        wanted = shift_id or self.shift_id
        return self.read(
            lambda session: session.scalar(select(func.count(Place.signup_id)).where(Place.shift_id == wanted))
        )

    def messages(self, *types: str) -> list[Mapping[str, Any]]:
        """The data of the messages sent so far, in order."""
        bodies = self.read(lambda session: session.scalars(select(Outgoing.body).order_by(Outgoing.seq)).all())
        envelopes = [open_envelope(body) for body in bodies]
        return [decode(one.type, one.envelope["data"]) for one in envelopes if not types or one.type in types]

    def notices(self, kind: str) -> list[Notice]:
        """Notices of a kind, whatever their state."""
        return self.read(
            lambda session: list(session.scalars(select(Notice).where(Notice.kind == kind).order_by(Notice.created_at)))
        )

    def read(self, query: Any) -> Any:
        """Ask the database."""
        return self.database.read(query)


@pytest.fixture
def world(database: Database) -> World:
    """A published event with one shift of two places."""
    world = World(database, event_data(shifts=[shift_data()]))
    world.publish()
    return world


def a_child(years: int) -> date:
    """The birth date of somebody who is that old on the day of the event."""
    return date(NOW.year - years, 1, 1)


__all__ = ["LINKS", "NOW", "Session", "World", "a_child", "event_data", "shift_data"]
