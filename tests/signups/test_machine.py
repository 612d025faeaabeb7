"""Whatever people, organizers, units and the clock do in whatever order: the service does what the model says.

``HYPOTHESIS_PROFILE=long`` looks for much longer.
"""

import os
from datetime import timedelta
from uuid import UUID, uuid4

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import event

from services.signups import operations
from services.signups.idempotency import Request
from shared.database import Database
from tests.signups.conftest import LINKS
from tests.signups.driving import Driver, expire, release, sweep
from tests.signups.model import HOUR, Claim, Event, Model, Shift, Unit

PATIENT = settings(deadline=None, suppress_health_check=list(HealthCheck))
SEARCH = {
    "short": settings(PATIENT, max_examples=20, stateful_step_count=15, derandomize=True, database=None),
    "long": settings(PATIENT, max_examples=400, stateful_step_count=60),
}[os.environ.get("HYPOTHESIS_PROFILE", "short")]
HURRY = {"sqlite": "PRAGMA synchronous=OFF", "postgresql": "SET synchronous_commit TO off"}
"""What is written need not outlive the machine."""
SLOTS = (0, 1, 2, 3, 4, 5, 13, 14, 23, 24)
"""Hours after nine in the morning of the first day at which shifts begin."""
people = st.integers(0, 5)
shifts = st.integers(0, 3)
some = st.integers(0, 1_000)
"""Chooses among what there is at the moment."""
small = st.integers(0, 3)


class Door(Driver):
    """Two events at two venues, three shifts and one, six people and two units."""

    @initialize(
        capacities=st.lists(st.integers(1, 2), min_size=4, max_size=4),
        slots=st.lists(st.sampled_from(SLOTS), min_size=4, max_size=4, unique=True),
        hours=st.sampled_from((72, 30, 30, 3)),
        travel=st.sampled_from((0, 30, 60)),
        daily=st.sampled_from((None, None, 4)),
        rest=st.sampled_from((None, 8, 11)),
        offer=st.sampled_from((30, 120, 0)),
        crowd=st.lists(st.tuples(people, shifts), max_size=6),
    )
    def publish(self, capacities, slots, hours, travel, daily, rest, offer, crowd) -> None:
        here = Event(uuid4(), "社区广场", 120, travel, None, rest)
        there = Event(uuid4(), "文化站", offer, 0, daily, None)
        begins = self.model.now + hours * HOUR
        self.model.shifts = [
            Shift(uuid4(), one, begins + slot * HOUR, capacity)
            for one, slot, capacity in zip((here, here, here, there), slots, capacities, strict=True)
        ]
        self.begins, self.units = begins, [uuid4(), uuid4()]
        for one in (here, there):
            self.tell(one)
        for person, shift in (*((person, 0) for person in range(5)), *crowd):
            self.sign_up(person, shift)

    # What people do

    @rule(person=people, shift=shifts)
    def sign_up(self, person: int, shift: int) -> None:
        self.apply(person, self.model.shifts[shift])

    @precondition(lambda self: self.live())
    @rule(one=some)
    def sign_up_again(self, one: int) -> None:
        claim = self.live()[one % len(self.live())]
        self.apply(claim.person, claim.shift)

    @precondition(lambda self: self.kept())
    @rule(person=people, one=some)
    def claim_a_unit_s_place(self, person: int, one: int) -> None:
        unit_id = self.kept()[one % len(self.kept())]
        self.apply(person, self.model.units[unit_id].shift, unit_id)

    @precondition(lambda self: self.model.claims)
    @rule(one=some)
    def withdraw(self, one: int) -> None:
        self.change(Model.withdraw, operations.withdraw, self.model.claims, one, reason=None)

    @precondition(lambda self: self.waited_for())
    @rule(one=some)
    def withdraw_from_a_place_that_is_waited_for(self, one: int) -> None:
        self.change(Model.withdraw, operations.withdraw, self.waited_for(), one, reason=None)

    @precondition(lambda self: self.of_units())
    @rule(one=some)
    def withdraw_from_a_unit_s_place(self, one: int) -> None:
        self.change(Model.withdraw, operations.withdraw, self.of_units(), one, reason=None)

    @precondition(lambda self: self.offered())
    @rule(one=some)
    def accept(self, one: int) -> None:
        self.change(Model.accept, operations.accept_offer, self.offered(), one)

    @precondition(lambda self: self.offered())
    @rule(one=some)
    def decline(self, one: int) -> None:
        self.change(Model.decline, operations.decline_offer, self.offered(), one)

    @precondition(lambda self: self.model.claims)
    @rule(one=some)
    def accept_whether_offered_or_not(self, one: int) -> None:
        self.change(Model.accept, operations.accept_offer, self.model.claims, one)

    @precondition(lambda self: self.model.claims)
    @rule(one=some)
    def decline_whether_offered_or_not(self, one: int) -> None:
        self.change(Model.decline, operations.decline_offer, self.model.claims, one)

    # What organizers and units do

    @precondition(lambda self: self.live())
    @rule(one=some, shift=st.integers(0, 2))
    def move(self, one: int, shift: int) -> None:
        here = [claim for claim in self.live() if claim.shift.event is self.model.shifts[shift].event]
        if here:
            wanted = self.model.shifts[shift].id
            self.change(
                lambda model, claim: model.move(claim, model.shifts[shift]), operations.move_signup, here, one, wanted
            )

    @rule(person=people, shift=shifts)
    def walk_in(self, person: int, shift: int) -> None:
        signup = self.both(
            lambda model: model.walk_in(person, model.shifts[shift]),
            operations.add_walk_in,
            self.application(person, self.model.shifts[shift]),
            request=Request.of(str(uuid4()), {}),
            links=LINKS,
        )
        if signup is not None:
            self.model.claims[-1].id = signup.id

    @rule(
        number=st.integers(0, 1),
        shift=shifts,
        quantity=small,
        waits=st.booleans(),
        hours=st.sampled_from((None, 1, 12)),
    )
    def pledge(self, number: int, shift: int, quantity: int, hours: int | None, *, waits: bool) -> None:
        unit_id = self.units[number]
        unit = self.model.units.setdefault(unit_id, Unit(self.model.shifts[shift]))
        self.versions[unit_id] += 1
        data = {
            "pledge_id": unit_id,
            "event_id": unit.shift.event.id,
            "shift_id": unit.shift.id,
            "work_unit": "朝阳小学",
            "kind": "people",
            "quantity": quantity,
            "version": self.versions[unit_id],
            "waits": waits,
            "claim_link": 0,
            "release_at": None if hours is None else self.model.now + hours * HOUR,
        }
        self.both(
            lambda model: model.pledge(unit_id, quantity, data["release_at"], waits=waits),
            operations.record_pledge,
            data,
        )

    @rule(shift=shifts, capacity=small)
    def resize(self, shift: int, capacity: int) -> None:
        if self.model.shifts[shift].listed:
            self.model.shifts[shift].capacity = capacity
            self.tell(self.model.shifts[shift].event)

    @rule(shift=shifts, slot=st.sampled_from(SLOTS))
    def move_in_time(self, shift: int, slot: int) -> None:
        starts_at = self.begins + slot * HOUR
        if all(one.starts_at != starts_at for one in self.model.shifts):
            self.model.shifts[shift].starts_at = starts_at
            self.tell(self.model.shifts[shift].event)

    @rule(shift=shifts)
    def take_a_shift_out(self, shift: int) -> None:
        changed = self.model.shifts[shift]
        changed.listed, changed.capacity = False, 0
        self.tell(changed.event)

    @precondition(lambda self: not all(shift.listed for shift in self.model.shifts))
    @rule(capacity=small)
    def put_a_shift_back(self, capacity: int) -> None:
        changed = next(shift for shift in self.model.shifts if not shift.listed)
        changed.listed, changed.capacity = True, capacity
        self.tell(changed.event)

    @rule(shift=shifts, status=st.sampled_from(("draft", "cancelled")))
    def take_an_event_back_or_cancel_it(self, shift: int, status: str) -> None:
        changed = self.model.shifts[shift].event
        changed.status = status
        self.tell(changed)

    @precondition(lambda self: any(shift.event.status != "published" for shift in self.model.shifts))
    @rule()
    def publish_again(self) -> None:
        changed = next(shift.event for shift in self.model.shifts if shift.event.status != "published")
        changed.status = "published"
        self.tell(changed)

    # What the clock does

    @rule(minutes=st.sampled_from((10, 60, 240)))
    def time_passes(self, minutes: int) -> None:
        self.model.now += timedelta(minutes=minutes)

    @precondition(lambda self: self.offered())
    @rule(early=st.booleans())
    def an_offer_runs_out(self, *, early: bool) -> None:
        until = min(claim.until for claim in self.offered() if claim.until is not None)
        self.model.now = max(self.model.now, until - timedelta(minutes=1) * early)
        self.both(Model.expire, expire)

    @precondition(lambda self: any(not self.model.has_time(unit) for unit in self.model.units.values()))
    @rule()
    def a_unit_s_time_is_over(self) -> None:
        self.both(Model.release, release)

    @precondition(lambda self: any(self.is_left_free(shift) for shift in self.model.shifts))
    @rule()
    def sweep(self) -> None:
        self.both(Model.sweep, sweep)
        assert not any(self.is_left_free(shift) for shift in self.model.shifts)

    # What there is

    def live(self) -> list[Claim]:
        return [claim for claim in self.model.claims if claim.state != "withdrawn"]

    def offered(self) -> list[Claim]:
        return [claim for claim in self.model.claims if claim.until is not None]

    def of_units(self) -> list[Claim]:
        return [claim for claim in self.live() if claim.unit is not None]

    def waited_for(self) -> list[Claim]:
        return [claim for claim in self.live() if claim.has_place and self.model.line(claim.shift)]

    def kept(self) -> list[UUID]:
        return [unit_id for unit_id in self.model.units if self.model.nameless(unit_id)]

    def is_left_free(self, shift: Shift) -> bool:
        """Somebody had no time for it when it became free and now they do, or a unit has begun to wait."""
        model = self.model
        is_wanted = model.next(shift) is not None or bool(model.waiting(shift))
        return model.is_open(shift) and model.free(shift) > 0 and is_wanted

    # What has to be true

    @invariant()
    def every_row_stands_as_the_model_says(self) -> None:
        self.compare_rows()

    @invariant()
    def the_others_know_how_full_each_shift_is(self) -> None:
        self.compare_copies()

    @invariant()
    def nobody_is_on_a_shift_twice_nor_at_two_places_unless_an_organizer_moved_the_shifts(self) -> None:
        live = [(claim.person, claim.shift.id) for claim in self.live()]
        assert len(live) == len(set(live))


def test_whatever_happens_the_places_stand_as_they_ought_to(database: Database) -> None:
    event.listen(database.engine, "connect", lambda connection, _: connection.execute(HURRY[database.engine.name]))
    run_state_machine_as_test(type("Door", (Door,), {"database": database}), settings=SEARCH)
