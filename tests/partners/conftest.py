"""A partners service with one published event and one work unit, on SQLite and on PostgreSQL."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from services.partners import operations, queries, wanted
from services.partners.models import Base, Invitation, Kind, Pledge
from services.partners.scope import Scope
from shared import contact_views, imports, sign_ins
from shared.contracts import decode
from shared.database import Database
from shared.messaging import tables as messaging_tables
from shared.messaging.envelope import open_envelope
from shared.messaging.tables import Outgoing
from shared.notices import tables as notice_tables
from shared.notices.tables import Notice
from shared.service import build_app

NOW = datetime(2027, 6, 1, 9, 0, tzinfo=UTC)
COMMUNITY = "朝阳社区"
DESK = Scope(COMMUNITY)


@pytest.fixture
def database(new_database_url: Callable[..., str]) -> Iterator[Database]:
    """The service's own database, empty."""
    shared = (messaging_tables.Base, notice_tables.Base, sign_ins.Base, imports.Base, contact_views.Base)
    tables = [one.metadata for one in (Base, *shared)]
    database = Database(
        new_database_url(*tables), "partners", pool_size=20, keys=["a data key for tests that is long enough"]
    )
    yield database
    database.dispose()


def shift_data(**changes: Any) -> dict[str, Any]:
    """One shift of an event message, for the whole afternoon."""
    starts_at = NOW + timedelta(days=8)
    return {
        "shift_id": uuid4(),
        "role": "引导",
        "description": "在路口指路",
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(hours=3),
        "capacity": 6,
        "minimum": 0,
        "min_age": None,
        "skills": [],
        "counts_as_service": True,
    } | changes


def event_data(**changes: Any) -> dict[str, Any]:
    """The data of an event message: a Dragon Boat afternoon a week from NOW."""
    starts_at = NOW + timedelta(days=8)
    return {
        "event_id": uuid4(),
        "version": 1,
        "community": COMMUNITY,
        "slug": "dragon-boat-2027",
        "theme": "dragon-boat",
        "title": "端午游园会",
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
        "contact": "0891-6320000",
        "thanks": True,
        "thanks_at": None,
        "shifts": [shift_data(), shift_data(role="套圈")],
        "supplies": [{"supply_id": uuid4(), "label": "粽叶", "quantity": 200, "unit": "套"}],
    } | changes


def person(**changes: Any) -> operations.Person:
    """Somebody who can speak for a unit."""
    entered: dict[str, Any] = {"name": "李老师", "phone": "+8613900001111"}
    return operations.Person(**entered | changes)


@dataclass
class Unit:
    """A work unit with its contact's access."""

    id: UUID
    contact_id: UUID
    token: str

    @property
    def scope(self) -> Scope:
        """What its contact may see and do."""
        return Scope(COMMUNITY, self.contact_id)


@dataclass
class World:
    """Drives the operations of the service the way its entrances do."""

    database: Database
    event: dict[str, Any]
    unit: Unit

    @property
    def event_id(self) -> UUID:
        """The event."""
        return self.event["event_id"]

    @property
    def shift_id(self) -> UUID:
        """Its first shift."""
        return self.event["shifts"][0]["shift_id"]

    def publish(self, **changes: Any) -> None:
        """Tell the service of a newer state of the event."""
        self.event |= changes
        self.database.write(operations.record_event, self.event, now=NOW)
        self.event["version"] += 1

    def add_unit(self, name: str = "朝阳小学", *, scope: Scope = DESK) -> Unit:
        """Add a work unit."""
        access = self.database.write(
            operations.add_work_unit, name=name, kind="school", contact=person(), scope=scope, now=NOW
        )
        return Unit(access.unit.id, access.contact.id, access.token)

    def pledge(
        self, *, unit: Unit | None = None, scope: Scope | None = None, now: datetime = NOW, **changes: Any
    ) -> UUID:
        """Pledge five people for the first shift, or what is asked for."""
        unit = unit or self.unit
        promised: dict[str, Any] = {
            "work_unit_id": unit.id,
            "event_id": self.event_id,
            "kind": Kind.PEOPLE,
            "shift_id": self.shift_id,
            "quantity": 5,
        }
        promise = operations.Promise(**promised | changes)
        return self.database.write(operations.make_pledge, promise, scope=scope or unit.scope, now=now).id

    def need(self, *, now: datetime = NOW, **changes: Any) -> UUID:
        """Ask partners for twenty boxes of water, or what is said."""
        asked: dict[str, Any] = {"kind": Kind.SUPPLIES, "quantity": 20, "unit": "箱", "description": "矿泉水"}
        request = operations.Request(**{"event_id": self.event_id, **asked} | changes)
        return self.database.write(operations.post_need, request, scope=DESK, now=now).id

    def invite(self, need_id: UUID, *units: Unit, now: datetime = NOW, **changes: Any) -> Invitation:
        """Ask the unit, or those named, for what is needed; return the first one's invitation."""
        asked = [unit.id for unit in units or (self.unit,)]
        self.database.write(operations.invite_units, need_id, asked, **{"scope": DESK, "now": now} | changes)
        found = self.database.read(wanted.asked_for, need_id, scope=DESK)
        return next(one.invitation for one in found if one.invitation.work_unit_id == asked[0])

    def answer(self, pledge_id: UUID, version: int, held: int, claimed: int = 0, requested: int = 5) -> None:
        """Let the sign-up service say what is kept for the pledge."""
        self.database.write(
            operations.record_places, self.places(pledge_id, version, held, claimed, requested), now=NOW
        )

    def places(self, pledge_id: UUID, version: int, held: int, claimed: int = 0, requested: int = 5) -> dict[str, Any]:
        """The data of a message about places."""
        return {
            "pledge_id": pledge_id,
            "event_id": self.event_id,
            "shift_id": self.shift_id,
            "version": version,
            "requested": requested,
            "held": held,
            "claimed": claimed,
            "claim_url": "/signups/claim/abc",
            "claim_link": 0,
        }

    def find(self, pledge_id: UUID) -> Pledge:
        """The pledge as it stands, with its history."""
        return self.database.read(queries.pledge, pledge_id, scope=DESK)

    def messages(self, *types: str) -> list[Mapping[str, Any]]:
        """The data of the messages sent so far, in order."""
        bodies = self.database.read(lambda session: session.scalars(select(Outgoing.body).order_by(Outgoing.seq)).all())
        envelopes = [open_envelope(body) for body in bodies]
        return [decode(one.type, one.envelope["data"]) for one in envelopes if not types or one.type in types]

    def notices(self, kind: str) -> list[Notice]:
        """Notices of a kind, whatever their state."""
        return self.database.read(
            lambda session: list(session.scalars(select(Notice).where(Notice.kind == kind).order_by(Notice.created_at)))
        )


@pytest.fixture
def world(database: Database) -> World:
    """A published event with two shifts, and a work unit."""
    world = World(database, event_data(), Unit(uuid4(), uuid4(), ""))
    world.publish()
    world.unit = world.add_unit()
    return world


@pytest.fixture
def app(database: Database) -> Flask:
    """The service's application, at the moment NOW."""
    from services.partners.app import service  # noqa: PLC0415  (only the tests of entrances need it)
    from tests.partners.web import CONFIG  # noqa: PLC0415  (as above)

    return build_app(service, CONFIG, database, clock=lambda: NOW)
