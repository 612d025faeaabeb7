"""What both transports must do alike: the one inside the process and RabbitMQ."""

import threading
import time
from collections.abc import Iterator, Sequence

import pika
import pytest

from shared.messaging.local import LocalTransport
from shared.messaging.rabbit import RabbitTransport
from shared.messaging.transport import PREFETCH, Delivery, Subscriber, Transport, TransportError, dead_queue_name
from tests.shared.messaging.conftest import Sending, parcel

BINDINGS = {
    "events": ["places.held", "signup.confirmed"],
    "partners": ["places.held"],
    "signups": ["event.published"],
}


@pytest.fixture(params=["local", pytest.param("rabbit", marks=pytest.mark.real)])
def transport(request: pytest.FixtureRequest) -> Transport:
    transport: Transport
    transport = LocalTransport() if request.param == "local" else RabbitTransport(request.getfixturevalue("amqp_url"))
    transport.declare(BINDINGS)
    return transport


@pytest.fixture
def sending(transport: Transport) -> Iterator[Sending]:
    sending = Sending(transport.publisher("signups"))
    yield sending
    sending.close()


@pytest.fixture
def subscribers(transport: Transport) -> Iterator[dict[str, Subscriber]]:
    subscribers = {service: transport.subscriber(service) for service in BINDINGS}
    yield subscribers
    for subscriber in subscribers.values():
        subscriber.close()


def take(subscriber: Subscriber, count: int) -> list[Delivery]:
    """Receive exactly ``count`` deliveries."""
    taken: list[Delivery] = []
    deadline = time.monotonic() + 20
    while len(taken) < count and time.monotonic() < deadline:
        taken += subscriber.receive(count - len(taken), 1)
    assert len(taken) == count
    return taken


def bodies(deliveries: Sequence[Delivery]) -> set[bytes]:
    return {delivery.body for delivery in deliveries}


def buried(transport: Transport, amqp_url: str, service: str) -> list[bytes]:
    if isinstance(transport, LocalTransport):
        return transport.dead(service)
    connection = pika.BlockingConnection(pika.URLParameters(amqp_url))
    channel = connection.channel()
    found = []
    while (body := channel.basic_get(dead_queue_name(service), auto_ack=True)[2]) is not None:
        found.append(body)
    connection.close()
    return found


def test_a_parcel_reaches_every_service_that_is_bound_and_no_other(sending, subscribers):
    sent = sending.send(parcel(b"for two"))
    for service in ("events", "partners"):
        [delivery] = take(subscribers[service], 1)
        assert (delivery.body, delivery.key) == (b"for two", "places.held")
        assert not delivery.redelivered
        subscribers[service].ack([delivery])
    assert sent.result(10) == {}
    assert subscribers["signups"].receive(1, 0.2) == []


def test_a_window_of_a_thousand_is_confirmed_as_a_whole(sending, subscribers):
    window = [parcel(b"%d" % number, "signup.confirmed", number) for number in range(1000)]
    sent = sending.send(*window)
    arrived: set[bytes] = set()
    while len(arrived) < len(window):
        deliveries = take(subscribers["events"], 100)
        arrived |= bodies(deliveries)
        subscribers["events"].ack(deliveries)
    assert arrived == {one.body for one in window}
    assert sent.result(10) == {}


def test_an_empty_window_is_confirmed_at_once(sending):
    assert sending.send().result(10) == {}


def test_a_parcel_that_nobody_listens_to_is_refused_and_the_others_go_through(sending, subscribers):
    sent = sending.send(
        parcel(b"one", "signup.confirmed", 1), parcel(b"lost?", "need.posted", 2), parcel(b"two", "signup.confirmed", 3)
    )
    deliveries = take(subscribers["events"], 2)
    subscribers["events"].ack(deliveries)
    assert bodies(deliveries) == {b"one", b"two"}
    assert sent.result(10) == {2: "no queue takes this type"}


def test_a_refusal_is_not_remembered_for_the_next_window(sending, subscribers):
    refused = parcel(b"?", "need.posted", 1)
    assert set(sending.send(refused).result(10)) == {1}
    sent = sending.send(parcel(b"fine", "signup.confirmed", 1))
    subscribers["events"].ack(take(subscribers["events"], 1))
    assert sent.result(10) == {}


def test_what_was_not_acknowledged_comes_again_and_says_so(sending, subscribers):
    sent = sending.send(parcel(b"kept", "signup.confirmed", 1), parcel(b"dropped", "signup.confirmed", 2))
    first = take(subscribers["events"], 2)
    subscribers["events"].ack([one for one in first if one.body == b"kept"])
    subscribers["events"].close()
    [again] = take(subscribers["events"], 1)
    assert again.body == b"dropped"
    assert again.redelivered
    subscribers["events"].ack([again])
    assert sent.result(10) == {}
    subscribers["events"].close()
    assert subscribers["events"].receive(1, 0.2) == []


def test_acknowledgements_need_no_order(sending, subscribers):
    sent = sending.send(*(parcel(b"%d" % number, "signup.confirmed", number) for number in range(5)))
    deliveries = take(subscribers["events"], 5)
    subscribers["events"].ack(reversed(deliveries))
    assert sent.result(10) == {}
    subscribers["events"].close()
    assert subscribers["events"].receive(1, 0.2) == []


def test_a_delivery_of_an_earlier_connection_acknowledges_nothing_on_the_next(sending, subscribers):
    sent = sending.send(parcel(b"one", "signup.confirmed", 1))
    old = take(subscribers["events"], 1)
    subscribers["events"].close()
    take(subscribers["events"], 1)
    with pytest.raises(TransportError):
        subscribers["events"].ack(old)
    with pytest.raises(TransportError):
        subscribers["events"].bury(old[0], "it is not ours any more")
    subscribers["events"].close()
    subscribers["events"].ack(take(subscribers["events"], 1))
    assert sent.result(10) == {}


def test_two_readers_of_one_service_share_its_messages(sending, subscribers, transport):
    second = transport.subscriber("events")
    second.receive(1, 0.1)  # is there before anything is sent
    sent = sending.send(*(parcel(b"%d" % number, "signup.confirmed", number) for number in range(40)))
    arrived: list[bytes] = []
    deadline = time.monotonic() + 20
    while len(arrived) < 40 and time.monotonic() < deadline:
        for reader in (subscribers["events"], second):
            deliveries = reader.receive(5, 0.1)
            arrived += [delivery.body for delivery in deliveries]
            reader.ack(deliveries)
    second.close()
    assert sorted(arrived) == sorted(b"%d" % number for number in range(40))
    assert sent.result(10) == {}


def test_a_reader_holds_no_more_than_its_share(sending, subscribers):
    sent = sending.send(*(parcel(b"%d" % number, "signup.confirmed", number) for number in range(PREFETCH + 50)))
    share = take(subscribers["events"], PREFETCH)
    assert subscribers["events"].receive(100, 0.3) == []
    subscribers["events"].ack(share)
    subscribers["events"].ack(take(subscribers["events"], 50))
    assert sent.result(10) == {}


def test_what_comes_ends_the_wait_for_it(sending, subscribers):
    subscribers["events"].receive(1, 0.1)
    timer = threading.Timer(0.3, sending.send, [parcel(b"now", "signup.confirmed")])
    timer.start()
    began = time.monotonic()
    deliveries = subscribers["events"].receive(1, 30)
    timer.join()
    subscribers["events"].ack(deliveries)
    assert bodies(deliveries) == {b"now"}
    assert time.monotonic() - began < 10


def test_garbage_is_put_aside_and_does_not_come_again(sending, subscribers, transport, request):
    sent = sending.send(parcel(b"\x00 garbage", "signup.confirmed"))
    [delivery] = take(subscribers["events"], 1)
    subscribers["events"].bury(delivery, "not JSON")
    assert sent.result(10) == {}
    subscribers["events"].close()
    assert subscribers["events"].receive(1, 0.2) == []
    url = "" if isinstance(transport, LocalTransport) else request.getfixturevalue("amqp_url")
    assert buried(transport, url, "events") == [b"\x00 garbage"]


def test_a_wake_from_another_thread_ends_the_rest_at_once(transport):
    publisher = transport.publisher("signups")
    publisher.wait(0)
    timer = threading.Timer(0.2, publisher.wake)
    timer.start()
    began = time.monotonic()
    publisher.wait(30)
    assert time.monotonic() - began < 10
    timer.join()
    publisher.close()


def test_a_wake_that_comes_before_the_rest_is_not_lost(sending):
    for prepare in (lambda: None, lambda: sending.send(parcel(b"x", "need.posted")).result(10)):
        sending.publisher.wake()
        prepare()  # neither by connecting nor by publishing meanwhile
        began = time.monotonic()
        sending.publisher.wait(30)
        assert time.monotonic() - began < 10


def test_many_wakes_are_one(transport):
    publisher = transport.publisher("signups")
    for _ in range(1000):
        publisher.wake()
    publisher.wait(30)
    began = time.monotonic()
    publisher.wait(0.3)
    assert time.monotonic() - began >= 0.25
    publisher.close()


def test_a_publisher_that_was_closed_opens_anew(sending, subscribers):
    for body in (b"one", b"two"):
        sent = sending.send(parcel(body, "signup.confirmed"))
        subscribers["events"].ack(take(subscribers["events"], 1))
        assert sent.result(10) == {}
        began = time.monotonic()
        sending.publisher.close()
        assert time.monotonic() - began < 1
    sending.publisher.close()  # again: nothing happens


def test_declaring_again_changes_nothing(transport, sending, subscribers):
    sent = sending.send(parcel(b"one", "signup.confirmed"))
    transport.declare(BINDINGS)
    subscribers["events"].ack(take(subscribers["events"], 1))
    assert sent.result(10) == {}
    assert subscribers["events"].receive(1, 0.2) == []


def test_what_is_in_hand_can_be_acknowledged_after_a_hold(sending, subscribers):
    sent = sending.send(parcel(b"one", "signup.confirmed"))
    deliveries = take(subscribers["events"], 1)
    subscribers["events"].hold(0.3)
    subscribers["events"].ack(deliveries)
    assert sent.result(10) == {}
