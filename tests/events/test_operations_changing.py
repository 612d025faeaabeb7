"""Changing an event: nobody's change is lost, and nobody who signed up loses their place."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from services.events import operations
from services.events.models import EventStatus, ReminderState
from shared.errors import Conflict, Invalid, NotFound, Stale
from tests.events.world import NOW, STARTS_AT, an_organizer, shift_data

DAY = timedelta(days=1)


def test_a_change_is_told_with_the_next_version_and_written_down_field_by_field(world):
    event = world.published()
    shift_id = event.shifts[0].id
    changed = world.change(event, title="端午同乐会", shifts=[{"id": shift_id, "capacity": 8}])
    assert changed.version == 3
    [message] = world.messages("event.changed")
    assert (message["version"], message["title"]) == (3, "端午同乐会")
    assert [(shift["shift_id"], shift["capacity"], shift["role"]) for shift in message["shifts"]] == [
        (shift_id, 8, "引导")
    ]
    assert world.history(event)[-2:] == [
        ("changed", "title", None, "端午游园会", "端午同乐会"),
        ("changed", "shift.capacity", "引导", 6, 8),
    ]


def test_entering_what_is_there_already_changes_nothing(world):
    event = world.published()
    again = world.change(event, title=event.title, shifts=[{"id": event.shifts[0].id, "capacity": 6}])
    assert again.version == event.version
    assert world.messages("event.changed") == []


def test_the_same_moment_written_in_another_zone_changes_nothing(world):
    event = world.published()
    zone = ZoneInfo("Asia/Urumqi")
    item, shift = event.programme[0], event.shifts[0]
    again = world.change(
        event,
        starts_at=event.starts_at.astimezone(zone),
        shifts=[{"id": shift.id, "ends_at": shift.ends_at.astimezone(zone)}],
        programme=[{"id": item.id, "starts_at": item.starts_at.astimezone(zone)}],
    )
    assert again.version == event.version
    assert world.messages("event.changed") == []


def test_a_draft_changes_without_a_word_to_the_others(world):
    event = world.create()
    assert world.change(event, title="新名字").version == 2
    assert world.messages() == []


def test_whoever_read_an_older_version_is_refused(world):
    event = world.create()
    world.change(event, title="先来的")
    with pytest.raises(Stale):
        world.change(event, version=1, title="后到的")
    assert world.event(event.id).title == "先来的"


def test_moving_the_start_moves_everything_with_it(world):
    event = world.published()
    moved = world.change(event, starts_at=STARTS_AT + DAY)
    assert moved.ends_at == event.ends_at + DAY
    assert moved.shifts[0].starts_at == event.shifts[0].starts_at + DAY
    assert moved.programme[0].starts_at == event.programme[0].starts_at + DAY
    assert moved.occurrence == event.occurrence + 1


def test_a_shift_with_times_of_its_own_keeps_them_when_the_event_moves(world):
    event = world.published()
    [shift] = event.shifts
    entered = {"id": shift.id, "starts_at": shift.starts_at, "ends_at": shift.ends_at}
    moved = world.change(event, starts_at=STARTS_AT + timedelta(hours=1), shifts=[entered])
    assert moved.shifts[0].starts_at == shift.starts_at


def test_a_move_cancels_the_reminders_of_the_old_time_and_plans_new_ones(world):
    event = world.published()
    world.change(event, starts_at=STARTS_AT + DAY)
    assert {one.state for one in world.reminders(event, 0).values()} == {ReminderState.CANCELLED}
    planned = world.reminders(event, 1)
    assert planned["P1D"].due_at == STARTS_AT
    assert {one.state for one in planned.values()} == {ReminderState.PENDING}
    [message] = world.messages("event.changed")
    assert message["occurrence"] == 1


def test_a_change_of_words_leaves_the_reminders_alone(world):
    event = world.published()
    world.change(event, title="新名字")
    assert world.event(event.id).occurrence == 0
    assert {one.state for one in world.reminders(event).values()} == {ReminderState.PENDING}


def test_a_published_event_does_not_move_into_the_past(world):
    with pytest.raises(Invalid) as refused:
        world.change(world.published(), starts_at=NOW - DAY)
    assert set(refused.value.errors) == {"starts_at"}


def test_a_published_event_keeps_what_it_needed_to_be_published(world):
    with pytest.raises(Invalid) as refused:
        world.change(world.published(), risks="", shifts=[])
    assert set(refused.value.errors) == {"risks", "shifts"}


def test_a_capacity_below_what_is_taken_is_refused_beside_its_field(world):
    event = world.published(shifts=[shift_data(), shift_data(role="套圈")])
    world.sign_up(event, shift=1)
    world.sign_up(event, "attended", shift=1)
    world.sign_up(event, "withdrawn", shift=1)
    world.hold(event, 2, claimed=1, shift=1)
    entered = [{"id": event.shifts[0].id, "capacity": 1}, {"id": event.shifts[1].id, "capacity": 2}]
    with pytest.raises(Invalid) as refused:
        world.change(event, shifts=entered)
    text = "3 places are taken or kept already. Please leave at least as many."
    assert refused.value.errors == {"shifts": {1: {"capacity": [text]}}}
    entered[1]["capacity"] = 3
    assert world.change(event, shifts=entered).shifts[1].capacity == 3


@pytest.mark.parametrize("status", ["confirmed", "waitlisted", "attended", "absent"])
def test_a_shift_that_people_signed_up_for_stays(world, status):
    event = world.published(shifts=[shift_data(), shift_data(role="套圈")])
    world.sign_up(event, status, shift=1)
    with pytest.raises(Conflict):
        world.change(event, shifts=[{"id": event.shifts[0].id}])


def test_an_empty_shift_may_go_and_a_new_one_come(world):
    event = world.published(shifts=[shift_data(), shift_data(role="套圈")])
    world.sign_up(event, "withdrawn", shift=1)
    changed = world.change(event, shifts=[shift_data(role="签到台"), {"id": event.shifts[0].id}])
    assert [shift.role for shift in changed.shifts] == ["签到台", "引导"]
    assert ("changed", "shift", "套圈", "套圈", None) in world.history(event)
    assert ("changed", "shift", "签到台", None, "签到台") in world.history(event)


def test_the_order_of_the_programme_is_written_down_once(world):
    event = world.create(programme=[{"title": "合唱"}, {"title": "舞蹈"}])
    first, second = event.programme
    world.change(event, programme=[{"id": second.id}, {"id": first.id}])
    assert world.history(event)[1:] == [("changed", "programme.order", None, ["合唱", "舞蹈"], ["舞蹈", "合唱"])]


def test_a_shift_id_that_is_unknown_or_stands_twice_is_refused(world):
    event = world.create()
    [shift] = event.shifts
    for shifts in ([shift_data(id=event.id)], [{"id": shift.id}, {"id": shift.id}]):
        with pytest.raises(Invalid) as refused:
            world.change(event, shifts=shifts)
        assert "id" in refused.value.errors["shifts"][len(shifts) - 1]


def test_nobody_changes_the_event_of_another_community(world):
    with pytest.raises(NotFound):
        world.change(world.create(), desk=an_organizer(world.database, "滨河社区"), title="不该改")


def test_what_is_over_and_done_with_is_not_changed(world):
    event = world.published()
    world.database.write(operations.cancel_event, event.id, "下雨", desk=world.desk, now=NOW)
    with pytest.raises(Conflict):
        world.change(event, title="新名字")
    assert world.event(event.id).status is EventStatus.CANCELLED


def test_of_two_changes_at_once_one_is_told_that_it_is_stale(world):
    event = world.create()

    def attempt(title):
        try:
            return world.change(event, version=1, title=title).title
        except Stale:
            return None

    with ThreadPoolExecutor(2) as pool:
        titles = list(pool.map(attempt, ["甲", "乙"]))
    [won] = [title for title in titles if title]
    assert world.event(event.id).title == won
