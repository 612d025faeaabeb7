"""What only the transport inside the process does."""

import time

import pytest

from shared.messaging import local as module
from shared.messaging.transport import TransportError
from tests.shared.messaging.conftest import parcel


def test_a_parcel_counts_as_confirmed_only_when_every_service_has_acknowledged_it(local, sending):
    local.declare({"partners": ["places.held"]})
    first, second = local.subscriber("events"), local.subscriber("partners")
    sent = sending.send(parcel(b"for two"))
    first.ack(first.receive(1, 5))
    assert not sent.done()
    second.ack(second.receive(1, 5))
    assert sent.result(5) == {}


def test_a_window_that_nobody_takes_is_given_up_and_leaves_no_copies(local, sending, monkeypatch):
    monkeypatch.setattr(module, "CONFIRM_TIMEOUT", 0.2)
    subscriber = local.subscriber("events")
    for _ in range(3):
        with pytest.raises(TransportError):
            sending.send(parcel(b"one", seq=1), parcel(b"two", seq=2)).result(5)
    assert subscriber.receive(10, 0) == []


def test_a_reader_that_is_slow_is_waited_for(local, sending, monkeypatch):
    monkeypatch.setattr(module, "CONFIRM_TIMEOUT", 2)
    subscriber = local.subscriber("events")
    sent = sending.send(*(parcel(b"one of many", seq=seq) for seq in range(1, 9)))
    for _ in range(8):
        time.sleep(0.3)
        subscriber.ack(subscriber.receive(1, 5))
    assert sent.result(5) == {}


def test_what_a_reader_has_taken_from_a_window_given_up_can_still_be_acknowledged(local, sending, monkeypatch):
    monkeypatch.setattr(module, "CONFIRM_TIMEOUT", 0.2)
    subscriber = local.subscriber("events")
    sent = sending.send(parcel(b"one", seq=1), parcel(b"two", seq=2))
    taken = subscriber.receive(1, 5)
    with pytest.raises(TransportError):
        sent.result(5)
    subscriber.ack(taken)
    assert subscriber.receive(10, 0) == []
