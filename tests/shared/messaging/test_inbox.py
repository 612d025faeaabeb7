"""Messages are applied once, and one that cannot be applied holds up no other."""

from datetime import timedelta
from uuid import uuid4

import orjson
import pytest
from sqlalchemy import text

from shared.errors import Conflict, NotFound, Unready
from shared.messaging import inbox
from shared.messaging.envelope import open_envelope
from shared.messaging.inbox import BACKOFF_FIRST, KEEP_DONE, LEASE, MAX_ATTEMPTS
from shared.messaging.tables import UNSETTLED, InboxStatus
from tests.shared.messaging.conftest import START, Applied, held, only_sqlite, plan


@pytest.fixture
def accept(world, handlers, clock):
    """Apply the bodies as one batch."""

    def accept(*bodies):
        world.reader.write(inbox.accept, handlers.registry, [open_envelope(body) for body in bodies], clock())

    return accept


@pytest.fixture
def retry(world, handlers, clock):
    """Try the oldest message that is due; False where none is."""

    def retry():
        sealed = world.reader.write(inbox.claim_retry, clock())
        if sealed is not None:
            world.reader.write(inbox.retry, handlers.registry, sealed, clock())
        return sealed is not None

    return retry


def changed(body, **fields):
    return orjson.dumps({**orjson.loads(body), **fields})


def test_a_message_is_applied_and_remembered(world, accept):
    pledge_id = uuid4()
    accept(held(pledge_id, held=3))
    assert world.copies() == {pledge_id: (1, 3)}
    assert world.statuses() == [InboxStatus.DONE]


def test_a_duplicate_in_the_same_batch_is_applied_once(world, accept):
    body = held()
    accept(body, held(), body, body)
    assert world.applied() == 2


def test_a_duplicate_in_a_later_batch_is_applied_once(world, accept):
    body = held()
    for _ in range(3):
        accept(body)
    assert world.applied() == 1


def test_a_handler_that_fails_parks_only_its_own_message(world, handlers, accept):
    bad = uuid4()
    handlers.failures[bad] = ValueError("no")
    accept(held(), held(bad), held())
    assert world.applied() == 2
    assert bad not in world.copies()
    assert world.statuses() == [InboxStatus.DONE, InboxStatus.DONE, InboxStatus.RETRY]


def test_a_handler_that_breaks_a_rule_of_the_database_parks_only_its_own_message(world, handlers, accept):
    bad = uuid4()
    handlers.failures[bad] = lambda session: session.execute(text("INSERT INTO copies (held) VALUES (1)"))
    accept(held(), held(bad), held())
    assert world.applied() == 2
    assert bad not in world.copies()


def test_what_failed_is_tried_again_later_and_succeeds(world, handlers, accept, retry, clock):
    bad = uuid4()
    handlers.failures[bad] = Unready("not yet")
    accept(held(bad, held=2))
    assert not retry(), "not before its pause is over"
    handlers.failures.clear()
    clock.pass_by(seconds=1)
    assert retry()
    assert world.copies() == {bad: (1, 2)}
    assert world.statuses() == [InboxStatus.DONE]
    assert not retry()


def test_the_pause_doubles_with_jitter(world, handlers, accept, retry, clock):
    handlers.failures[pledge_id := uuid4()] = ValueError()
    accept(held(pledge_id))
    for attempt in range(1, 6):
        [row] = world.inbox()
        longest = BACKOFF_FIRST * 2 ** (attempt - 1)
        assert longest / 2 <= row.next_at - clock() <= longest
        assert row.attempts == attempt
        clock.now = row.next_at
        assert retry()


def test_after_its_last_attempt_a_message_is_dead_and_listed(world, handlers, accept, retry, clock):
    handlers.failures[pledge_id := uuid4()] = ValueError()
    accept(held(pledge_id))
    for _ in range(MAX_ATTEMPTS - 1):
        clock.pass_by(minutes=10)
        assert retry()
    clock.pass_by(days=1)
    assert not retry()
    [letter] = world.reader.read(inbox.unsettled, InboxStatus.DEAD)
    assert (letter.type, letter.attempts, letter.last_error) == ("places.held", MAX_ATTEMPTS, "ValueError")
    assert letter.received_at == START
    assert world.reader.read(inbox.count) == {InboxStatus.RETRY: 0, InboxStatus.DEAD: 1}


def test_a_dead_message_can_be_replayed(world, handlers, accept, retry, clock):
    body = changed(held(pledge_id := uuid4()), type="places.held")
    handlers.failures[pledge_id] = ValueError()
    accept(body)
    for _ in range(MAX_ATTEMPTS - 1):
        clock.pass_by(minutes=10)
        retry()
    [letter] = world.reader.read(inbox.unsettled, InboxStatus.DEAD)
    handlers.failures.clear()
    world.reader.write(inbox.replay, letter.message_id, clock())
    assert retry()
    assert pledge_id in world.copies()
    assert world.statuses() == [InboxStatus.DONE]


def test_a_dead_message_can_be_discarded_and_does_not_come_back(world, accept):
    body = changed(held(), type="places.moved")
    accept(body)
    [letter] = world.reader.read(inbox.unsettled, InboxStatus.DEAD)
    world.reader.write(inbox.discard, letter.message_id)
    accept(body)
    assert world.applied() == 0
    assert world.statuses() == [InboxStatus.DONE]


def test_only_a_dead_message_can_be_replayed_or_discarded(world, accept):
    accept(held())
    [row] = world.inbox()
    for message_id in (row.message_id, uuid4()):
        with pytest.raises(NotFound):
            world.reader.write(inbox.replay, message_id, START)
        with pytest.raises(NotFound):
            world.reader.write(inbox.discard, message_id)
    assert world.statuses() == [InboxStatus.DONE]


@pytest.mark.parametrize(
    "change",
    [
        {"type": "places.held.v9"},
        {"type": "event.cancelled"},
        {"data": {"version": 1}},
        {"data": {**orjson.loads(held())["data"], "held": -5}},
        {"data": {**orjson.loads(held())["data"], "version": "one"}},
    ],
    ids=["unknown type", "a type nobody here handles", "fields missing", "out of range", "wrong kind"],
)
def test_what_cannot_be_understood_is_dead_at_once_and_holds_up_nobody(world, accept, change):
    accept(held(), changed(held(), **change), held())
    assert world.applied() == 2
    [letter] = world.reader.read(inbox.unsettled, InboxStatus.DEAD)
    assert letter.attempts == 1


def test_a_field_that_only_a_newer_writer_knows_is_ignored(world, accept):
    body = held()
    accept(changed(body, data={**orjson.loads(body)["data"], "colour": "red"}))
    assert world.applied() == 1


def test_nothing_personal_stands_in_the_last_error(world, handlers, accept):
    secret = "张伟 13800138000"
    errors = [ValueError(secret), KeyError(secret), lambda session: session.add(Applied(message_id=secret))]
    bodies = []
    for error in errors:
        handlers.failures[pledge_id := uuid4()] = error
        bodies.append(held(pledge_id))
    accept(*bodies, changed(held(), data={"version": secret}))
    for row in world.inbox():
        assert row.status != InboxStatus.DONE
        assert "13800138000" not in row.last_error


def test_the_reason_of_our_own_refusal_is_kept(world, handlers, accept):
    handlers.failures[pledge_id := uuid4()] = Conflict("The shift is full.")
    accept(held(pledge_id))
    assert world.inbox()[0].last_error == "Conflict: The shift is full."


def test_a_suspect_is_parked_and_counted_before_it_is_tried(world, handlers, clock):
    sealed = open_envelope(held())
    world.reader.write(inbox.park, sealed, clock())
    world.reader.write(inbox.park, sealed, clock())
    assert world.applied() == 0
    assert [(row.status, row.attempts) for row in world.inbox()] == [(InboxStatus.RETRY, 1)]
    claimed = world.reader.write(inbox.claim_retry, clock())
    assert world.inbox()[0].attempts == 2, "counted, whatever becomes of the attempt"
    world.reader.write(inbox.retry, handlers.registry, claimed, clock())
    assert world.applied() == 1


def test_parking_what_was_applied_already_changes_nothing(world, accept, retry, clock):
    body = held()
    accept(body)
    world.reader.write(inbox.park, open_envelope(body), clock())
    assert not retry()
    assert world.applied() == 1


def test_a_message_that_kills_its_readers_runs_out_of_attempts(world, clock):
    world.reader.write(inbox.park, open_envelope(held()), clock())
    for _ in range(MAX_ATTEMPTS - 1):
        assert world.reader.write(inbox.claim_retry, clock()) is not None
        assert world.reader.write(inbox.claim_retry, clock()) is None, "leased to the reader that is at it"
        clock.pass_by(seconds=LEASE.total_seconds())
    assert world.reader.write(inbox.claim_retry, clock()) is None
    [letter] = world.reader.read(inbox.unsettled, InboxStatus.DEAD)
    assert letter.last_error == "its reader died of it"


def test_a_retry_that_somebody_settled_meanwhile_is_left_alone(world, handlers, clock):
    sealed = open_envelope(held())
    world.reader.write(inbox.park, sealed, clock())
    for _ in range(2):
        world.reader.write(inbox.retry, handlers.registry, sealed, clock())
    assert world.applied() == 1


def test_a_later_message_of_the_batch_sees_what_an_earlier_one_wrote(world, handlers, accept):
    pledge_id = uuid4()
    handlers.registry.on("signup.confirmed")(lambda *_: None)
    handlers.failures[pledge_id] = lambda session: session.execute(text("UPDATE copies SET held = held + 10"))
    accept(held(pledge_id, version=1, held=1), held(pledge_id, version=2, held=2), held(pledge_id, version=1))
    assert world.copies() == {pledge_id: (2, 22)}


def test_what_was_applied_long_ago_is_forgotten_and_nothing_unsettled(world, handlers, accept):
    handlers.failures[bad := uuid4()] = ValueError()
    accept(held(), held(bad))
    assert world.reader.write(inbox.purge, START + KEEP_DONE) == 0
    assert world.reader.write(inbox.purge, START + KEEP_DONE + timedelta(seconds=1)) == 1
    assert world.statuses() == [InboxStatus.RETRY]


@only_sqlite
def test_looking_for_work_does_not_read_through_what_is_done(world):
    for query in (
        f"SELECT body FROM inbox WHERE {UNSETTLED} AND status = 'retry' AND next_at <= '2027' ORDER BY next_at LIMIT 1",
        f"SELECT status, count(*) FROM inbox WHERE {UNSETTLED} GROUP BY status",
    ):
        assert "ix_inbox_unsettled" in plan(world.reader, query)
