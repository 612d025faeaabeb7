"""Two services that keep nothing but counts: one writes messages, the other applies them."""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from shared.database import TYPES, Database, new_metadata
from shared.messaging import tables
from shared.messaging.consumer import Consumer
from shared.messaging.envelope import Message, seal
from shared.messaging.local import LocalTransport
from shared.messaging.registry import Registry
from shared.messaging.tables import InboxStatus, Incoming, Outgoing
from shared.messaging.transport import Parcel, Publisher

START = datetime(2027, 6, 1, 9, 0, tzinfo=UTC)


class Base(DeclarativeBase):
    metadata = new_metadata()
    type_annotation_map = TYPES


class Copy(Base):
    """The reader's copy of somebody's places."""

    __tablename__ = "copies"

    pledge_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    held: Mapped[int]


class Applied(Base):
    """One row for each time that a handler's work was committed."""

    __tablename__ = "applied"

    number: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[UUID]


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **period: float) -> None:
        self.now += timedelta(**period)


class Handlers:
    """A handler that keeps the newest state of each pledge and fails for those that it is told to fail for."""

    def __init__(self) -> None:
        self.registry = Registry()
        self.failures: dict[UUID, Exception | Callable[[Session], None]] = {}
        self.applied = threading.Event()
        self.registry.on("places.held", "places.released")(self.on_places)

    def on_places(self, session: Session, message: Message, _now: datetime) -> None:
        pledge_id = message.data["pledge_id"]
        copy = session.get(Copy, pledge_id)
        if copy is None:
            copy = Copy(pledge_id=pledge_id, version=0, held=0)
            session.add(copy)
        if message.data["version"] > copy.version:
            copy.version = message.data["version"]
            copy.held = message.data["held"]
        session.add(Applied(message_id=message.id))
        failure = self.failures.get(pledge_id)
        if isinstance(failure, Exception):
            raise failure
        if failure is not None:
            session.flush()
            failure(session)
        self.applied.set()


def places(pledge_id: UUID | None = None, **changes: Any) -> dict[str, Any]:
    """The data of ``places.held``."""
    return {
        "pledge_id": pledge_id or uuid4(),
        "version": 1,
        "event_id": uuid4(),
        "shift_id": uuid4(),
        "requested": 5,
        "held": 5,
        "claimed": 0,
        **changes,
    }


def held(pledge_id: UUID | None = None, **changes: Any) -> bytes:
    """The bytes of a ``places.held`` message."""
    return seal("signups", "places.held", places(pledge_id, **changes), START)[1]


def parcel(body: bytes | None = None, message_type: str = "places.held", seq: int = 1) -> Parcel:
    return Parcel(seq, uuid4(), message_type, held() if body is None else body)


class Sending:
    """A publisher in the one thread that it belongs to, since a local one waits for its readers."""

    def __init__(self, publisher: Publisher) -> None:
        self.publisher = publisher
        self._thread = ThreadPoolExecutor(1)

    def send(self, *parcels: Parcel) -> "Future[Any]":
        return self._thread.submit(self.publisher.publish, parcels)

    def bodies(self, *bodies: bytes) -> "Future[Any]":
        return self.send(*(parcel(body, seq=number) for number, body in enumerate(bodies)))

    def close(self) -> None:
        self._thread.shutdown()
        self.publisher.close()


class World:
    """Both databases, and questions to them."""

    def __init__(self, writer: Database, reader: Database) -> None:
        self.writer = writer
        self.reader = reader

    def copies(self) -> dict[UUID, tuple[int, int]]:
        def query(session: Session) -> dict[UUID, tuple[int, int]]:
            return {copy.pledge_id: (copy.version, copy.held) for copy in session.scalars(select(Copy))}

        return self.reader.read(query)

    def applied(self) -> int:
        return self.reader.read(lambda session: session.scalar(select(func.count()).select_from(Applied))) or 0

    def inbox(self) -> Sequence[Incoming]:
        return self.reader.read(lambda session: session.scalars(select(Incoming).order_by(Incoming.message_id)).all())

    def statuses(self) -> list[InboxStatus]:
        return sorted(row.status for row in self.inbox())

    def outbox(self) -> Sequence[Outgoing]:
        return self.writer.read(lambda session: session.scalars(select(Outgoing).order_by(Outgoing.seq)).all())


@pytest.fixture
def make_database(new_database_url: Callable[..., str]) -> Iterator[Callable[[str], Database]]:
    """A function that makes a service's database with the tables of messaging and those above."""
    made: list[Database] = []

    def make(service: str) -> Database:
        made.append(Database(new_database_url(tables.Base.metadata, Base.metadata), service))
        return made[-1]

    yield make
    for database in made:
        database.dispose()


@pytest.fixture
def world(make_database: Callable[[str], Database]) -> World:
    """``signups`` writes, ``events`` reads."""
    return World(make_database("signups"), make_database("events"))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def handlers() -> Handlers:
    return Handlers()


@pytest.fixture
def local() -> LocalTransport:
    """Only ``events`` listens, and only to places."""
    transport = LocalTransport()
    transport.declare({"events": ["places.held", "places.released"], "signups": []})
    return transport


@pytest.fixture
def sending(local: LocalTransport) -> Iterator[Sending]:
    sending = Sending(local.publisher("signups"))
    yield sending
    sending.close()


@pytest.fixture
def consumer(world: World, local: LocalTransport, handlers: Handlers, clock: Clock) -> Iterator[Consumer]:
    consumer = Consumer(world.reader, local.subscriber("events"), handlers.registry, clock)
    yield consumer
    consumer.close()


only_postgresql = pytest.mark.parametrize(
    "new_database_url", [pytest.param("postgresql", marks=pytest.mark.real)], indirect=True
)
"""For what only PostgreSQL does: SQLite's writers take turns."""
only_sqlite = pytest.mark.parametrize("new_database_url", ["sqlite"], indirect=True)


def plan(database: Database, query: str) -> str:
    """How SQLite goes about a query."""
    return str(database.read(lambda session: session.execute(text(f"EXPLAIN QUERY PLAN {query}")).all()))
