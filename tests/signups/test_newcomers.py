"""Signing up in a crowd: the quick way for what most want, and nothing done where anything is otherwise."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select, text

from services.signups import operations, waitlist
from services.signups.idempotency import Request
from services.signups.models import CheckInCode, IdempotencyKey, Signup, SignupStatus, Volunteer, check_in
from services.signups.operations.newcomers import Filled
from shared import sealing
from shared.logs import correlation_id
from shared.messaging.envelope import open_envelope
from shared.messaging.tables import Outgoing
from tests.shared.messaging.conftest import only_postgresql
from tests.signups.conftest import LINKS, NOW, World, a_child, shift_data

PLACES = 12


@pytest.fixture
def roomy(world: World) -> World:
    """The event, with places for a dozen."""
    world.publish(shifts=[world.event["shifts"][0] | {"capacity": PLACES}])
    return world


def a_wish(world, *more, key=None, **changes):
    applications = [world.application(**changes), *more]
    request = Request.of(key or str(uuid4()), {"phone": applications[0].phone})
    return operations.Wish(applications, request, LINKS, NOW)


def write(world, *wishes):
    return world.database.write(operations.sign_up_newcomers, wishes)


def count(world, table):
    return world.read(lambda session: session.scalar(select(func.count()).select_from(table)))


def test_each_has_a_place_a_code_a_message_and_an_answer_to_be_given_again(roomy):
    wishes = [a_wish(roomy) for _ in range(5)]
    answers = write(roomy, *wishes)
    assert [answer.status for answer in answers] == ["confirmed"] * 5
    assert roomy.taken() == 5
    assert count(roomy, CheckInCode) == 5
    told = roomy.messages("signup.confirmed")
    assert {one["signup_id"] for one in told} == {answer.signup_id for answer in answers}
    assert write(roomy, *wishes) == [None] * 5  # they are no longer new
    for wish, answer in zip(wishes, answers, strict=True):
        again = roomy.database.write(
            operations.sign_up, wish.applications[0], request=wish.request, links=LINKS, now=NOW
        )
        assert again == answer
    assert roomy.taken() == 5


def test_what_comes_of_it_is_the_same_as_of_signing_up_alone(roomy):
    entered: dict[str, Any] = {
        "email": "zhaxi@example.com",
        "birth_date": a_child(12),
        "guardian": operations.Guardian("卓玛", "+8613800138001"),
        "skilled": True,
    }
    [quick] = write(roomy, a_wish(roomy, **entered))
    application = roomy.application(**entered)
    request = Request.of("alone", {})
    alone = roomy.database.write(operations.sign_up, application, request=request, links=LINKS, now=NOW)

    def row(answer):
        signup = roomy.read(lambda session: session.get_one(Signup, answer.signup_id))
        own = {"id", "volunteer_id", "manage_hash"}
        return {column.key: getattr(signup, column.key) for column in Signup.__table__.columns if column.key not in own}

    assert row(quick) == row(alone)


def test_each_message_bears_the_id_of_its_own_request(roomy):
    wishes = []
    for number in range(3):
        token = correlation_id.set(f"request {number}")
        wishes.append(a_wish(roomy))
        correlation_id.reset(token)
    answers = write(roomy, *wishes)
    bodies = roomy.read(lambda session: session.scalars(select(Outgoing.body)).all())
    told = {one.envelope["data"]["signup_id"]: one.envelope["correlationid"] for one in map(open_envelope, bodies)}
    assert [told[str(answer.signup_id)] for answer in answers] == ["request 0", "request 1", "request 2"]


OTHERWISE = {
    "a shift that is not there": lambda world: a_wish(world, shift_id=uuid4()),
    "a child without a guardian": lambda world: a_wish(world, birth_date=a_child(9)),
    "an answer to what nobody asks": lambda world: a_wish(world, answers={"shirt": "L"}),
    "a place of a unit": lambda world: a_wish(world, claim="a token"),
    "two people": lambda world: a_wish(world, world.application()),
}


@pytest.mark.parametrize("what", OTHERWISE)
def test_whatever_is_otherwise_is_left_and_holds_up_nobody(roomy, what):
    answers = write(roomy, a_wish(roomy), OTHERWISE[what](roomy), a_wish(roomy))
    assert [answer and answer.status for answer in answers] == ["confirmed", None, "confirmed"]
    assert (roomy.taken(), count(roomy, Volunteer), count(roomy, IdempotencyKey)) == (2, 2, 2)


@pytest.mark.parametrize(
    "changes", [{"asks_code": True}, {"status": "cancelled"}, {"status": "draft"}], ids=lambda one: next(iter(one))
)
def test_an_event_that_does_not_take_everybody_is_left(roomy, changes):
    roomy.publish(**changes)
    assert write(roomy, a_wish(roomy), a_wish(roomy)) == [None, None]
    assert count(roomy, Volunteer) == 0


def test_a_shift_that_is_full_or_waited_for_is_left_with_nobody_noted(world):
    world.sign_up(), world.sign_up()
    assert write(world, a_wish(world)) == [None]
    waiting = world.sign_up()
    assert waiting.status == "waitlisted"
    known = count(world, Volunteer)
    world.publish(shifts=[world.event["shifts"][0] | {"capacity": 2}])
    assert write(world, a_wish(world)) == [None]
    assert count(world, Volunteer) == known


def test_where_there_are_fewer_places_than_newcomers_nothing_is_done_for_any(world):
    with pytest.raises(Filled):
        write(world, *(a_wish(world) for _ in range(3)))
    assert (world.taken(), count(world, Volunteer), world.messages("signup.confirmed")) == (0, 0, [])


def test_one_person_or_one_request_that_comes_twice_is_entered_once(roomy):
    twice = {"name": "扎西", "phone": "+8613800138000"}
    answers = write(
        roomy, a_wish(roomy, **twice), a_wish(roomy, **twice), a_wish(roomy, key="k"), a_wish(roomy, key="k")
    )
    assert sorted(answer.status for answer in answers if answer) == ["confirmed", "confirmed"]
    assert (roomy.taken(), count(roomy, Signup)) == (2, 2)


def test_somebody_with_other_shifts_is_entered_if_they_leave_time_and_else_left(roomy):
    morning = {"starts_at": NOW + timedelta(days=9), "ends_at": NOW + timedelta(days=9, hours=2)}
    roomy.publish(shifts=[roomy.event["shifts"][0], shift_data(**morning), shift_data(capacity=5)])
    first, later, at_once = (shift["shift_id"] for shift in roomy.event["shifts"])
    somebody = {"name": "扎西", "phone": "+8613800138000"}
    assert write(roomy, a_wish(roomy, shift_id=first, **somebody))[0].status == "confirmed"
    assert write(roomy, a_wish(roomy, shift_id=first, **somebody)) == [None]
    assert write(roomy, a_wish(roomy, shift_id=at_once, **somebody)) == [None]
    assert write(roomy, a_wish(roomy, shift_id=later, **somebody))[0].status == "confirmed"
    assert count(roomy, Volunteer) == 1


def test_a_code_that_somebody_at_the_event_has_is_not_given_again(roomy, monkeypatch):
    drawn = iter([1, 1, 1, 2, 2, 3])
    monkeypatch.setattr(check_in.secrets, "randbelow", lambda _most: next(drawn))
    assert None not in write(roomy, *(a_wish(roomy) for _ in range(3)))
    codes = roomy.read(lambda session: session.scalars(select(CheckInCode.code).order_by(CheckInCode.code)).all())
    assert codes == ["000001", "000002", "000003"]


def test_a_crowd_for_several_shifts_gets_places_of_the_right_ones(roomy):
    roomy.publish(shifts=[*roomy.event["shifts"], shift_data(capacity=5)])
    first, second = (shift["shift_id"] for shift in roomy.event["shifts"])
    answers = write(roomy, *(a_wish(roomy, shift_id=one) for one in (first, second, first, second, second)))
    assert None not in answers
    assert (roomy.taken(first), roomy.taken(second)) == (2, 3)


def test_while_keys_are_changed_everybody_is_left(roomy):
    sealing.give(roomy.database.engine.dialect, [f"{age} data key for tests that is long enough" for age in "ba"])
    assert write(roomy, a_wish(roomy)) == [None]


@only_postgresql
def test_whoever_is_locked_elsewhere_holds_up_nobody_else_for_long(roomy):
    somebody = {"name": "扎西", "phone": "+8613800138000"}
    [answer] = write(roomy, a_wish(roomy, **somebody))
    with roomy.database.engine.begin() as elsewhere:
        known = select(Signup.volunteer_id).where(Signup.id == answer.signup_id).scalar_subquery()
        elsewhere.execute(select(Volunteer.id).where(Volunteer.id == known).with_for_update())
        quickly = roomy.database.write_together
        assert quickly(operations.sign_up_newcomers, a_wish(roomy, **somebody)) is None
        assert quickly(operations.sign_up_newcomers, a_wish(roomy)).status == "confirmed"
    assert roomy.database.read(lambda session: session.scalar(text("SHOW lock_timeout"))) == "0"  # as before


def test_crowds_of_several_processes_fill_a_shift_to_the_last_place_and_no_further(roomy):
    """Each thread is a process of its own here: their crowds do not know of each other."""

    def come(process):
        for turn in range(4):
            wishes = [a_wish(roomy, phone=f"+8613900000{process}{turn}{one}") for one in range(3)]
            try:
                answers = write(roomy, *wishes)
            except Filled:
                answers = [None] * 3
            for wish, answer in zip(wishes, answers, strict=True):
                if answer is None:
                    roomy.database.write(
                        operations.sign_up, wish.applications[0], request=wish.request, links=LINKS, now=NOW
                    )

    with ThreadPoolExecutor(4) as processes:
        list(processes.map(come, range(4)))
    states = roomy.read(
        lambda session: dict(session.execute(select(Signup.status, func.count()).group_by(Signup.status)).all())
    )
    assert roomy.taken() == PLACES
    assert states == {SignupStatus.CONFIRMED: PLACES, SignupStatus.WAITLISTED: 48 - PLACES}


@only_postgresql
def test_whether_there_is_room_is_found_without_reading_the_places_of_older_shifts(world):
    """PostgreSQL takes such a shift for a third of the table, and would look for one of its rows from the beginning."""
    world.publish(shifts=[world.event["shifts"][0] | {"shift_id": uuid4(), "capacity": 3000} for _ in range(3)])
    newest = world.event["shifts"][-1]["shift_id"]
    question = select(waitlist.HAS_ROOM).params(shift=newest)
    written = question.compile(world.database.engine, compile_kwargs={"literal_binds": True})
    world.database.write(lambda session: session.execute(text("ANALYZE places, signups")))
    plan = world.read(lambda session: "\n".join(session.scalars(text(f"EXPLAIN {written}"))))
    assert "ix_places_free" in plan
    assert "Seq Scan on places" not in plan
    assert world.read(lambda session: session.scalar(question))
