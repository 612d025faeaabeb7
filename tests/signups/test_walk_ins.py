"""Writing down who comes without having signed up, and confirming what a shift asks for."""

import threading
from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.signups import operations, queries, today
from services.signups.idempotency import Request
from services.signups.models import Outcome, Signup, SignupStatus
from services.signups.operations import hours
from shared.errors import Conflict, Invalid
from tests.signups.conftest import LINKS, NOW, World, a_child, shift_data

ORGANIZER = uuid4()


def walk_in(world: World, *, key: str | None = None, now: Any = None, **changes: Any) -> Signup:
    application = world.application(**changes)
    request = Request.of(key or str(uuid4()), {"phone": application.phone})
    now = now or world.event["starts_at"] + timedelta(minutes=10)
    return world.database.write(operations.add_walk_in, application, request=request, links=LINKS, now=now)


def test_who_walks_in_has_a_place_and_is_checked_in_where_the_shift_is_running(world: World) -> None:
    signup = walk_in(world)
    assert (signup.status, signup.walk_in, world.taken()) == (SignupStatus.ATTENDED, True, 1)
    assert [message["version"] for message in world.messages("signup.confirmed", "signup.attended")] == [1, 2]


def test_before_the_start_a_walk_in_is_signed_up_only(world: World) -> None:
    assert walk_in(world, now=NOW).status is SignupStatus.CONFIRMED


def test_the_same_request_writes_one_person_down_once(world: World) -> None:
    first = walk_in(world, key="k", phone="+8613900000001", name="卓玛")
    again = walk_in(world, key="k", phone="+8613900000001", name="卓玛")
    assert again.id == first.id
    assert world.taken() == 1


def test_a_full_shift_names_the_others_and_writes_nothing(world: World) -> None:
    later = world.event["ends_at"]
    tea = shift_data(role="茶水", starts_at=later, ends_at=later + timedelta(hours=1))
    world.publish(shifts=[*world.event["shifts"], tea])
    world.sign_up()
    world.sign_up()
    with pytest.raises(Conflict, match=r"茶水 20:00 \(2\)"):
        walk_in(world)
    world.sign_up(shift_id=tea["shift_id"])
    world.sign_up(shift_id=tea["shift_id"])
    with pytest.raises(Conflict, match="so are all others"):
        walk_in(world)
    assert len(world.messages()) == 4


def test_whoever_waits_comes_before_who_walks_in(world: World) -> None:
    world.publish(shifts=[world.event["shifts"][0] | {"capacity": 0}])
    waiting = world.sign_up()
    world.publish(shifts=[world.event["shifts"][0] | {"capacity": 1}])
    with pytest.raises(Conflict):
        walk_in(world, now=NOW)
    assert world.status(waiting) is SignupStatus.CONFIRMED


def test_nobody_is_written_down_twice_or_into_two_places_at_once(world: World) -> None:
    first = world.event["shifts"][0]
    same_time = shift_data(starts_at=first["starts_at"], ends_at=first["ends_at"])
    world.publish(shifts=[first, same_time])
    world.sign_up(phone="+8613900000001", name="卓玛")
    with pytest.raises(Conflict, match="on that shift already"):
        walk_in(world, phone="+8613900000001", name="卓 玛")
    with pytest.raises(Conflict, match="overlapping"):
        walk_in(world, phone="+8613900000001", name="卓玛", shift_id=same_time["shift_id"])


def test_a_child_who_walks_in_needs_a_guardian_and_a_shift_that_is_over_takes_nobody(world: World) -> None:
    with pytest.raises(Invalid):
        walk_in(world, birth_date=a_child(10))
    with pytest.raises(Invalid):
        walk_in(world, shift_id=uuid4())
    with pytest.raises(Conflict, match="is over"):
        walk_in(world, now=world.event["ends_at"] + timedelta(hours=24))
    world.publish(status="cancelled", reason="下雨")
    with pytest.raises(Conflict, match="cancelled"):
        walk_in(world)


def test_for_a_day_after_the_end_people_who_were_there_are_added_without_times_being_made_up(world: World) -> None:
    world.publish(status="completed")
    later = world.event["ends_at"] + timedelta(hours=20)
    signup = walk_in(world, now=later)
    assert (signup.status, signup.checked_in_at, signup.minutes) == (SignupStatus.ATTENDED, None, None)
    with pytest.raises(Conflict, match="not been checked in"):
        world.database.write(operations.check_out, signup.id, now=later)
    [unsettled] = world.database.read(today.to_settle, world.event["event_id"], later)
    who = {"volunteer_id": unsettled.volunteer_id, "community": "朝阳社区", "organizer_id": ORGANIZER}
    review = world.database.write(hours.propose, unsettled.id, minutes=180, reason="一直在场", now=later, **who)
    world.database.write(hours.decide, review.id, outcome=Outcome.ACCEPTED, organizer_id=uuid4(), now=later)
    assert world.read(lambda session: session.get_one(Signup, signup.id).minutes) == 180
    assert not world.database.read(today.to_settle, world.event["event_id"], later)


def test_the_last_places_go_to_exactly_as_many_of_twenty_who_walk_in(world: World) -> None:
    outcomes: Counter[str] = Counter()
    start = threading.Barrier(20)

    def run(number: int) -> None:
        start.wait()
        try:
            walk_in(world, phone=f"+8613900001{number:03d}", name=f"路人{number}")
        except Conflict:
            outcomes["refused"] += 1
        else:
            outcomes["in"] += 1

    threads = [threading.Thread(target=run, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes == {"in": 2, "refused": 18}
    [counts] = world.read(lambda session: queries.shifts(session, world.event["event_id"]))
    assert (counts.confirmed, counts.free) == (2, 0)


def test_skills_are_confirmed_by_a_lead_and_that_can_be_taken_back(world: World) -> None:
    answer = world.sign_up()
    assert answer.signup_id is not None
    with pytest.raises(Conflict, match="asks for no skills"):
        clear(world, answer.signup_id)
    world.publish(shifts=[world.event["shifts"][0] | {"skills": ["急救"], "training": "消防培训"}])
    cleared = clear(world, answer.signup_id)
    again = clear(world, answer.signup_id, organizer=uuid4())
    assert (again.cleared_by, again.cleared_at) == (ORGANIZER, cleared.cleared_at)
    assert not again.is_to_clear
    for _ in range(2):
        assert world.database.write(operations.take_back_clearing, answer.signup_id).is_to_clear
    world.database.write(operations.withdraw, answer.signup_id, reason=None, now=NOW)
    with pytest.raises(Conflict, match="not on the shift any more"):
        clear(world, answer.signup_id)


def clear(world: World, signup_id: UUID, organizer: UUID = ORGANIZER) -> Signup:
    return world.database.write(operations.clear, signup_id, organizer_id=organizer, now=NOW)
