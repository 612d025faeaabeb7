"""Messages arrive in any order, late, and more than once: in the end all three services say the same, and what is true.

Commands happen at all services while none of them knows what the others have just done. What is true is kept in plain
sets here, from what each command answered. ``HYPOTHESIS_PROFILE=long`` looks for much longer.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test
from sqlalchemy import event as hooks
from sqlalchemy import select

from services.__main__ import NAMES, all_services
from services.events import operations as events
from services.events.models import Event, Organizer, PledgeCopy, SignupCopy
from services.events.operations import Desk
from services.partners import operations as partners
from services.partners.models import Kind, Pledge, PledgeStatus
from services.partners.scope import Scope
from services.signups import operations as signups
from services.signups.idempotency import Request
from services.signups.links import Links
from services.signups.models import Hold, Place, Signup
from shared import clock, embedded
from shared.agreement import comparing
from shared.database import Database
from shared.errors import DomainError
from shared.messaging import inbox, outbox
from shared.messaging.envelope import Sealed, open_envelope
from shared.messaging.tables import InboxStatus
from tests.events.world import event_data, shift_data
from tests.signups.driving import sign_up

LINKS = Links("a key for tests that is long enough, really")
PATIENT = settings(deadline=None, suppress_health_check=list(HealthCheck))
SEARCH = {
    "short": settings(PATIENT, max_examples=10, stateful_step_count=25, derandomize=True, database=None),
    "long": settings(PATIENT, max_examples=400, stateful_step_count=80),
}[os.environ.get("HYPOTHESIS_PROFILE", "short")]
RETRIES = 6
"""Attempts at what came too early, before everything has arrived; a message has fifteen."""
LONGER = timedelta(minutes=10)
"""Than any message waits for its next attempt."""
SOONER = timedelta(milliseconds=1)
"""Between two commands, so that it is clear who was first."""
RUNS = count()
ENOUGH = 500
"""Messages; a run makes some dozens."""
some = st.integers(0, 1_000)
"""Chooses among what there is at the moment."""
people = st.integers(0, 7)


class Post:
    """Carries messages as badly as at-least-once delivery allows: in any order, late, twice."""

    def __init__(self, parts: Sequence[embedded.Part]) -> None:
        self.parts = {part.service.name: part for part in parts}
        self.waiting: list[tuple[str, Sealed]] = []
        self.delivered: list[tuple[str, Sealed]] = []

    def collect(self, now: datetime) -> None:
        """Take what was written into the outboxes; each reader gets a copy of its own."""
        for part in self.parts.values():
            claimed = part.database.write(outbox.claim, 1000, now)
            part.database.write(outbox.settle, [row.seq for row in claimed], {}, now)
            for row in claimed:
                sealed = open_envelope(row.body)
                readers = [name for name, reader in self.parts.items() if row.type in reader.service.handlers.types]
                self.waiting += [(name, sealed) for name in readers]

    def deliver(self, number: int, now: datetime) -> None:
        """Deliver one of those that wait."""
        letter = self.waiting.pop(number % len(self.waiting))
        self.delivered.append(letter)
        self._hand_over(*letter, now)

    def deliver_again(self, number: int, now: datetime) -> None:
        """Deliver one that was delivered before."""
        self._hand_over(*self.delivered[number % len(self.delivered)], now)

    def try_again(self, now: datetime) -> int:
        """Make one attempt at each message that came too early; return how many there were."""
        tried = 0
        for part in self.parts.values():
            due = part.database.read(inbox.count)[InboxStatus.RETRY]
            for _ in range(due):
                sealed = part.database.write(inbox.claim_retry, now)
                if sealed is not None:
                    part.database.write(inbox.retry, part.service.handlers, sealed, now)
                    tried += 1
        return tried

    def _hand_over(self, name: str, sealed: Sealed, now: datetime) -> None:
        part = self.parts[name]
        part.database.write(inbox.accept, part.service.handlers, [sealed], now)


class Festival(RuleBasedStateMachine):
    """One event with a shift of three places, eight people, two units."""

    parts: Sequence[embedded.Part]

    def __init__(self) -> None:
        super().__init__()
        self.now = clock.utc_now()
        self.post = Post(self.parts)
        self.run = next(RUNS)
        self.live: dict[UUID, None] = {}
        """Sign-ups whose people were told that they have a place or a turn, as they came: the ids differ each time."""
        self.seated: set[UUID] = set()
        """Those of them who were told that they have a place, which nobody takes from them."""
        self.pledged: dict[UUID, int] = {}

    @initialize(capacity=st.integers(1, 4), knowing=st.sets(st.sampled_from(("signups", "partners"))))
    def publish(self, capacity: int, knowing: set[str]) -> None:
        """Publish the event; those who are not among the ``knowing`` hear of it later."""
        admin = self._all("events", select(Organizer))[0]
        self.desk, self.scope = Desk(admin.community, admin.id), Scope(admin.community, organizer_id=admin.id)
        starts_at = self.now + timedelta(days=9)
        times = {"starts_at": starts_at, "ends_at": starts_at + timedelta(hours=3)}
        entered = event_data(shifts=[shift_data(capacity=capacity, **times)], programme=[], **times)
        made = self._database("events").write(
            events.create_event, entered, desk=self.desk, timezone="Asia/Shanghai", now=self.now
        )
        self.event_id, self.shift_id = made.id, made.shifts[0].id
        self._do("events", events.publish_event, self.event_id, desk=self.desk)
        self.units = [self._unit(f"第{number}小学 {uuid4()}") for number in range(2)]
        for name in sorted(knowing):
            self.post.deliver([one for one, _sealed in self.post.waiting].index(name), self.now)

    # What organizers do

    @rule(capacity=st.integers(1, 6))
    def change_the_number_of_places(self, capacity: int) -> None:
        self._change(shifts=[{"id": self.shift_id, "capacity": capacity}])

    @rule(hours=st.integers(1, 48))
    def put_off(self, hours: int) -> None:
        own = self._own()
        later = {name: getattr(own, name) + timedelta(hours=hours) for name in ("starts_at", "ends_at")}
        self._change(**later, shifts=[{"id": self.shift_id, **later}])

    @rule()
    def take_back(self) -> None:
        self._do("events", events.unpublish_event, self.event_id, desk=self.desk)

    @rule()
    def publish_once_more(self) -> None:
        self._do("events", events.publish_event, self.event_id, desk=self.desk)

    # What people do

    @rule(person=people)
    def sign_up(self, person: int) -> None:
        self._enter(person, None)

    @precondition(lambda self: self.pledged)
    @rule(person=people, one=some)
    def enter_a_name_at_a_unit_s_place(self, person: int, one: int) -> None:
        hold = self._all("signups", select(Hold).where(Hold.pledge_id == list(self.pledged)[one % len(self.pledged)]))
        if hold:
            self._enter(person, hold[0].claim_token)

    @precondition(lambda self: self.live)
    @rule(one=some)
    def withdraw(self, one: int) -> None:
        signup_id = list(self.live)[one % len(self.live)]
        if self._do("signups", signups.withdraw, signup_id, reason=None):
            del self.live[signup_id]
            self.seated.discard(signup_id)

    # What units do

    @rule(one=some, quantity=st.integers(1, 4))
    def pledge(self, one: int, quantity: int) -> None:
        promise = partners.Promise(
            work_unit_id=self.units[one % 2],
            quantity=quantity,
            event_id=self.event_id,
            kind=Kind.PEOPLE,
            shift_id=self.shift_id,
        )
        if self._do("partners", partners.make_pledge, promise, scope=self.scope):
            self.pledged[promise.pledge_id] = quantity

    @precondition(lambda self: self.pledged)
    @rule(one=some, quantity=st.integers(1, 3))
    def pledge_less(self, one: int, quantity: int) -> None:
        pledge_id = list(self.pledged)[one % len(self.pledged)]
        if self._do("partners", partners.reduce_pledge, pledge_id, quantity, scope=self.scope):
            self.pledged[pledge_id] = quantity

    @precondition(lambda self: self.pledged)
    @rule(one=some)
    def take_a_pledge_back(self, one: int) -> None:
        pledge_id = list(self.pledged)[one % len(self.pledged)]
        if self._do("partners", partners.withdraw_pledge, pledge_id, scope=self.scope):
            self.pledged[pledge_id] = 0

    # What becomes of the messages meanwhile

    @precondition(lambda self: self.post.waiting)
    @rule(numbers=st.lists(some, min_size=1, max_size=6))
    def messages_arrive(self, numbers: list[int]) -> None:
        for number in numbers:
            if self.post.waiting:
                self.post.deliver(number, self.now)
        self.post.collect(self.now)

    @precondition(lambda self: self.post.delivered)
    @rule(number=some)
    def one_arrives_again(self, number: int) -> None:
        self.post.deliver_again(number, self.now)
        self.post.collect(self.now)

    @precondition(lambda self: self.tries < RETRIES)
    @rule()
    def what_came_too_early_is_tried_again(self) -> None:
        self.tries += 1
        self.now += LONGER
        self.post.try_again(self.now)
        self.post.collect(self.now)

    tries = 0

    def teardown(self) -> None:
        """Let everything arrive that is on its way, the last first, and compare."""
        if not hasattr(self, "event_id"):
            return
        self.post.collect(self.now)
        tried = 1
        while self.post.waiting or tried:
            while self.post.waiting:
                assert len(self.post.delivered) < ENOUGH, "the services answer each other for ever"
                self.post.deliver(-1, self.now)
                self.post.collect(self.now)
            self.now += LONGER
            tried = self.post.try_again(self.now)
            self.post.collect(self.now)
        self._compare()

    def _compare(self) -> None:
        assert all(not any(part.database.read(inbox.count).values()) for part in self.parts), "some came to nothing"
        assert comparing.lasting(self.parts, patience=0, at_most=100) == []
        live = {"confirmed", "waitlisted"}
        mine = self._all("signups", select(Signup).where(Signup.event_id == self.event_id))
        copies = self._all("events", select(SignupCopy).where(SignupCopy.event_id == self.event_id))
        assert {one.id for one in mine if one.status in live} == self.live.keys()
        assert {one.signup_id for one in copies if one.status in live} == self.live.keys()
        assert self.seated <= {one.id for one in mine if one.status == "confirmed"}
        pledges = self._all("partners", select(Pledge).where(Pledge.event_id == self.event_id))
        assert {one.id: one.quantity for one in pledges} == self.pledged
        told = self._all("events", select(PledgeCopy).where(PledgeCopy.event_id == self.event_id))
        assert {one.pledge_id: one.quantity for one in told} == self.pledged
        places = self._all("signups", select(Place).where(Place.shift_id == self.shift_id))
        own = self._own()
        if own.status == "published":  # what changes in a draft is told when it is published
            assert len(places) == own.shifts[0].capacity
        for one in pledges:
            kept = [place for place in places if place.pledge_id == one.id]
            assert one.held == len(kept), "the unit sees as many places as are kept"
            assert one.claimed == len([place for place in kept if place.signup_id is not None])
            assert one.status is not PledgeStatus.PENDING, "each pledge has its answer"
        free = [one for one in places if one.signup_id is None and one.pledge_id is None]
        assert not (free and own.status == "published" and any(one.status == "waitlisted" for one in mine))
        assert len({one.signup_id for one in places if one.signup_id}) == len([p for p in places if p.signup_id])

    def _enter(self, person: int, claim: str | None) -> None:
        application = signups.Application(
            shift_id=self.shift_id,
            name=f"志愿者{person}",
            phone=f"+86138{self.run % 10_000_000:07}{person}",  # whoever came to another run's event may not be here
            language="zh-CN",
            claim=claim,
        )
        request = Request.of(str(uuid4()), {"person": person})
        answer = self._do("signups", sign_up, application, request=request, links=LINKS)
        if answer and answer.signup_id is not None:
            self.live[answer.signup_id] = None
            if answer.status == "confirmed":
                self.seated.add(answer.signup_id)

    def _change(self, **entered: Any) -> None:
        self._do("events", events.change_event, self.event_id, entered, version=self._own().version, desk=self.desk)

    def _do(self, service: str, operation: Callable[..., Any], /, *given: Any, **more: Any) -> Any:
        """Do it as that service sees things now; None where it refuses. What it tells the others is on its way."""
        self.now += SOONER
        try:
            done = self._database(service).write(operation, *given, **more, now=self.now)
        except DomainError:
            return None
        self.post.collect(self.now)
        return done

    def _unit(self, name: str) -> UUID:
        contact = partners.Person(name="李老师", phone="+8613900001111")
        access = self._do(
            "partners", partners.add_work_unit, name=name, kind="school", contact=contact, scope=self.scope
        )
        return UUID(str(access.unit.id))

    def _own(self) -> Event:
        return self._all("events", select(Event).where(Event.id == self.event_id))[0]

    def _all(self, name: str, query: Any) -> Sequence[Any]:
        return self._database(name).read(lambda session: session.scalars(query).unique().all())

    def _database(self, name: str) -> Database:
        return self.post.parts[name].database


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sequence[embedded.Part]]:
    """The three services; each run makes an event of its own."""
    folder = tmp_path_factory.mktemp("any-order")
    opened = embedded.open_parts(all_services(), embedded.environment(folder, NAMES, {}))
    for part in opened:
        hooks.listen(part.database.engine, "connect", lambda made, _record: made.execute("PRAGMA synchronous=OFF"))
        part.database.dispose()
    yield opened
    for part in opened:
        part.database.dispose()


def test_whatever_order_messages_come_in_the_services_agree_and_keep_what_they_said(parts: Any) -> None:
    run_state_machine_as_test(type("Run", (Festival,), {"parts": parts}), settings=SEARCH)


def test_a_pledge_that_arrives_before_its_event_is_not_lost(parts: Any) -> None:
    """The search seldom comes upon it."""
    run = type("Run", (Festival,), {"parts": parts})()
    run.publish(capacity=2, knowing={"partners"})
    run.pledge(one=0, quantity=2)
    assert run.pledged
    run.teardown()
