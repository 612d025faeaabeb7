"""Organizers and volunteers who do contrary things at the same moment: in the end all three services agree."""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from services.__main__ import NAMES, all_services
from services.events import operations as events
from services.events import queries
from services.events.models import Event, Organizer
from services.events.operations import Desk
from services.partners.models import Event as PartnersEvent
from services.signups import operations as signups
from services.signups.idempotency import Request
from services.signups.links import Links
from services.signups.models import Event as SignupsEvent
from services.signups.models import Signup
from shared import clock, embedded
from shared.database import Database
from shared.errors import Conflict, DomainError
from shared.messaging import inbox
from tests.conftest import ON_SQLITE
from tests.events.world import event_data, shift_data

LINKS = Links("a key for tests that is long enough, really")


@dataclass
class Whole:
    """All three services on databases of one kind, and one published event that they know of."""

    parts: Sequence[embedded.Part]
    desk: Desk
    event: Event

    def database(self, name: str) -> Database:
        return next(part.database for part in self.parts if part.service.name == name)

    def sign_up(self, number: int) -> bool:
        """Sign somebody up; False where the event takes nobody."""
        application = signups.Application(
            shift_id=self.event.shifts[0].id, name=f"志愿者{number}", phone=f"+86138{number:08d}", language="zh-CN"
        )
        request = Request.of(str(uuid4()), {"number": number})
        try:
            self.database("signups").write(
                signups.sign_up, application, request=request, links=LINKS, now=clock.utc_now()
            )
        except Conflict:
            return False
        return True

    def lower(self, capacity: int) -> bool:
        """Lower the capacity by what ``events`` knows; False where it knows better."""
        database = self.database("events")
        known = database.read(lambda session: session.get_one(Event, self.event.id))
        entered = {"shifts": [{"id": known.shifts[0].id, "capacity": capacity}]}
        try:
            database.write(
                events.change_event, known.id, entered, version=known.version, desk=self.desk, now=clock.utc_now()
            )
        except DomainError:
            return False
        return True

    def take_back(self) -> bool:
        """Take the publication back by what ``events`` knows; False where somebody has signed up."""
        try:
            self.database("events").write(events.unpublish_event, self.event.id, desk=self.desk, now=clock.utc_now())
        except Conflict:
            return False
        return True

    def settle(self) -> None:
        """Let every message and what came of it arrive, those too that have to be tried again."""
        deadline = time.monotonic() + 30
        while True:
            embedded.settle(self.parts)
            if not any(sum(part.database.read(inbox.count).values()) for part in self.parts):
                return
            assert time.monotonic() < deadline, "some messages could not be applied"

    def agreed(self) -> tuple[str, int, int]:
        """State, capacity and people with a place or a turn, which all services must name alike."""
        own = self.database("events").read(lambda session: session.get_one(Event, self.event.id))
        counts = self.database("events").read(queries.shift_counts, [own.id]).get(own.shifts[0].id, queries.NOBODY)
        people = self._people(own.id)
        assert counts.confirmed + counts.waitlisted == len(people)
        assert counts.taken <= own.shifts[0].capacity
        for name, model in (("signups", SignupsEvent), ("partners", PartnersEvent)):
            copy, capacity = self.database(name).read(
                lambda session, model=model: (
                    found := session.get_one(model, own.id),
                    found.shifts[0].capacity,
                )
            )
            assert (copy.status, copy.version, capacity) == (own.status, own.version, own.shifts[0].capacity), name
        return own.status.value, own.shifts[0].capacity, len(people)

    def _people(self, event_id: UUID) -> Sequence[Signup]:
        query = select(Signup).where(Signup.event_id == event_id, Signup.status.in_(("confirmed", "waitlisted")))
        return self.database("signups").read(lambda session: session.scalars(query).all())


@pytest.fixture
def whole(new_database_url: Callable[[], str], tmp_path: Path) -> Iterator[Whole]:
    """The services at rest, with an event of forty places."""
    urls = {f"STEWARD_{name.upper()}_DATABASE_URL": new_database_url() for name in NAMES}
    parts = embedded.open_parts(all_services(), embedded.environment(tmp_path / "data", NAMES, urls))
    database = next(part.database for part in parts if part.service.name == "events")
    admin = database.read(lambda session: session.scalars(select(Organizer)).one())
    desk, now = Desk(admin.community, admin.id), clock.utc_now()
    times = {"starts_at": now + timedelta(days=9), "ends_at": now + timedelta(days=9, hours=3)}
    entered = event_data(shifts=[shift_data(capacity=40, **times)], programme=[], **times)
    event = database.write(events.create_event, entered, desk=desk, timezone="Asia/Shanghai", now=now)
    event = database.write(events.publish_event, event.id, desk=desk, now=now)
    whole = Whole(parts, desk, event)
    whole.settle()
    yield whole
    for part in parts:
        part.database.dispose()


@ON_SQLITE
def test_places_that_were_given_away_outlast_a_capacity_that_was_lowered_meanwhile(whole):
    assert all(whole.sign_up(number) for number in range(5))
    assert whole.lower(2)  # events has not heard of anybody yet
    whole.settle()
    assert whole.agreed() == ("published", 5, 5)


@ON_SQLITE
def test_an_event_that_somebody_signed_up_for_meanwhile_is_published_again(whole):
    assert whole.sign_up(1)
    assert whole.take_back()
    whole.settle()
    assert whole.agreed() == ("published", 40, 1)


@ON_SQLITE
def test_an_event_that_was_taken_back_first_takes_nobody(whole):
    assert whole.take_back()
    whole.settle()
    assert not whole.sign_up(1)
    assert whole.agreed() == ("draft", 40, 0)


def test_many_at_once_leave_all_services_of_one_mind(whole):
    workers = embedded.workers(whole.parts)
    for worker in workers:
        worker.start()
    with ThreadPoolExecutor(8) as people:
        for number in range(24):
            people.submit(whole.sign_up, number)
            if number % 6 == 1:
                people.submit(whole.take_back)
            if number % 4 == 0:
                people.submit(whole.lower, number // 2 + 1)
    for worker in workers:
        worker.stop()
    whole.settle()
    status, capacity, people_there = whole.agreed()
    assert (status == "published") == (people_there > 0)
    assert capacity <= 40
