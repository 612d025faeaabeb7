"""Reminders for many people, from the rule at the desk to the mail server, while workers are killed on the way.

PostgreSQL, RabbitMQ and the mail server are real; the clock is ours. Two workers of each service are at work, and
whoever passes one of the moments at which an end matters may find it there: before and after each commit (so with a
message not yet marked as published, or not yet acknowledged), and before and after the mail server has a letter.
`STEWARD_TEST_PEOPLE=1000` makes it the size of a festival.
"""

import os
import random
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope
from aiosmtpd.smtp import Session as Dialogue
from sqlalchemy import func, select, text

from services.__main__ import NAMES, all_services
from services.events import operations as events
from services.events.models import Reminder, ReminderState
from services.signups import operations as signups
from services.signups.idempotency import Request
from services.signups.links import Links
from services.signups.models import Shift
from shared import embedded
from shared.database import Database
from shared.embedded import Part
from shared.messaging.rabbit import RabbitTransport
from shared.messaging.tables import InboxStatus, Incoming, Outgoing
from shared.messaging.worker import Worker
from shared.native.parts import free_port
from shared.notices.channels import EmailChannel
from shared.notices.tables import Mailing, MailingState, Notice, NoticeState
from shared.service import build_worker
from tests.events.world import an_organizer, event_data, shift_data

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2027, 6, 1, 1, 0, tzinfo=UTC)
EARLY = datetime(2027, 6, 9, 5, 30, tzinfo=SHANGHAI).astimezone(UTC)
"""Half past five: two hours before it everybody is asleep."""
PEOPLE = int(os.environ.get("STEWARD_TEST_PEOPLE", "200"))
LEAVING = 20
DEATHS = 5
"""At each moment, in each part of the story."""
WORKERS = 2
PATIENCE = 10
"""Looks at which nothing has moved before what is due counts as left behind."""
MOMENTS = {"before a commit", "after a commit", "before the mail server", "after the mail server"}


class Killed(BaseException):
    """The process is gone; no handler of exceptions hears of it."""


class Fate:
    """Ends the threads of workers here and there, until there were enough deaths."""

    def __init__(self) -> None:
        self.left: Counter[str] = Counter()
        self.dead: set[str] = set()
        self.deaths: Counter[str] = Counter()
        self._dice = random.Random(7)
        self._lock = threading.Lock()

    def allow(self, deaths: int) -> None:
        """Let so many workers die at each moment."""
        self.left = Counter(dict.fromkeys(MOMENTS, deaths))

    def pass_by(self, moment: str) -> None:
        """Live on, or be killed; only workers are."""
        worker = threading.current_thread().name.partition("/")
        with self._lock:
            if worker[1] and self.left[moment] > 0 and self._dice.random() < 1 / 20:
                self.left[moment] -= 1
                self.deaths[moment] += 1
                self.dead.add(worker[0])
                raise Killed(moment)


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Post:
    """A mail server that writes down who got which letter at which time of our clock."""

    clock: Clock
    got: list[tuple[str, str, str, datetime]] = field(default_factory=list)

    async def handle_DATA(self, _server: SMTP, _session: Dialogue, envelope: Envelope) -> str:  # noqa: N802
        mail = message_from_bytes(bytes(envelope.content or b""), policy=policy.default)
        self.got.append((envelope.rcpt_tos[0], mail["Message-ID"], mail["Subject"], self.clock()))
        return "250 OK"

    def letters(self, since: int = 0) -> dict[str, list[str]]:
        """Return who got which letters, by their subjects; one that came twice under the same id is one."""
        once = {message: (reader, subject) for reader, message, subject, _at in self.got[since:]}
        found = defaultdict(list)
        for reader, subject in once.values():
            found[reader].append(subject.partition("：")[0].partition(":")[0])
        return found


class House:
    """The three services with two workers each, replaced whenever one was killed."""

    def __init__(self, parts: Sequence[Part], amqp_url: str, clock: Clock, fate: Fate) -> None:
        self.parts, self.clock, self.fate = parts, clock, fate
        self.databases = {part.service.name: part.database for part in parts}
        self._transport = RabbitTransport(amqp_url)
        self._transport.declare({part.service.name: part.service.handlers.types for part in parts})
        self._running: dict[str, Worker] = {}
        self._born = 0
        for part in parts:
            for _ in range(WORKERS):
                self._start(part)

    def _start(self, part: Part) -> None:
        self._born += 1
        worker = build_worker(part.service, part.config, part.database, self._transport, clock=self.clock)
        name = f"{part.service.name} {self._born}"
        for thread in worker._threads:
            thread.name = f"{name}/{thread.name}"
        self._running[name] = worker
        worker.start()

    def supervise(self) -> None:
        """Put another worker in the place of each that was killed; its connections end as those of a process do."""
        for name in [one for one in self._running if one in self.fate.dead]:
            worker = self._running.pop(name)
            worker.stop()
            worker._consumer.close()
            worker._publisher.close()
            self._start(next(part for part in self.parts if part.service.name == name.partition(" ")[0]))

    def settle(self) -> None:
        """Let everything be done that is due by now, and what is left to leases a few minutes later."""
        deadline, began, still = time.monotonic() + 240, self.clock.now, 0
        while time.monotonic() < deadline:
            before = self._unsettled()
            self.supervise()
            self._call()
            time.sleep(0.3)
            still = still + 1 if self._unsettled() == before else 0
            if still and sum(before) == 0 and self.clock.now > began + timedelta(minutes=6):
                return
            if still > (PATIENCE if sum(before) else 0):  # what was left behind waits for its lease to end
                self.clock.now += timedelta(minutes=1)
        raise AssertionError(f"not settled: {self._unsettled()}")

    def _call(self) -> None:
        """Let all workers look: they rest by clocks that we do not move."""
        for worker in self._running.values():
            worker.wake()
            worker.look_for_work()
            worker._consumer.wake()

    def is_due(self) -> bool:
        """Say whether there is anything to do by now."""
        return sum(self._unsettled()) > 0

    def _unsettled(self) -> tuple[int, ...]:
        counts = [database.read(unsettled, self.clock()) for database in self.databases.values()]
        return (*counts, self.databases["events"].read(unfired, self.clock()))

    def stop(self) -> None:
        """Stop all workers."""
        for worker in self._running.values():
            worker.ask_to_stop()
        for worker in self._running.values():
            worker.stop()


def unsettled(session: Any, now: datetime) -> int:
    """Return how much waits for somebody: messages, mailings, and notices that are due."""
    due = Notice.next_at <= now + timedelta(seconds=30)
    open_notices = Notice.state.in_((NoticeState.QUEUED, NoticeState.SENDING)), due
    counts = [
        select(func.count()).select_from(Outgoing).where(Outgoing.published_at.is_(None)),
        select(func.count()).select_from(Incoming).where(Incoming.status != InboxStatus.DONE),
        select(func.count()).select_from(Notice).where(*open_notices),
        select(func.count()).select_from(Mailing).where(Mailing.state == MailingState.RUNNING),
    ]
    return sum(session.scalars(query).one() for query in counts)


def unfired(session: Any, now: datetime) -> int:
    """Return how many reminders are due that nobody was told of."""
    due = Reminder.state == ReminderState.PENDING, Reminder.due_at <= now
    return session.scalars(select(func.count()).select_from(Reminder).where(*due)).one()


@pytest.fixture
def fate(monkeypatch: pytest.MonkeyPatch) -> Fate:
    fate = Fate()
    write, send = Database.write, EmailChannel.send

    def written(database: Database, operation: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        wrote = False

        def whole(session: Any, /, *given: Any, **others: Any) -> Any:
            nonlocal wrote
            result = operation(session, *given, **others)
            session.flush()
            wrote = (
                fate.left.total() > 0 and session.scalar(text("SELECT pg_current_xact_id_if_assigned()")) is not None
            )
            if wrote:
                fate.pass_by("before a commit")
            return result

        result = write(database, whole, *arguments, **named)
        if wrote:
            fate.pass_by("after a commit")
        return result

    def sent(channel: EmailChannel, *letter: Any) -> str | None:
        fate.pass_by("before the mail server")
        receipt = send(channel, *letter)
        fate.pass_by("after the mail server")
        return receipt

    monkeypatch.setattr(Database, "write", written)
    monkeypatch.setattr(EmailChannel, "send", sent)
    return fate


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def post(clock: Clock) -> Iterator[Controller]:
    controller = Controller(Post(clock), hostname="127.0.0.1", port=free_port())
    controller.start()
    yield controller
    controller.stop()


@pytest.fixture
def house(
    new_database_url: Callable[..., str], amqp_url: str, tmp_path: Path, clock: Clock, fate: Fate, post: Controller
) -> Iterator[House]:
    given = {f"STEWARD_{name.upper()}_DATABASE_URL": new_database_url() for name in NAMES} | {
        "STEWARD_SMTP_URL": f"smtp://127.0.0.1:{post.port}",
        "STEWARD_NOTICE_RATES": "email=1000",
        "STEWARD_SENDERS": "2",
    }
    parts = embedded.open_parts(all_services(), embedded.environment(tmp_path, NAMES, given))
    house = House(parts, amqp_url, clock, fate)
    yield house
    house.stop()
    for part in parts:
        part.database.dispose()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")  # they were killed
@pytest.mark.parametrize("new_database_url", ["postgresql"], indirect=True)
def test_everybody_gets_each_reminder_once_at_a_sensible_hour_whatever_dies(
    house: House, clock: Clock, fate: Fate, post: Controller
) -> None:
    mails, desk = post.handler, an_organizer(house.databases["events"], "朝阳社区")
    times = {"starts_at": EARLY, "ends_at": EARLY + timedelta(hours=4)}
    shifts = [shift_data(**times, capacity=PEOPLE)]
    entered = event_data(**times, shifts=shifts, programme=[], reminders=["P1D@18:00", "PT2H"])
    event = house.databases["events"].write(
        events.create_event, entered, desk=desk, timezone="Asia/Shanghai", now=clock()
    )
    event = house.databases["events"].write(events.publish_event, event.id, desk=desk, now=clock())
    house.settle()
    fate.allow(DEATHS)
    people = sign_up(house.databases["signups"], clock())
    house.settle()

    # The event is moved by a day before anybody was reminded: all hear of it, and of nothing else yet.
    fate.allow(DEATHS)
    later = {name: moment + timedelta(days=1) for name, moment in times.items()}
    event = house.databases["events"].write(
        events.change_event, event.id, later, desk=desk, version=event.version, now=clock()
    )
    house.settle()
    assert mails.letters() == {reader: ["活动有变动"] for reader in people}

    # Some withdraw. What would be due at night comes in the evening before.
    for signup_id in list(people.values())[:LEAVING]:
        house.databases["signups"].write(signups.withdraw, signup_id, reason=None, now=clock())
    told = len(mails.got)
    fate.allow(DEATHS)
    while clock.now < later["starts_at"]:
        if house.is_due():
            house.settle()
        clock.now += timedelta(hours=1)
    staying = list(people)[LEAVING:]
    assert mails.letters(told) == {reader: ["活动提醒"] * 2 for reader in staying}
    assert set(fate.deaths) == MOMENTS, fate.deaths
    assert fate.left.total() == 0, fate.left
    assert {at.astimezone(SHANGHAI).hour for *_letter, at in mails.got} <= set(range(8, 21))
    assert house.databases["signups"].read(states) == {NoticeState.SENT}


def sign_up(database: Database, now: datetime) -> dict[str, UUID]:
    """Give many people a place, each with an address for letters; return address -> sign-up."""
    links, people = Links("a key for tests that is long enough, really"), {}
    shift_id = database.read(lambda session: session.scalars(select(Shift.id)).one())
    for number in range(PEOPLE):
        address = f"reader{number}@example.org"
        application = signups.Application(
            shift_id=shift_id, name=f"志愿者{number}", phone=f"+86138{number:08d}", email=address, language="zh-CN"
        )
        request = Request(str(uuid4()), "{}")
        answer = database.write(signups.sign_up, application, request=request, links=links, now=now)
        assert answer.signup_id is not None
        people[address] = answer.signup_id
    return people


def states(session: Any) -> set[NoticeState]:
    """Return the states in which notices stand."""
    return set(session.scalars(select(Notice.state)))
