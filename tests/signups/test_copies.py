"""What a change of the event means for those who signed up."""

from datetime import timedelta

import pytest

from services.signups import operations, queries
from services.signups.models import SignupStatus
from shared.errors import Unready
from shared.notices.tables import NoticeState
from tests.signups.conftest import NOW, World, shift_data


def resize(world: World, capacity: int) -> None:
    world.publish(shifts=[world.event["shifts"][0] | {"capacity": capacity}])


def reminder(world: World, **changes: object) -> dict[str, object]:
    return {
        "event_id": world.event["event_id"],
        "version": 1,
        "rule": "P1D",
        "occurrence": 0,
        "due_at": NOW + timedelta(days=7),
        "expires_at": world.event["starts_at"],
        "shift_ids": [],
    } | changes


def counts(world: World) -> queries.ShiftCounts:
    return world.read(lambda session: queries.shifts(session, world.event["event_id"]))[0]


def test_more_places_go_to_those_who_wait(world: World) -> None:
    waiting = [world.sign_up() for _ in range(5)][2:]
    resize(world, 4)
    assert [world.status(answer).value for answer in waiting] == ["confirmed", "confirmed", "waitlisted"]


def test_fewer_places_never_take_one_from_somebody(world: World) -> None:
    resize(world, 4)
    seated = [world.sign_up() for _ in range(3)]
    resize(world, 1)
    found = counts(world)
    assert (found.capacity, found.confirmed, found.free) == (3, 3, 0)
    world.sign_up()
    for answer in seated[:2]:
        world.database.write(operations.withdraw, answer.signup_id, reason=None, now=NOW)
    found = counts(world)
    assert (found.capacity, found.confirmed, found.waitlisted) == (1, 1, 1)


def test_an_older_state_of_the_event_changes_nothing(world: World) -> None:
    newer = world.event | {"version": 5, "title": "新"}
    older = world.event | {"version": 4, "title": "旧", "shifts": []}
    for data in (newer, older, newer):
        world.database.write(operations.record_event, data, now=NOW)
    event = world.read(lambda session: queries.event(session, world.event["event_id"]))
    assert event.title == "新"
    assert counts(world).capacity == 2


def test_a_shift_taken_out_of_the_event_withdraws_and_tells_its_people(world: World) -> None:
    answers = [world.sign_up() for _ in range(3)]
    world.publish(shifts=[shift_data()])
    assert {world.status(answer) for answer in answers} == {SignupStatus.WITHDRAWN}
    assert len(world.notices("shift_removed")) == 3
    assert len(world.messages("signup.withdrawn")) == 3


def test_a_moved_event_tells_everyone_once_and_voids_old_reminders(world: World) -> None:
    for _ in range(3):
        world.sign_up()
    world.database.write(operations.remind, reminder(world), now=NOW)
    assert len(world.notices("reminder")) == 2
    old = world.event["starts_at"]
    world.publish(starts_at=old + timedelta(days=1), ends_at=world.event["ends_at"] + timedelta(days=1), occurrence=1)
    assert {notice.state for notice in world.notices("reminder")} == {NoticeState.CANCELLED}
    told = world.notices("changed")
    assert len(told) == 3
    assert {notice.params["event"][0] for notice in told} == {old.isoformat()}
    world.database.write(operations.remind, reminder(world), now=NOW)
    assert len(world.notices("reminder")) == 2, "a reminder of the old date is void"
    world.database.write(operations.remind, reminder(world, occurrence=1, version=2), now=NOW)
    assert len(world.notices("reminder")) == 4


def test_a_new_title_disturbs_nobody(world: World) -> None:
    world.sign_up()
    world.publish(title="端午快乐")
    assert world.notices("changed") == []


def test_a_cancelled_event_tells_everyone_and_reminds_nobody(world: World) -> None:
    for _ in range(3):
        world.sign_up()
    world.database.write(operations.remind, reminder(world), now=NOW)
    world.publish(status="cancelled", reason="下雨")
    assert len(world.notices("cancelled")) == 3
    assert {notice.state for notice in world.notices("reminder")} == {NoticeState.CANCELLED}
    world.database.write(operations.remind, reminder(world, rule="PT2H"), now=NOW)
    assert len(world.notices("reminder")) == 2


def test_a_reminder_reaches_each_person_with_a_place_once(world: World) -> None:
    for _ in range(3):
        world.sign_up()
    for _ in range(2):
        world.database.write(operations.remind, reminder(world), now=NOW)
    assert len(world.notices("reminder")) == 2


def test_who_signed_up_after_it_came_due_gets_no_reminder(world: World) -> None:
    world.sign_up(now=NOW + timedelta(days=7, minutes=1))
    world.database.write(operations.remind, reminder(world), now=NOW + timedelta(days=7, minutes=2))
    assert world.notices("reminder") == []


def test_a_reminder_that_overtakes_its_event_is_tried_again_later(world: World) -> None:
    with pytest.raises(Unready):
        world.database.write(operations.remind, reminder(world, version=9), now=NOW)
