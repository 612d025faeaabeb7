"""Keeps a service's messages and due times moving until it is told to stop."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import Executable, exists, select, text
from sqlalchemy.orm import Session

from shared.clock import utc_now
from shared.database import planned
from shared.messaging import inbox, outbox
from shared.messaging import worker as module
from shared.messaging.envelope import open_envelope
from shared.messaging.local import LocalTransport
from shared.messaging.rabbit import RabbitTransport
from shared.messaging.registry import Registry
from shared.messaging.tables import InboxStatus, Incoming
from shared.messaging.transport import Transport
from shared.messaging.worker import Worker
from tests.shared.messaging.conftest import Copy, Handlers, World, held, only_postgresql, places

BINDINGS = {"events": ["places.held"], "signups": []}


@dataclass
class Task:
    """A task that counts its runs and may fail."""

    name: str
    every: timedelta = timedelta(hours=1)
    when_planned: bool = False
    due: Executable | None = None
    failure: Exception | None = None
    more: int = 0

    def __post_init__(self) -> None:
        self.ran = threading.Event()
        self.runs = 0

    def run(self, _session: Session, _now: datetime) -> int:
        self.runs += 1
        if self.failure is not None:
            raise self.failure
        self.ran.set()
        self.more -= 1
        return max(self.more, 0)


def tell(world: World, count: int = 1) -> None:
    def write(session: Session) -> None:
        for _ in range(count):
            outbox.add(session, "places.held", places(), now=utc_now())

    world.writer.write(write)


def eventually(question: Callable[[], bool], seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while not question() and time.monotonic() < deadline:
        time.sleep(0.01)
    return question()


@pytest.fixture(params=["local", pytest.param("rabbit", marks=pytest.mark.real)])
def transport(request: pytest.FixtureRequest) -> Transport:
    transport: Transport
    transport = LocalTransport() if request.param == "local" else RabbitTransport(request.getfixturevalue("amqp_url"))
    transport.declare(BINDINGS)
    return transport


@pytest.fixture
def within(local: LocalTransport) -> LocalTransport:
    """The transport inside the process, for what has nothing to do with the broker."""
    return local


@pytest.fixture
def start() -> Iterator[Callable[..., Worker]]:
    """A function that starts a worker, which is stopped at the end."""
    started: list[Worker] = []

    def start(database, transport, registry=None, tasks=(), extra=None) -> Worker:
        worker = Worker(database, transport, registry or Registry(), tasks, utc_now, extra or {})
        worker.start()
        started.append(worker)
        return worker

    yield start
    for worker in started:
        worker.ask_to_stop()
    stopped = [worker.stop() for worker in started]
    assert all(stopped)


def test_what_one_service_writes_another_applies(world, transport, handlers, start):
    start(world.reader, transport, handlers.registry)
    start(world.writer, transport)
    for _ in range(10):
        tell(world, 30)
    assert eventually(lambda: world.applied() == 300)
    assert eventually(lambda: all(row.published_at for row in world.outbox()))


def test_a_commit_wakes_the_relay(world, transport, handlers, start, monkeypatch):
    monkeypatch.setattr(module, "IDLE", 60)
    start(world.reader, transport, handlers.registry)
    start(world.writer, transport)
    for _ in range(5):
        handlers.applied.clear()
        tell(world)
        assert handlers.applied.wait(10), "the relay slept on"


def test_a_message_arrives_in_the_blink_of_an_eye(world, within, handlers, start):
    start(world.reader, within, handlers.registry)
    start(world.writer, within)
    latencies = []
    for _ in range(5):
        handlers.applied.clear()
        began = time.monotonic()
        tell(world)
        assert handlers.applied.wait(10)
        latencies.append(time.monotonic() - began)
    assert min(latencies) < 0.2


def test_what_was_written_before_the_start_is_published_too(world, within, handlers, start):
    tell(world, 5)
    start(world.reader, within, handlers.registry)
    start(world.writer, within)
    assert eventually(lambda: world.applied() == 5)


def test_a_worker_with_work_in_hand_stops_in_time_and_loses_nothing(world, transport, handlers, start):
    busy = threading.Event()

    def slow(_session: Session) -> None:
        busy.set()
        time.sleep(0.5)

    pledge_id = uuid4()
    handlers.failures[pledge_id] = slow
    reader = start(world.reader, transport, handlers.registry)
    writer = start(world.writer, transport)
    world.writer.write(lambda session: outbox.add(session, "places.held", places(pledge_id), now=utc_now()))
    assert busy.wait(10)
    tell(world, 50)
    began = time.monotonic()
    reader.ask_to_stop()
    assert writer.stop()
    assert reader.stop()
    assert time.monotonic() - began < 10
    handlers.failures.clear()
    start(world.reader, transport, handlers.registry)
    start(world.writer, transport)
    assert eventually(lambda: world.applied() == 51)


def test_a_worker_stops_at_once_when_there_is_nothing_to_do(world, transport, start, monkeypatch):
    monkeypatch.setattr(module, "IDLE", 60)
    worker = start(world.writer, transport)
    began = time.monotonic()
    assert worker.stop()
    assert time.monotonic() - began < 3


def test_a_worker_says_when_it_could_not_stop_in_time(world, within, start):
    hanging, released = threading.Event(), threading.Event()

    def step() -> float:
        hanging.set()
        released.wait(20)
        return 0

    worker = start(world.writer, within, extra={"sender": step})
    assert hanging.wait(5)
    assert not worker.stop(timeout=0.3)
    released.set()
    assert worker.stop()


def test_a_step_that_fails_is_taken_again(world, within, start):
    outcomes, done = iter([RuntimeError("once"), RuntimeError("twice")]), threading.Event()

    def step() -> float:
        for outcome in outcomes:
            raise outcome
        done.set()
        return 60

    start(world.writer, within, extra={"sender": step})
    assert done.wait(15)


def test_an_extra_step_rests_as_long_as_it_asks_for(world, within, start):
    taken: list[float] = []

    def step() -> float:
        taken.append(time.monotonic())
        return 0.2

    start(world.writer, within, extra={"sender": step})
    assert eventually(lambda: len(taken) >= 3)
    assert taken[2] - taken[0] >= 0.4


def test_a_task_that_fails_holds_up_no_other(world, within, start, monkeypatch):
    monkeypatch.setattr(module, "TICK", 0.01)
    failing = Task("sweep", timedelta(milliseconds=1), failure=ValueError("always"))
    other = Task("sweep")
    start(world.writer, within, tasks=[failing, other])
    assert other.ran.wait(15)


def test_two_tasks_of_the_same_name_both_run(world, within, start):
    first, second = Task("sweep"), Task("sweep")
    start(world.writer, within, tasks=[first, second])
    assert first.ran.wait(10)
    assert second.ran.wait(10)


def test_a_task_runs_again_at_once_while_it_finds_work_and_then_rests(world, within, start, monkeypatch):
    monkeypatch.setattr(module, "TICK", 0.01)
    task = Task("fan-out", more=4)
    start(world.writer, within, tasks=[task])
    assert eventually(lambda: task.runs == 4)
    assert not eventually(lambda: task.runs > 4, seconds=0.3)


def test_what_a_task_writes_is_published(world, within, handlers, start):
    class Telling(Task):
        def run(self, session: Session, now: datetime) -> int:
            outbox.add(session, "places.held", places(), now=now)
            return 0

    start(world.reader, within, handlers.registry)
    start(world.writer, within, tasks=[Telling("tell")])
    assert eventually(lambda: world.applied() == 1)


def test_each_run_of_a_task_is_a_piece_of_work_of_its_own(world, within, handlers, start, monkeypatch):
    monkeypatch.setattr(module, "TICK", 0.01)

    class Telling(Task):
        def run(self, session: Session, now: datetime) -> int:
            outbox.add(session, "places.held", places(), now=now)
            return 1

    start(world.reader, within, handlers.registry)
    start(world.writer, within, tasks=[Telling("tell")])
    assert eventually(lambda: len(world.outbox()) >= 3)
    rows = world.outbox()
    assert len({open_envelope(row.body).read().correlation_id for row in rows}) == len(rows)


def test_a_message_tells_which_work_it_came_of(world, within, start):
    ids: list[str] = []
    told = threading.Event()
    registry = Registry()

    @registry.on("places.held")
    def on_held(_session: Session, message, _now: datetime) -> None:
        ids.append(message.correlation_id)
        told.set()

    start(world.reader, within, registry)
    start(world.writer, within)
    tell(world)
    assert told.wait(10)
    [row] = world.outbox()
    assert ids == [open_envelope(row.body).read().correlation_id]


def test_a_reader_in_trouble_recovers_by_itself(world, transport, start):
    """The same handler fails at first; nobody has to do anything."""
    handlers = Handlers()
    pledge_id = uuid4()
    handlers.failures[pledge_id] = RuntimeError()
    start(world.reader, transport, handlers.registry)
    start(world.writer, transport)
    world.writer.write(lambda session: outbox.add(session, "places.held", places(pledge_id), now=utc_now()))
    assert eventually(lambda: any(row.last_error for row in world.inbox()))
    handlers.failures.clear()
    assert handlers.applied.wait(20)


def test_planned_work_ends_the_rest_of_whoever_looks_for_it(world, within, start):
    taken, looked = threading.Semaphore(0), Task("imports", when_planned=True)

    def step() -> float:
        taken.release()
        return 600

    start(world.writer, within, tasks=[looked, seldom := Task("forget")], extra={"sender": step})
    assert taken.acquire(timeout=60)
    assert eventually(lambda: looked.runs == seldom.runs == 1, seconds=60)
    world.writer.write(planned)
    assert taken.acquire(timeout=60)
    assert eventually(lambda: looked.runs > 1, seconds=60)
    assert seldom.runs == 1


def test_a_task_that_says_that_it_has_nothing_to_do_is_passed_over_until_it_has(world, within, start, monkeypatch):
    monkeypatch.setattr(module, "TICK", 0.01)
    waiting = select(exists().where(Copy.held == 4))
    asked, other = Task("asked", timedelta(0), due=waiting), Task("other", timedelta(0))
    start(world.reader, within, tasks=[asked, other])
    assert eventually(lambda: other.runs > 2, seconds=60)
    assert asked.runs == 0
    world.reader.write(lambda session: session.add(Copy(pledge_id=uuid4(), version=1, held=4)))
    assert asked.ran.wait(60)


@only_postgresql
def test_a_message_that_another_process_replays_is_tried_at_once(world, within, handlers, start, monkeypatch):
    monkeypatch.setattr(module, "CALLED_WAIT", 600.0)
    message = open_envelope(held())
    dead = {"message_id": message.id, "type": message.type, "body": message.body, "received_at": utc_now()}
    start(world.reader, within, handlers.registry)
    listening = text(
        "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()"
    )
    assert eventually(lambda: world.reader.read(lambda session: session.scalar(listening)) == 1, seconds=60)
    world.reader.write(lambda session: session.add(Incoming(status=InboxStatus.DEAD, attempts=15, **dead)))
    world.reader.write(inbox.replay, message.id, utc_now())
    assert handlers.applied.wait(60)
