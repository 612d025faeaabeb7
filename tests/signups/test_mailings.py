"""Many people are told in batches, and nobody is forgotten between two of them."""

from datetime import datetime, timedelta

import pytest

from services.signups import audiences, operations
from services.signups.models import Signup
from services.signups.operations.missed import plan_for_missed
from shared.notices import mailings
from shared.notices.tables import NoticeState
from tests.signups.conftest import NOW, World, shift_data
from tests.signups.test_copies import reminder

LATER = timedelta(days=1)


@pytest.fixture
def by_twos(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two people are planned for in one transaction."""
    monkeypatch.setattr(mailings, "BATCH", 2)


def go_on(world: World, *, now: datetime = NOW) -> int:
    """Let the worker look once for a mailing that is not finished."""
    return world.database.write(mailings.going_on(audiences.find), now)


def a_crowd(world: World) -> list[operations.Answer]:
    """Five people with a place."""
    world.publish(shifts=[world.event["shifts"][0] | {"capacity": 5}])
    return [world.sign_up() for _ in range(5)]


def called_off(world: World) -> None:
    world.publish(status="cancelled", reason="下雨")


@pytest.mark.usefixtures("by_twos")
def test_a_cancellation_reaches_everybody_in_batches_and_once(world: World) -> None:
    a_crowd(world)
    called_off(world)
    assert len(world.notices("cancelled")) == 2
    while go_on(world):
        pass
    told = world.notices("cancelled")
    assert len({notice.person_id for notice in told}) == len(told) == 5


@pytest.mark.usefixtures("by_twos")
def test_who_withdraws_before_their_batch_is_not_planned_for(world: World) -> None:
    answers = a_crowd(world)
    world.publish(venue={"name": "礼堂", "address": ""})
    for answer in answers:
        world.database.write(operations.withdraw, answer.signup_id, reason=None, now=NOW)
    while go_on(world):
        pass
    assert len(world.notices("changed")) == 2


@pytest.mark.usefixtures("by_twos")
def test_a_move_ends_the_reminder_that_is_still_being_planned(world: World) -> None:
    a_crowd(world)
    for _ in range(2):
        world.database.write(operations.remind, reminder(world), now=NOW)
    world.publish(starts_at=world.event["starts_at"] + LATER, ends_at=world.event["ends_at"] + LATER, occurrence=1)
    while go_on(world):
        pass
    assert {notice.state for notice in world.notices("reminder")} == {NoticeState.CANCELLED}
    assert len(world.notices("changed")) == 5


def test_a_reminder_of_some_shifts_is_for_their_people(world: World) -> None:
    evening = shift_data(role="舞狮")
    world.publish(shifts=[*world.event["shifts"], evening])
    world.sign_up()
    dancer = world.sign_up(shift_id=evening["shift_id"])
    for _ in range(2):
        world.database.write(operations.remind, reminder(world, shift_ids=[evening["shift_id"]]), now=NOW)
    [notice] = world.notices("reminder")
    assert notice.person_id == world.read(lambda session: session.get_one(Signup, dancer.signup_id).volunteer_id)


def test_who_was_signing_up_while_a_mailing_was_planned_is_told_a_little_later(world: World) -> None:
    world.sign_up()
    world.database.write(operations.remind, reminder(world), now=NOW)
    world.sign_up()  # began before it was due, and was written only now
    world.database.write(plan_for_missed, NOW)
    while go_on(world):
        pass
    assert len(world.notices("reminder")) == 2
    world.database.write(plan_for_missed, NOW + timedelta(hours=1))
    assert not go_on(world)


def test_looking_for_whom_a_mailing_missed_calls_for_no_second_look(world: World) -> None:
    world.sign_up()
    world.database.write(operations.remind, reminder(world), now=NOW)
    assert world.database.write(plan_for_missed, NOW) == 0  # else the two tasks would call each other without end
    assert go_on(world)
    assert not go_on(world)


def test_thanks_wait_until_the_moment_that_the_event_says(world: World) -> None:
    there, late = world.sign_up(), world.sign_up()
    after, morning = world.event["ends_at"] + timedelta(hours=1), world.event["ends_at"] + LATER
    world.database.write(operations.check_in, there.signup_id, now=world.event["starts_at"])
    world.publish(status="completed", thanks_at=morning)
    world.database.write(operations.check_in, late.signup_id, now=after)
    assert {notice.next_at for notice in world.notices("thanks")} == {morning}
    assert len(world.notices("thanks")) == 2


def test_nobody_is_thanked_where_the_event_wants_no_thanks(world: World) -> None:
    there, late = world.sign_up(), world.sign_up()
    world.database.write(operations.check_in, there.signup_id, now=world.event["starts_at"])
    world.publish(status="completed", thanks=False)
    world.database.write(operations.check_in, late.signup_id, now=world.event["ends_at"])
    assert world.notices("thanks") == []


def test_nobody_who_took_their_consent_back_is_meant(world: World) -> None:
    answer = world.sign_up()
    words = audiences.of_event(world.event["event_id"], ["withdrawn", "confirmed"])
    assert len(world.read(lambda session: session.scalars(audiences.find(words)).all())) == 1
    world.database.write(operations.end_consent, [answer.signup_id], NOW)
    assert world.read(lambda session: session.scalars(audiences.find(words)).all()) == []
