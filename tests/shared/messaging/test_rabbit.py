"""What only RabbitMQ does: it refuses, ends subscriptions, goes away and comes back."""

import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pika
import pytest

from shared.messaging.rabbit import RabbitPublisher, RabbitTransport
from shared.messaging.rabbit import publisher as publishing
from shared.messaging.transport import EXCHANGE, Publisher, TransportError, queue_name
from shared.native.rabbitmq import PrivateRabbitMQ
from tests.shared.messaging.conftest import parcel
from tests.shared.messaging.test_conformance import take

BINDINGS = {"events": ["places.held"]}


@pytest.fixture
def transport(amqp_url: str) -> RabbitTransport:
    transport = RabbitTransport(amqp_url)
    transport.declare(BINDINGS)
    return transport


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateRabbitMQ]:
    """A broker that may be killed."""
    server = PrivateRabbitMQ(tmp_path_factory.mktemp("broker"), ["events", "signups"])
    server.start()
    RabbitTransport(server.url()).declare(BINDINGS)
    yield server
    server.kill()
    server.stop()


@pytest.fixture
def running(broker: PrivateRabbitMQ) -> PrivateRabbitMQ:
    """The same broker, up and empty."""
    if not broker.is_running:
        broker.start()
    broker.control("purge_queue", queue_name("events"), "--vhost", "steward")
    return broker


@pytest.fixture
def closing() -> Iterator[Callable[[Publisher], Publisher]]:
    """A function that notes a publisher to be closed at the end."""
    noted: list[Publisher] = []

    def note(publisher: Publisher) -> Publisher:
        noted.append(publisher)
        return publisher

    yield note
    for publisher in noted:
        publisher.close()


def unused_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def uses(transport: RabbitTransport) -> list[Callable[[], object]]:
    return [
        lambda: transport.declare(BINDINGS),
        lambda: transport.publisher("signups").publish([parcel()]),
        lambda: transport.publisher("signups").wait(1),
        lambda: transport.subscriber("events").receive(1, 1),
        lambda: transport.subscriber("events").hold(0.1),
    ]


def test_a_broker_that_is_not_there_is_said_quickly_and_without_its_password():
    transport = RabbitTransport(f"amqp://somebody:geheim-9@127.0.0.1:{unused_port()}/steward")
    for use in uses(transport):
        began = time.monotonic()
        with pytest.raises(TransportError) as raised:
            use()
        assert time.monotonic() - began < 5
        assert "geheim-9" not in str(raised.value)


def test_a_node_that_is_away_is_passed_over(amqp_url, closing):
    transport = RabbitTransport("amqp://signups:word@127.0.0.1:1/steward", amqp_url)
    transport.declare(BINDINGS)
    publisher, subscriber = closing(transport.publisher("signups")), transport.subscriber("events")
    while True:
        try:
            assert publisher.publish([parcel(b"to any of them")]) == {}
            break
        except TransportError:  # it asked the other one, as it does every second time
            continue
    [delivery] = take(subscriber, 1)
    assert delivery.body == b"to any of them"
    subscriber.close()


def test_a_wrong_password_is_an_error_of_the_transport(amqp_url):
    user = pika.URLParameters(amqp_url).credentials.username
    password = pika.URLParameters(amqp_url).credentials.password
    transport = RabbitTransport(amqp_url.replace(f"{user}:{password}@", f"{user}:wrong-9@"))
    for use in uses(transport):
        with pytest.raises(TransportError) as raised:
            use()
        assert "wrong-9" not in str(raised.value)


def test_a_publisher_without_an_exchange_recovers_once_it_is_declared(amqp_url, closing):
    transport = RabbitTransport(amqp_url)
    publisher = closing(transport.publisher("signups"))
    for _ in range(2):
        with pytest.raises(TransportError):
            publisher.publish([parcel()])
    transport.declare(BINDINGS)
    assert publisher.publish([parcel()]) == {}


def test_a_parcel_that_the_broker_refuses_is_told_from_those_it_took(amqp_url, transport, closing):
    connection = pika.BlockingConnection(pika.URLParameters(amqp_url))
    channel = connection.channel()
    channel.queue_declare("small", exclusive=True, arguments={"x-max-length": 1, "x-overflow": "reject-publish"})
    channel.queue_bind("small", EXCHANGE, "need.posted")
    refused = closing(transport.publisher("partners")).publish(
        [parcel(b"%d" % number, "need.posted", number) for number in range(4)]
    )
    connection.close()
    assert set(refused.values()) == {"the broker refused it"}
    assert 0 not in refused
    assert len(refused) >= 2


def test_an_unread_queue_keeps_what_was_confirmed(transport, closing):
    window = [parcel(b"%d" % number, seq=number) for number in range(700)]
    assert closing(transport.publisher("signups")).publish(window) == {}
    subscriber = transport.subscriber("events")
    arrived: set[bytes] = set()
    while len(arrived) < len(window):
        deliveries = take(subscriber, 100)
        arrived |= {delivery.body for delivery in deliveries}
        subscriber.ack(deliveries)
    subscriber.close()


def test_heartbeats_are_answered_while_nothing_is_sent_or_taken(transport, closing):
    transport._nodes[0].heartbeat = 1
    publisher, subscriber = closing(transport.publisher("signups")), transport.subscriber("events")
    assert publisher.publish([parcel(b"one")]) == {}
    deliveries = take(subscriber, 1)
    subscriber.hold(3)
    subscriber.ack(deliveries)
    subscriber.close()
    publisher.close()

    assert publisher.publish([parcel(b"two")]) == {}
    before = publisher._connection
    publisher.wait(3)
    assert publisher.publish([parcel(b"three")]) == {}
    assert publisher._connection is before


def test_a_subscription_that_the_broker_ends_is_said_and_taken_up_again(amqp_url, transport, closing):
    subscriber = transport.subscriber("events")
    subscriber.receive(1, 0.1)
    connection = pika.BlockingConnection(pika.URLParameters(amqp_url))
    connection.channel().queue_delete(queue_name("events"))
    connection.close()
    for _ in range(2):
        with pytest.raises(TransportError):
            subscriber.receive(1, 10)
    transport.declare(BINDINGS)
    closing(transport.publisher("signups")).publish([parcel(b"after that")])
    assert take(subscriber, 1)[0].body == b"after that"
    subscriber.close()


def test_a_publisher_survives_the_loss_of_its_connection(running, closing):
    publisher = closing(RabbitTransport(running.url()).publisher("signups"))
    assert publisher.publish([parcel(b"before", seq=1)]) == {}
    running.control("close_all_connections", "--vhost", "steward", "maintenance")
    with pytest.raises(TransportError):
        publisher.wait(10)
    assert publisher.publish([parcel(b"after", seq=1)]) == {}


def test_a_reader_survives_the_loss_of_its_connection(running, closing):
    transport = RabbitTransport(running.url())
    closing(transport.publisher("signups")).publish([parcel(b"one", seq=1), parcel(b"two", seq=2)])
    subscriber = transport.subscriber("events")
    lost = take(subscriber, 2)
    running.control("close_all_connections", "--vhost", "steward", "maintenance")
    with pytest.raises(TransportError):
        subscriber.hold(10)
    subscriber.hold(0.1)  # connects again, while the deliveries of the lost connection are still in hand
    with pytest.raises(TransportError):
        subscriber.ack(lost)
    again = take(subscriber, 2)
    assert all(delivery.redelivered for delivery in again)
    subscriber.ack(again)
    subscriber.close()


def test_what_was_confirmed_outlives_a_killed_broker(running, closing):
    transport = RabbitTransport(running.url())
    publisher = closing(transport.publisher("signups"))
    window = [parcel(uuid4().bytes, seq=number) for number in range(300)]
    assert publisher.publish(window) == {}
    running.kill()
    for _ in range(2):
        began = time.monotonic()
        with pytest.raises(TransportError):
            publisher.publish([parcel(b"meanwhile")])
        assert time.monotonic() - began < 5
    running.start()
    assert publisher.publish([parcel(b"after")]) == {}
    subscriber = transport.subscriber("events")
    arrived = {delivery.body for delivery in take(subscriber, 200)}
    subscriber.close()
    while len(arrived) < 301:
        deliveries = take(subscriber, 1)
        arrived |= {delivery.body for delivery in deliveries}
        subscriber.ack(deliveries)
    subscriber.close()
    assert arrived == {one.body for one in window} | {b"after"}


def test_a_window_that_a_frozen_broker_does_not_confirm_is_given_up(running, closing, monkeypatch):
    monkeypatch.setattr(publishing, "CONFIRM_TIMEOUT", 1)
    monkeypatch.setattr(publishing, "GOODBYE_TIMEOUT", 0.2)
    publisher = closing(RabbitTransport(running.url()).publisher("signups"))
    assert isinstance(publisher, RabbitPublisher)
    assert publisher.publish([parcel(b"before")]) == {}
    with frozen(running.pid), pytest.raises(TransportError):
        publisher.publish([parcel(b"meanwhile", seq=1), parcel(b"unroutable", "need.posted", 2)])
    assert publisher.publish([parcel(b"after", seq=1)]) == {}, "confirms of the window given up count for no other"


class frozen:  # noqa: N801  (reads as a state of the broker)
    """The process stands still in between, as a machine does that swaps."""

    def __init__(self, pid: int) -> None:
        self._tree = [pid, *descendants(pid)]

    def __enter__(self) -> None:
        for pid in self._tree:
            os.kill(pid, signal.SIGSTOP)

    def __exit__(self, *_: object) -> None:
        for pid in self._tree:
            os.kill(pid, signal.SIGCONT)


def descendants(pid: int) -> list[int]:
    children = [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]
    return children + [one for child in children for one in descendants(child)]
