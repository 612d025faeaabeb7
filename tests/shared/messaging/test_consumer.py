"""Takes messages in, applies them, and only then acknowledges."""

import threading
import time
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from shared.errors import Unready
from shared.messaging import consumer as consuming
from shared.messaging import inbox
from shared.messaging.consumer import Consumer
from shared.messaging.envelope import open_envelope
from shared.messaging.tables import InboxStatus
from shared.messaging.transport import TransportError
from tests.shared.messaging.conftest import held, only_postgresql, parcel

DISCONNECT = text("SELECT pg_terminate_backend(pg_backend_pid())")


def run_until(consumer, sent):
    """Let the consumer work until the broker has every confirm."""
    for _ in range(20):
        consumer.run_once(wait=0.05)
        if sent.done():
            return sent.result()
    raise AssertionError("some messages were never acknowledged")


def test_what_comes_is_applied_and_then_acknowledged(world, sending, consumer):
    sent = sending.bodies(*(held() for _ in range(250)))
    assert run_until(consumer, sent) == {}
    assert world.applied() == 250


def test_a_duplicate_is_acknowledged_and_ignored(world, sending, consumer):
    body = held()
    run_until(consumer, sending.bodies(body, body))
    run_until(consumer, sending.bodies(body))
    assert world.applied() == 1


def test_garbage_goes_to_the_dead_queue_and_holds_up_nobody(world, sending, consumer, local):
    run_until(consumer, sending.bodies(held(), b"\x00\xff", held(), b"{}"))
    assert world.applied() == 2
    assert sorted(local.dead("events")) == [b"\x00\xff", b"{}"]
    assert len(world.inbox()) == 2


def test_a_message_that_was_sent_under_another_types_key_is_no_message(world, sending, consumer, local):
    """The broker checks who may send which key; a sender may write into the envelope whatever they like."""
    forged = held()
    run_until(consumer, sending.send(parcel(forged, "places.released"), parcel(seq=2)))
    assert world.applied() == 1
    assert local.dead("events") == [forged]


def test_a_failing_message_is_acknowledged_and_tried_again_by_itself(world, sending, consumer, handlers, clock):
    bad = uuid4()
    handlers.failures[bad] = Unready("not yet")
    assert run_until(consumer, sending.bodies(held(bad), held())) == {}
    assert world.statuses() == [InboxStatus.DONE, InboxStatus.RETRY]
    handlers.failures.clear()
    clock.pass_by(seconds=1)
    assert consumer.run_once(wait=0) == 1
    assert world.statuses() == [InboxStatus.DONE, InboxStatus.DONE]
    assert world.applied() == 2


def test_a_consumer_that_never_rests_tries_what_was_replayed_as_well(
    world, sending, consumer, handlers, clock, monkeypatch
):
    monkeypatch.setattr(consuming, "WAIT", 0.2)
    handlers.failures[bad := uuid4()] = Unready("not yet")
    body = held(bad)
    run_until(consumer, sending.bodies(body))
    for _ in range(inbox.MAX_ATTEMPTS - 1):
        clock.pass_by(minutes=10)
        consumer.run_once(wait=0)
    handlers.failures.clear()
    world.reader.write(inbox.replay, open_envelope(body).id, clock())
    deadline = time.monotonic() + 60
    while bad not in world.copies() and time.monotonic() < deadline:
        run_until(consumer, sending.bodies(held()))
    assert bad in world.copies()
    assert set(world.statuses()) == {InboxStatus.DONE}


def test_a_reader_that_died_after_its_commit_and_before_its_ack_leaves_no_second_effect(
    world, sending, local, handlers, clock, consumer
):
    body = held()
    sent = sending.bodies(body)
    dying = local.subscriber("events")
    [delivery] = dying.receive(10, 5)
    world.reader.write(inbox.accept, handlers.registry, [open_envelope(delivery.body)], clock())
    dying.close()
    assert run_until(consumer, sent) == {}
    assert world.applied() == 1


def test_a_reader_that_died_before_its_commit_loses_nothing(world, sending, local, consumer):
    sent = sending.bodies(*(held() for _ in range(20)))
    dying = local.subscriber("events")
    assert len(dying.receive(20, 5)) > 0
    dying.close()
    assert run_until(consumer, sent) == {}
    consumer.run_once(wait=0)
    assert world.applied() == 20


def test_what_comes_again_is_tried_alone_and_counted_first(world, sending, local, consumer, handlers):
    """A message may be what killed its reader: it must not take its whole batch with it again and again."""
    suspect = uuid4()
    handlers.failures[suspect] = lambda _session: (_ for _ in ()).throw(SystemExit("the reader is killed"))
    sent = sending.bodies(held(suspect))
    dying = local.subscriber("events")
    dying.receive(1, 5)
    dying.close()
    with pytest.raises(SystemExit):
        consumer.run_once(wait=1)
    assert sent.result(5) == {}, "parked, so that the broker need not bring it again"
    [row] = world.inbox()
    assert (row.status, row.attempts) == (InboxStatus.RETRY, 2)
    run_until(consumer, sending.bodies(held(), held()))
    assert world.applied() == 2, "the others go on meanwhile"


@only_postgresql
def test_a_database_that_breaks_off_is_asked_again_with_what_is_in_hand(world, sending, consumer, handlers):
    struck = uuid4()
    handlers.failures[struck] = lambda session: session.execute(DISCONNECT)
    sent = sending.bodies(held(), held(struck), held())
    with pytest.raises(DBAPIError):
        run_until(consumer, sent)
    assert not sent.done()
    handlers.failures.clear()
    consumer.hold(0.01)
    run_until(consumer, sent)
    assert world.applied() == 3
    assert {row.attempts for row in world.inbox()} == {1}, "the database's failure is not the message's"


@only_postgresql
def test_a_database_that_breaks_off_during_a_retry_leaves_the_message_for_later(
    world, sending, consumer, handlers, clock
):
    struck = uuid4()
    handlers.failures[struck] = Unready("not yet")
    run_until(consumer, sending.bodies(held(struck)))
    handlers.failures[struck] = lambda session: session.execute(DISCONNECT)
    clock.pass_by(seconds=1)
    with pytest.raises(DBAPIError):
        consumer.run_once(wait=0)
    handlers.failures.clear()
    assert consumer.run_once(wait=0) == 0
    clock.pass_by(minutes=3)
    assert consumer.run_once(wait=0) == 1
    assert world.applied() == 1


def test_when_the_broker_goes_away_with_the_acks_what_was_applied_is_not_applied_again(
    world, sending, local, handlers, clock
):
    subscriber = local.subscriber("events")
    consumer = Consumer(world.reader, subscriber, handlers.registry, clock)
    handlers.failures[struck := uuid4()] = lambda _session: subscriber.close()
    sent = sending.bodies(held(struck))
    with pytest.raises(TransportError):
        consumer.run_once(wait=5)
    assert run_until(consumer, sent) == {}
    consumer.close()
    assert world.applied() == 1


def test_two_readers_of_one_service_apply_each_message_once(world, sending, local, handlers, clock):
    sent = sending.bodies(*(held() for _ in range(200)))
    consumers = [Consumer(world.reader, local.subscriber("events"), handlers.registry, clock) for _ in range(3)]

    def work(consumer):
        while not sent.done():
            consumer.run_once(wait=0.05)

    threads = [threading.Thread(target=work, args=[consumer]) for consumer in consumers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sent.result(0) == {}
    assert world.applied() == 200
    for consumer in consumers:
        consumer.close()
