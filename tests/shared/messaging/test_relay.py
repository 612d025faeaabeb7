"""Takes messages from the outbox to the broker, and never drops one."""

import socket
import threading
import time

import pytest
from sqlalchemy.exc import OperationalError

from shared.messaging import local as local_module
from shared.messaging import outbox
from shared.messaging.consumer import Consumer
from shared.messaging.local import LocalTransport
from shared.messaging.outbox import LEASE
from shared.messaging.rabbit import RabbitTransport
from shared.messaging.relay import WINDOW, Relay
from shared.messaging.transport import Parcel, TransportError
from tests.shared.messaging.conftest import START, only_postgresql, places


def tell(database, count=1):
    def write(session):
        return [outbox.add(session, "places.held", places(), now=START) for _ in range(count)]

    return database.write(write)


@pytest.fixture
def reading(consumer):
    """The reader at work in a thread of its own."""
    stopping = threading.Event()

    def work():
        while not stopping.is_set():
            consumer.run_once(wait=0.05)

    thread = threading.Thread(target=work)
    thread.start()
    yield
    stopping.set()
    thread.join(30)


@pytest.fixture
def relay(world, local, clock):
    return Relay(world.writer, local.publisher("signups"), clock)


def eventually(question):
    deadline = time.monotonic() + 20
    while not question() and time.monotonic() < deadline:
        time.sleep(0.01)
    return question()


@pytest.mark.usefixtures("reading")
def test_what_was_written_is_published_and_applied(world, relay):
    tell(world.writer, 3)
    assert relay.run_once() == 3
    assert relay.run_once() == 0
    assert {row.published_at for row in world.outbox()} == {START}
    assert eventually(lambda: world.applied() == 3)


@pytest.mark.usefixtures("reading")
def test_more_than_a_window_takes_several_turns(world, relay):
    tell(world.writer, WINDOW + 10)
    assert [relay.run_once(), relay.run_once(), relay.run_once()] == [WINDOW, 10, 0]


def unpublished(world):
    return sum(row.published_at is None for row in world.outbox())


@pytest.mark.usefixtures("reading")
def test_a_full_window_is_marked_once_the_relay_has_settled(world, relay):
    tell(world.writer, WINDOW + 10)
    assert relay.run_once() == WINDOW
    relay.settle()
    assert unpublished(world) == 10
    assert relay.run_once() == 10
    assert unpublished(world) == 0
    relay.close()


@only_postgresql
@pytest.mark.usefixtures("reading")
def test_a_window_whose_mark_is_lost_is_sent_again_after_its_lease(world, relay, clock, monkeypatch):
    write, losses = world.writer.mark, iter(["the mark of the first window"])

    def mark(operation, *args):
        if operation is outbox.settle and (lost := next(losses, None)):
            raise OperationalError(lost, None, Exception())
        return write(operation, *args)

    monkeypatch.setattr(world.writer, "mark", mark)
    tell(world.writer, WINDOW + 10)
    assert relay.run_once() == WINDOW
    with pytest.raises(OperationalError):
        relay.run_once()
    assert relay.run_once() == 0, "the leases still hold"
    clock.pass_by(seconds=LEASE.total_seconds())
    assert [relay.run_once(), relay.run_once(), relay.run_once()] == [WINDOW, 10, 0]
    assert unpublished(world) == 0
    assert eventually(lambda: world.applied() == WINDOW + 10)


def test_a_message_that_nobody_listens_to_stays_and_is_delivered_once_somebody_does(world, clock):
    transport = LocalTransport()
    relay = Relay(world.writer, transport.publisher("signups"), clock)
    tell(world.writer)
    assert relay.run_once() == 0
    [row] = world.outbox()
    assert (row.published_at, row.last_error) == (None, "no queue takes this type")
    assert relay.run_once() == 0, "not before its pause is over"
    transport.declare({"events": ["places.held"]})
    subscriber = transport.subscriber("events")
    thread = threading.Thread(target=lambda: subscriber.ack(subscriber.receive(1, 20)))
    thread.start()
    clock.now = row.next_at
    assert relay.run_once() == 1
    thread.join()
    assert world.outbox()[0].last_error is None


def test_while_the_broker_is_away_everything_waits_without_a_growing_pause(world, clock):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    relay = Relay(
        world.writer, RabbitTransport(f"amqp://a:secret-9@127.0.0.1:{port}/steward").publisher("signups"), clock
    )
    tell(world.writer, 3)
    for _ in range(5):
        with pytest.raises(TransportError):
            relay.run_once()
        assert {(row.next_at - clock()).total_seconds() for row in world.outbox()} == {0.5}
        assert {row.lease_until for row in world.outbox()} == {None}
        clock.pass_by(seconds=0.5)
    assert "secret-9" not in str([row.last_error for row in world.outbox()])


def test_what_no_reader_takes_is_put_back_and_sent_again(world, local, relay, clock, handlers, monkeypatch):
    monkeypatch.setattr(local_module, "CONFIRM_TIMEOUT", 0.1)
    tell(world.writer, 5)
    for _ in range(3):
        with pytest.raises(TransportError):
            relay.run_once()
        clock.pass_by(seconds=1)
    monkeypatch.setattr(local_module, "CONFIRM_TIMEOUT", 20)
    consumer = Consumer(world.reader, local.subscriber("events"), handlers.registry, clock)
    thread = threading.Thread(target=consumer.run_once, args=[20])
    thread.start()
    assert relay.run_once() == 5
    thread.join()
    consumer.close()
    assert world.applied() == 5


@pytest.mark.usefixtures("reading")
def test_a_relay_killed_between_confirm_and_mark_sends_twice_and_it_is_applied_once(world, local, relay, clock):
    tell(world.writer, 4)
    claimed = world.writer.write(outbox.claim, WINDOW, clock())
    parcels = [Parcel(row.seq, row.message_id, row.type, row.body) for row in claimed]
    assert local.publisher("signups").publish(parcels) == {}
    assert relay.run_once() == 0, "the dead relay's lease still holds"
    clock.pass_by(seconds=LEASE.total_seconds())
    assert relay.run_once() == 4
    assert eventually(lambda: world.applied() == 4)


@pytest.mark.usefixtures("reading")
def test_an_outbox_that_is_published_three_times_is_applied_once(world, relay):
    tell(world.writer, 20)
    for _ in range(3):
        assert relay.run_once() == 20
        world.writer.write(lambda session: session.query(outbox.Outgoing).update({"published_at": None}))
    assert eventually(lambda: world.applied() == 20)
    assert len(world.inbox()) == 20


@pytest.mark.usefixtures("reading")
def test_two_relays_send_nothing_twice(world, local, clock, monkeypatch):
    monkeypatch.setattr(local_module, "CONFIRM_TIMEOUT", 60.0)  # the second window waits until the first is applied
    tell(world.writer, 1200)
    relays = [Relay(world.writer, local.publisher("signups"), clock) for _ in range(2)]
    confirmed = []

    def work(relay):
        while count := relay.run_once():
            confirmed.append(count)

    threads = [threading.Thread(target=work, args=[relay]) for relay in relays]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sum(confirmed) == 1200
    assert {row.attempts for row in world.outbox()} == {1}
