"""What a change of the event means for the units that have pledged something for it."""

from datetime import timedelta
from itertools import permutations

import pytest

from services.partners import operations, queries
from services.partners.models import Kind
from shared.errors import Unready
from shared.notices.tables import NoticeState
from tests.partners.conftest import DESK, NOW, World, shift_data


def reminder(world: World, **changes: object) -> dict[str, object]:
    return {
        "event_id": world.event_id,
        "version": 1,
        "rule": "P1D",
        "occurrence": 0,
        "due_at": NOW + timedelta(days=7),
        "expires_at": world.event["starts_at"],
    } | changes


def remind(world: World, **changes: object) -> None:
    world.database.write(operations.remind_units, reminder(world, **changes), now=NOW)


def move(world: World, **changes: object) -> None:
    later = timedelta(days=1)
    moved = {"starts_at": world.event["starts_at"] + later, "ends_at": world.event["ends_at"] + later}
    world.publish(**moved | {"occurrence": 1} | changes)


def test_a_reminder_reaches_each_contact_of_a_unit_with_a_pledge_once(world: World) -> None:
    other = world.add_unit("卫生站")
    world.add_unit("没有认领的单位")
    for _ in range(2):
        world.pledge()
    world.pledge(unit=other, kind=Kind.SUPPLIES, shift_id=None)
    for _ in range(2):
        remind(world)
    assert {notice.person_id for notice in world.notices("reminder")} == {world.unit.contact_id, other.contact_id}
    assert len(world.notices("reminder")) == 2


def test_who_withdrew_or_got_nothing_or_has_delivered_is_not_reminded(world: World) -> None:
    refused, withdrawn = world.pledge(), world.pledge()
    delivered = world.pledge(kind=Kind.SUPPLIES, shift_id=None)
    world.answer(refused, 1, held=0)
    world.database.write(operations.withdraw_pledge, withdrawn, scope=DESK, now=NOW)
    world.database.write(operations.deliver_pledge, delivered, 5, scope=DESK, now=NOW)
    remind(world)
    assert world.notices("reminder") == []


def test_who_pledged_after_it_came_due_gets_no_reminder(world: World) -> None:
    world.pledge(now=NOW + timedelta(days=7, minutes=1))
    remind(world)
    assert world.notices("reminder") == []


def test_a_reminder_that_overtakes_its_event_is_tried_again_later(world: World) -> None:
    with pytest.raises(Unready):
        remind(world, version=9)


def test_a_moved_event_tells_units_once_and_voids_old_reminders(world: World) -> None:
    world.pledge()
    remind(world)
    old = world.event["starts_at"]
    move(world)
    assert [notice.state for notice in world.notices("reminder")] == [NoticeState.CANCELLED]
    [told] = world.notices("changed")
    assert told.params["old_starts_at"] == old.isoformat()
    remind(world)
    assert len(world.notices("reminder")) == 1, "a reminder of the old date is void"
    remind(world, occurrence=1, version=2)
    assert len(world.notices("reminder")) == 2


def test_the_second_move_takes_back_the_news_of_the_first(world: World) -> None:
    world.pledge()
    move(world)
    move(world, occurrence=2)
    assert [notice.state for notice in world.notices("changed")] == [NoticeState.CANCELLED, NoticeState.QUEUED]


def test_a_new_place_is_told_and_a_new_title_is_not(world: World) -> None:
    world.pledge()
    world.publish(title="端午快乐")
    assert world.notices("changed") == []
    world.publish(venue={"name": "小学操场", "address": "朝阳路2号"})
    assert len(world.notices("changed")) == 1


def test_a_shift_at_another_time_or_gone_is_told_to_its_units_only(world: World) -> None:
    first, second = world.event["shifts"]
    other = world.add_unit("卫生站")
    world.pledge()
    world.pledge(unit=other, shift_id=second["shift_id"])
    world.publish(shifts=[first | {"starts_at": first["starts_at"] + timedelta(minutes=30)}, second])
    assert [notice.person_id for notice in world.notices("changed")] == [world.unit.contact_id]
    world.publish(shifts=[world.event["shifts"][0], shift_data()])
    assert {notice.person_id for notice in world.notices("changed")} == {world.unit.contact_id, other.contact_id}


def test_a_cancelled_event_tells_units_and_reminds_nobody(world: World) -> None:
    world.pledge()
    delivered = world.pledge(unit=world.add_unit("超市"), kind=Kind.SUPPLIES, shift_id=None)
    world.database.write(operations.deliver_pledge, delivered, 5, scope=DESK, now=NOW)
    remind(world)
    world.publish(status="cancelled", reason="下雨")
    assert len(world.notices("cancelled")) == 2
    assert [notice.state for notice in world.notices("reminder")] == [NoticeState.CANCELLED]
    remind(world, rule="PT2H")
    assert len(world.notices("reminder")) == 1


def test_an_older_state_of_the_event_changes_nothing(world: World) -> None:
    newer = world.event | {"version": 5, "title": "新"}
    older = world.event | {"version": 4, "title": "旧", "shifts": []}
    for data in (newer, older, newer):
        world.database.write(operations.record_event, data, now=NOW)
    event = world.database.read(queries.event, world.event_id, scope=DESK)
    assert event.title == "新"
    assert [shift.listed for shift in event.shifts] == [True, True]


def test_an_older_answer_about_places_changes_nothing(world: World) -> None:
    pledge_id = world.pledge()
    world.answer(pledge_id, 3, held=5, claimed=2)
    world.answer(pledge_id, 2, held=5, claimed=1)
    world.answer(pledge_id, 3, held=0)
    pledge = world.find(pledge_id)
    assert (pledge.held, pledge.claimed, pledge.places_version) == (5, 2, 3)
    assert [step.action for step in pledge.steps] == ["made", "held"]


def test_answers_about_places_in_any_order_leave_the_newest(world: World) -> None:
    answers = {1: (5, 0), 2: (5, 2), 3: (3, 2)}
    for order in permutations(answers):
        pledge_id = world.pledge()
        for version in (*order, *order):
            held, claimed = answers[version]
            world.answer(pledge_id, version, held=held, claimed=claimed)
        pledge = world.find(pledge_id)
        assert (pledge.status.value, pledge.held, pledge.claimed) == ("partly_held", 3, 2)
