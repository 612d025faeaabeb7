"""The harness can fail: with each mechanism taken away, the comparison reports what it was good for.

Parts that are small enough for seconds; `python -m tools.faults … --without …` does the same to the whole stack.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import update
from structlog.testing import capture_logs

from services.__main__ import NAMES, all_services
from services.events import operations as events
from services.events.models import Event
from services.signups import operations as signups
from services.signups.idempotency import Request
from services.signups.links import Links
from shared import clock, embedded
from shared.database import Database, change
from shared.embedded import Part
from shared.messaging import outbox
from shared.messaging.relay import Relay
from shared.messaging.tables import Outgoing
from shared.messaging.transport import Parcel
from shared.notices.queue import Letter
from shared.notices.sender import Sender
from tests.conftest import ON_SQLITE
from tests.events.world import an_organizer, event_data, shift_data
from tools.faults import comparing
from tools.faults.comparing import Seen
from tools.faults.journal import Journal
from tools.faults.table import Row
from tools.faults.without import MECHANISMS

LINKS = Links("a key for tests that is long enough, really")
PLACES = 6


@dataclass
class Whole:
    """The services at rest, an event that reminds, what was promised, and what was seen."""

    parts: Sequence[Part]
    event: Event
    journal: Journal = field(default_factory=Journal)
    letters: Counter[UUID] = field(default_factory=Counter)
    applied: Counter[tuple[str, UUID]] = field(default_factory=Counter)
    people: int = 0

    def database(self, name: str) -> Database:
        return next(part.database for part in self.parts if part.service.name == name)

    def sign_up(self) -> UUID:
        """Let the next person sign up, and note what they were answered."""
        self.people += 1
        number, key = self.people, str(uuid4())
        application = signups.Application(
            shift_id=self.event.shifts[0].id, name=f"志愿者{number}", phone=f"+86138{number:08d}", language="zh-CN"
        )
        request = Request.of(key, {"number": number})
        answer = self.database("signups").write(
            signups.sign_up, application, request=request, links=LINKS, now=clock.utc_now()
        )
        assert answer.signup_id is not None
        self.journal.signed_up(key, answer.signup_id, seated=answer.status == "confirmed")
        return answer.signup_id

    def withdraw(self, signup_id: UUID) -> None:
        self.journal.leaving.add(signup_id)
        self.database("signups").write(signups.withdraw, signup_id, reason=None, now=clock.utc_now())
        self.journal.withdrawn.add(signup_id)

    def remind(self) -> None:
        """Let it be time to remind."""
        now = clock.utc_now()
        reminder: Mapping[str, Any] = {
            "event_id": self.event.id,
            "version": 1,
            "occurrence": self.event.occurrence,
            "rule": "P9D",
            "due_at": now,
            "expires_at": self.event.starts_at,
            "shift_ids": [],
        }
        self.database("signups").write(signups.remind, reminder, now=now)

    def send(self, *, later: float = 60) -> None:
        """Let two senders write to whoever waits for a letter."""
        part = next(part for part in self.parts if part.service.name == "signups")
        moment = clock.utc_now() + timedelta(seconds=later)
        assert part.service.composer is not None
        post = Post(self.letters)
        senders = [
            Sender(part.database, part.service.composer(part.config), [post], lambda: moment, policy=None)
            for _ in range(2)
        ]
        post.meanwhile = senders[1].run_once
        while senders[0].run_once() == 0:
            pass

    def settle(self) -> None:
        """Carry all messages to their readers, and note who says to have applied which."""
        with capture_logs() as said, embedded.delivering(self.parts):
            deadline = time.monotonic() + 60
            while any(part.database.read(outbox.backlog, clock.utc_now())[0] for part in self.parts):
                assert time.monotonic() < deadline
                time.sleep(0.02)
        for line in said:
            if line["event"] == "message.applied":
                self.applied[line["service"], UUID(line["message_id"])] += 1

    def found(self) -> set[tuple[str, str]]:
        """Return what the comparison reports, without saying of which things."""
        seen = Seen(self.letters, self.applied)
        return {(one.verdict, one.what) for one in comparing.compare(self.parts, self.journal, seen)}


@dataclass
class Post:
    """A provider that takes its time, in which the second sender looks for work; it recognises repeats."""

    taken: Counter[UUID]
    meanwhile: Callable[[], float] | None = None
    name = "email"
    repeats = True

    def reaches(self, _letter: Letter) -> bool:
        return True

    def send(self, notice_id: UUID, _letter: Letter) -> None:
        self.taken[notice_id] += 1
        if self.meanwhile is not None:
            again, self.meanwhile = self.meanwhile, None
            again()


class Unconfirmed:
    """A publisher that waits for no confirm; its broker dies with what it was sent."""

    def publish(self, _parcels: Sequence[Parcel]) -> Mapping[int, str]:
        return {}


@pytest.fixture
def whole(new_database_url: Callable[[], str], tmp_path: Path) -> Iterator[Whole]:
    """The services at rest, with an event of some places."""
    urls = {f"STEWARD_{name.upper()}_DATABASE_URL": new_database_url() for name in NAMES}
    parts = embedded.open_parts(all_services(), embedded.environment(tmp_path / "data", NAMES, urls))
    database, now = next(part.database for part in parts if part.service.name == "events"), clock.utc_now()
    desk = an_organizer(database, "朝阳社区")
    times = {"starts_at": now + timedelta(days=9), "ends_at": now + timedelta(days=9, hours=3)}
    entered = event_data(shifts=[shift_data(capacity=PLACES, **times)], programme=[], reminders=[], **times)
    event = database.write(events.create_event, entered, desk=desk, timezone="Asia/Shanghai", now=now)
    whole = Whole(parts, database.write(events.publish_event, event.id, desk=desk, now=now))
    whole.settle()
    yield whole
    for part in parts:
        part.database.dispose()


@pytest.fixture
def without(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """A function that takes a mechanism away."""

    def take_away(mechanism: str) -> None:
        for replaced in MECHANISMS[mechanism]():
            monkeypatch.setattr(replaced.owner, replaced.name, replaced.value)

    return take_away


def publish_again(whole: Whole) -> None:
    for part in whole.parts:
        part.database.write(lambda session: change(session, update(Outgoing).values(published_at=None)))


@ON_SQLITE
def test_nothing_is_reported_where_everything_works(whole: Whole) -> None:
    people = [whole.sign_up() for _ in range(PLACES + 2)]
    whole.remind()
    whole.withdraw(people[0])
    whole.send()
    whole.settle()
    publish_again(whole)
    whole.settle()
    assert whole.found() == set()
    assert comparing.in_doubt(whole.parts) == 0
    assert len(whole.letters) == PLACES


@ON_SQLITE
def test_without_the_confirm_messages_are_lost(whole: Whole) -> None:
    whole.sign_up()
    Relay(whole.database("signups"), Unconfirmed(), clock.utc_now).run_once()  # type: ignore[arg-type]
    whole.settle()
    assert whole.found() == {("lost", "message to events"), ("lost", "signup in events")}


@ON_SQLITE
def test_without_the_inbox_messages_are_applied_twice(whole: Whole, without: Callable[[str], None]) -> None:
    without("inbox")
    whole.sign_up()
    whole.settle()
    publish_again(whole)
    whole.settle()
    assert whole.found() == {("doubled", "message applied")}


@pytest.mark.parametrize("new_database_url", [pytest.param("postgresql", marks=pytest.mark.real)], indirect=True)
def test_without_the_lock_a_place_is_given_to_two(whole: Whole, without: Callable[[str], None]) -> None:
    without("place")
    with ThreadPoolExecutor(PLACES) as people:
        list(people.map(lambda _number: whole.sign_up(), range(PLACES)))
    whole.settle()
    assert ("doubled", "place given to two") in whole.found()


@ON_SQLITE
def test_without_the_lease_letters_are_in_doubt_although_nobody_died(
    whole: Whole, without: Callable[[str], None]
) -> None:
    without("lease")
    whole.sign_up()
    whole.settle()
    whole.remind()
    whole.send()
    assert max(whole.letters.values()) == 2
    doubts = comparing.in_doubt(whole.parts)
    assert not Row("nothing", "", 1, 0, doubts, 0.0, spotless=True, deadly=False).holds


@ON_SQLITE
def test_without_the_last_look_somebody_who_withdrew_gets_a_letter(
    whole: Whole, without: Callable[[str], None]
) -> None:
    without("send-check")
    leaving = whole.sign_up()
    whole.remind()
    whole.withdraw(leaving)
    whole.send()
    whole.settle()
    assert ("doubled", "letter to somebody who had withdrawn") in whole.found()


@ON_SQLITE
def test_what_was_answered_and_is_not_there_is_lost(whole: Whole) -> None:
    whole.sign_up()
    whole.journal.signed_up("a key", uuid4(), seated=True)
    for signup_id in (uuid4(), uuid4()):
        whole.journal.signed_up("another", signup_id, seated=False)
    whole.journal.versions[whole.event.id] = 99
    whole.journal.withdrawn.add(uuid4())
    whole.settle()
    lost = {("lost", what) for what in ("sign-up", "withdrawal", "change of an event")}
    assert whole.found() == lost | {("doubled", "answer to a key")}
