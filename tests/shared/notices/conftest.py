"""A service that sends notices to people whose addresses it makes up."""

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from shared.database import TYPES, Database, new_metadata
from shared.notices import queue, tables
from shared.notices.channels import ChannelError
from shared.notices.pace import Pace, Rate
from shared.notices.policy import Policy
from shared.notices.queue import Letter
from shared.notices.sender import Sender
from shared.notices.tables import Notice

NOW = datetime(2027, 6, 1, 9, 0, tzinfo=UTC)
EVENT = UUID("11111111-1111-4111-8111-111111111111")
LETTER = Letter("活动提醒：端午包粽子", "明天见。", "+8613800138000", None, "zh-CN")


class Base(DeclarativeBase):
    metadata = new_metadata()
    type_annotation_map = TYPES


class Person(Base):
    __tablename__ = "people"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    coming: Mapped[bool] = mapped_column(default=True)


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **period: float) -> None:
        self.now += timedelta(**period)


class Killed(BaseException):
    """The process ends here: nothing of ours runs after it."""


@dataclass
class Provider:
    """A channel of ours, whose outcomes the test decides: an exception is raised, anything else means taken."""

    name: str = "provider"
    repeats: bool = False
    address: str = "phone"
    outcomes: list[BaseException | None] = field(default_factory=list)
    taken: list[UUID] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def reaches(self, letter: Letter) -> bool:
        return getattr(letter, self.address) is not None

    def send(self, notice_id: UUID, letter: Letter) -> str | None:
        with self.lock:
            outcome = self.outcomes.pop(0) if self.outcomes else None
            if not isinstance(outcome, ChannelError):
                self.taken.append(notice_id)
                self.letters.append(letter)
            if outcome is not None:
                raise outcome
            return f"{self.name}-{notice_id}"


class Office:
    """The database, its clock, and its sender."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.clock = Clock()
        self.provider = Provider()
        self.channels = [self.provider]
        self.policy = Policy()
        self.rates: dict[str, float] = {}
        self.letters: dict[UUID, Letter | Exception | None] = {}

    def compose(self, session: Session, notice: Notice, _now: datetime) -> Letter | None:
        person = session.get(Person, notice.person_id)
        if person is not None and not person.coming:
            return None
        letter = self.letters.get(notice.person_id, LETTER)
        if isinstance(letter, Exception):
            raise letter
        return letter

    def sender(self) -> Sender:
        pace = Pace(Rate(*rate) for rate in self.rates.items())
        return Sender(self.database, self.compose, self.channels, self.clock, policy=self.policy, pace=pace)

    def plan(self, person_id: UUID | None = None, **details: object) -> UUID:
        person_id = person_id or uuid4()
        arguments = {"kind": "reminder", "event_id": EVENT, "now": self.clock(), **details}
        self.database.write(lambda session: queue.plan(session, person_id=person_id, **arguments))
        return person_id

    def work(self, seconds: float = 0) -> None:
        """Send until nothing is due."""
        self.clock.pass_by(seconds=seconds)
        sender = self.sender()
        while sender.run_once() == 0:
            pass

    def notices(self) -> Sequence[Notice]:
        return self.database.read(lambda session: session.scalars(select(Notice).order_by(Notice.created_at)).all())

    def states(self) -> list[str]:
        return [notice.state.value for notice in self.notices()]


@pytest.fixture
def office(new_database_url: Callable[..., str]) -> Iterator[Office]:
    database = Database(new_database_url(tables.Base.metadata, Base.metadata), "signups")
    yield Office(database)
    database.dispose()
