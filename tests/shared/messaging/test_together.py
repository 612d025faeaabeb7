"""Messages that come together may be applied together; in the end it is as if each had come alone."""

from uuid import UUID, uuid4

import orjson
import pytest
from sqlalchemy import text

from shared.database import insert
from shared.messaging import inbox, outbox
from shared.messaging.consumer import Consumer
from shared.messaging.envelope import open_envelope
from shared.messaging.registry import Registry
from shared.messaging.tables import InboxStatus
from tests.shared.messaging.conftest import START, Applied, Copy, held, only_sqlite


class Crowd:
    """A batch handler that keeps how many places each pledge has, and fails for those that it is told to fail for."""

    def __init__(self, world):
        self.world = world
        self.registry = Registry()
        self.sizes = []
        self.failing = {}
        self.registry.on_batch("places.held", "places.released")(self.on_places)

    def on_places(self, session, messages, now):
        self.sizes.append(len(messages))
        for message in messages:
            pledge_id = message.data["pledge_id"]
            values = {"pledge_id": pledge_id, "version": 1, "held": message.data["held"]}
            session.execute(insert(session, Copy).values(values).on_conflict_do_nothing())
            session.add(Applied(message_id=message.id))
            self.failing.get(pledge_id, lambda *_: None)(session, now)

    def take(self, sending, local, *bodies):
        """Let them come to a consumer, which applies and acknowledges them."""
        consumer = Consumer(self.world.reader, local.subscriber("events"), self.registry, lambda: START)
        sent = sending.bodies(*bodies)
        while not sent.done():
            consumer.run_once(wait=0.05)
        assert sent.result() == {}

    def hear(self, *bodies):
        """Let the bodies come as one batch; return what the inbox says to have applied."""
        return self.world.reader.write(inbox.accept, self.registry, [open_envelope(body) for body in bodies], START)


@pytest.fixture
def crowd(world):
    return Crowd(world)


def fail(_session, _now):
    raise ValueError


def break_a_rule(session, _now):
    session.execute(text("INSERT INTO copies (held) VALUES (1)"))


def say_something(session, now):
    outbox.add(session, "session.ended", {"session_id": uuid4(), "version": 1, "expires_at": now}, now=now)


def test_what_comes_together_is_applied_together_and_remembered_one_by_one(world, crowd):
    pledges = [uuid4() for _ in range(3)]
    bodies = [held(pledge_id, held=4) for pledge_id in pledges]
    applied = crowd.hear(*bodies, bodies[0])
    assert crowd.sizes == [3]
    assert set(applied) == {open_envelope(body).id for body in bodies}
    assert world.copies() == dict.fromkeys(pledges, (1, 4))
    assert world.statuses() == [InboxStatus.DONE] * 3


def test_what_came_before_is_not_applied_again_with_what_is_new(world, crowd):
    first, second, third = held(), held(), held()
    crowd.hear(first, second)
    assert crowd.hear(second, third, first) == [open_envelope(third).id]
    assert world.applied() == 3


def test_one_that_comes_alone_goes_to_the_same_handler(world, crowd):
    body = held()
    for _ in range(2):
        crowd.hear(body)
    assert crowd.sizes == [1]
    assert world.applied() == 1


@pytest.mark.parametrize("failure", [fail, break_a_rule])
def test_one_that_fails_parks_itself_and_holds_up_no_other(world, crowd, failure):
    crowd.failing[bad := uuid4()] = failure
    applied = crowd.hear(held(), held(bad), held())
    assert crowd.sizes == [3, 1, 1, 1]
    assert len(applied) == world.applied() == 2
    assert bad not in world.copies()
    assert world.statuses() == [InboxStatus.DONE, InboxStatus.DONE, InboxStatus.RETRY]


def test_one_that_failed_is_tried_alone_and_succeeds(world, crowd, clock):
    crowd.failing[bad := uuid4()] = fail
    crowd.hear(held(), held(bad))
    crowd.failing.clear()
    clock.pass_by(seconds=1)
    claimed = world.reader.write(inbox.claim_retry, clock())
    for expected in (True, False):
        assert world.reader.write(inbox.retry, crowd.registry, claimed, clock()) is expected
    assert world.statuses() == [InboxStatus.DONE] * 2
    assert world.applied() == 2


def test_what_nobody_can_read_is_dead_and_the_others_are_applied_together(world, crowd):
    unknown = orjson.dumps(orjson.loads(held()) | {"type": "places.moved"})
    broken = orjson.dumps(orjson.loads(held()) | {"data": {"version": 1}})
    crowd.hear(held(), unknown, broken, held())
    assert crowd.sizes == [2]
    assert world.statuses() == [InboxStatus.DEAD] * 2 + [InboxStatus.DONE] * 2


def test_types_with_a_handler_for_each_message_are_applied_beside_a_batch(world, crowd):
    heard = []
    crowd.registry.on("signup.withdrawn")(lambda _session, message, _now: heard.append(message.id))
    single = orjson.loads(held()) | {"type": "signup.withdrawn"}
    single["data"] |= {"signup_id": str(uuid4()), "status": "withdrawn"}
    crowd.hear(held(), orjson.dumps(single), held())
    assert crowd.sizes == [2]
    assert heard == [UUID(single["id"])]
    assert world.statuses() == [InboxStatus.DONE] * 3


def test_what_is_said_because_of_a_message_bears_the_id_of_the_request_that_it_comes_of(world, crowd):
    speaking = [uuid4(), uuid4()]
    crowd.failing = dict.fromkeys(speaking, say_something)
    bodies = [orjson.dumps(orjson.loads(held(one)) | {"correlationid": f"form-{one}"}) for one in [*speaking, uuid4()]]
    crowd.hear(*bodies)
    assert world.applied() == 3

    said = world.reader.write(outbox.claim, 10, START)
    assert [open_envelope(row.body).read().correlation_id for row in said] == [f"form-{one}" for one in speaking]


def test_a_consumer_applies_what_is_new_at_once_one_that_comes_alone_too(world, crowd, sending, local):
    bodies = [held(), held()]
    crowd.take(sending, local, held())
    crowd.take(sending, local, *bodies, bodies[0])
    assert world.applied() == sum(crowd.sizes) == 3
    assert world.statuses() == [InboxStatus.DONE] * 3


def test_a_consumer_looks_closer_where_something_came_before(world, crowd, sending, local):
    first, second = held(), held()
    for bodies in ([first], [first, second], [first], [second]):
        crowd.take(sending, local, *bodies)
    assert world.applied() == 2
    assert world.statuses() == [InboxStatus.DONE] * 2


@pytest.mark.parametrize("failure", [fail, break_a_rule])
def test_a_consumer_finds_the_one_that_fails(world, crowd, sending, local, failure):
    crowd.failing[bad := uuid4()] = failure
    crowd.take(sending, local, held(), held(bad), held())
    crowd.take(sending, local, orjson.dumps(orjson.loads(held()) | {"data": {"version": 1}}))
    assert world.applied() == 2
    assert bad not in world.copies()
    assert world.statuses() == [InboxStatus.DEAD, InboxStatus.DONE, InboxStatus.DONE, InboxStatus.RETRY]


def test_a_consumer_lets_what_speaks_speak_for_itself(world, crowd, sending, local):
    crowd.failing[speaking := uuid4()] = say_something
    crowd.take(sending, local, orjson.dumps(orjson.loads(held(speaking)) | {"correlationid": "form-4"}))
    [said] = world.reader.write(outbox.claim, 10, START)
    assert open_envelope(said.body).read().correlation_id == "form-4"
    assert world.applied() == 1


@only_sqlite
def test_each_is_counted_once_by_what_came_of_it(world, crowd):
    crowd.hear(held(), held())
    crowd.failing[bad := uuid4()] = fail
    crowd.hear(held(), held(bad))
    figures = world.reader.figures.text().decode()
    for outcome, number in (("done", 3.0), ("retry", 1.0)):
        count = f'messages_handled_total{{outcome="{outcome}",service="events",type="places.held"}} {number}'
        assert f"steward_{count}" in figures
