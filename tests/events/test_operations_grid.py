"""Working on shifts one by one: each is a change of the event, and nobody loses a place by it."""

from datetime import timedelta
from uuid import uuid4

import pytest

from services.events import operations
from services.events.checks import MAX_SHIFTS
from shared.errors import Conflict, Invalid, NotFound, Stale
from tests.events.world import DAY, NOW, STARTS_AT, shift_data

HOUR = timedelta(hours=1)


def act(world, operation, event, *given, version=None, **named):
    known = version or world.event(event.id).version
    return world.database.write(operation, event.id, *given, version=known, desk=world.desk, now=NOW, **named)


def test_one_shift_is_changed_and_the_others_stay(world):
    event = world.published(shifts=[shift_data(), shift_data(role="音响")])
    act(world, operations.change_shift, event, event.shifts[1].id, {"capacity": 9, "minimum": 2})
    assert [(one.role, one.capacity, one.minimum) for one in world.event(event.id).shifts] == [
        ("引导", 6, 0),
        ("音响", 9, 2),
    ]
    assert [one["version"] for one in world.messages("event.changed")] == [3]


def test_fewer_places_than_are_taken_are_refused_beside_the_box(world):
    event = world.published()
    for _n in range(2):
        world.sign_up(event)
    with pytest.raises(Invalid) as refused:
        act(world, operations.change_shift, event, event.shifts[0].id, {"capacity": 1})
    assert "capacity" in refused.value.errors["shifts"][0]


def test_a_copy_has_all_of_the_shift_but_its_people(world):
    event = world.published(shifts=[shift_data(training="急救", insured=True, min_age=18, description="指路")])
    world.sign_up(event)
    shift = event.shifts[0]
    times = {"starts_at": shift.starts_at + HOUR, "ends_at": shift.ends_at + HOUR}
    act(world, operations.add_shift, event, times, like=shift.id)
    first, copy = world.event(event.id).shifts
    assert first.id == shift.id
    assert (copy.role, copy.training, copy.insured, copy.min_age, copy.description, copy.capacity) == (
        "引导",
        "急救",
        True,
        18,
        "指路",
        6,
    )
    assert copy.starts_at == shift.starts_at + HOUR


def test_a_shift_with_people_is_not_taken_out(world):
    event = world.published(shifts=[shift_data(), shift_data(role="音响")])
    world.sign_up(event)
    with pytest.raises(Conflict):
        act(world, operations.remove_shift, event, event.shifts[0].id)
    act(world, operations.remove_shift, event, event.shifts[1].id)
    assert [one.role for one in world.event(event.id).shifts] == ["引导"]


def test_a_day_is_copied_to_another_at_the_same_hours_and_only_once(world):
    event = world.create(ends_at=STARTS_AT + 2 * DAY, shifts=[shift_data(), shift_data(role="音响")])
    day = event.local(STARTS_AT).date()
    act(world, operations.copy_day, event, day=day, to=day + DAY)
    found = world.event(event.id).shifts
    assert [(one.role, one.starts_at) for one in found] == [
        ("引导", STARTS_AT),
        ("音响", STARTS_AT),
        ("引导", STARTS_AT + DAY),
        ("音响", STARTS_AT + DAY),
    ]
    for wrong in (day + DAY, day, day + 5 * DAY):
        with pytest.raises(Invalid):
            act(world, operations.copy_day, event, day=wrong if wrong > day + DAY else day, to=day + DAY)


def test_no_copy_makes_more_shifts_than_an_event_may_have(world):
    shifts = [shift_data(role=f"岗位{n}") for n in range(MAX_SHIFTS // 2 + 1)]
    event, day = world.create(ends_at=STARTS_AT + DAY, shifts=shifts), STARTS_AT.date()
    with pytest.raises(Invalid) as refused:
        act(world, operations.copy_day, event, day=day, to=day + DAY)
    assert refused.value.errors.keys() == {"shifts"}
    assert len(world.event(event.id).shifts) == len(shifts)


def test_what_is_gone_is_not_found_and_an_old_version_is_stale(world):
    event = world.create()
    with pytest.raises(NotFound):
        act(world, operations.change_shift, event, uuid4(), {"capacity": 9})
    with pytest.raises(NotFound):
        act(world, operations.add_shift, event, {}, like=uuid4())
    world.change(event, title="端午同乐会")
    for operation, given in (
        (operations.change_shift, (uuid4(), {"capacity": 9})),
        (operations.remove_shift, (event.shifts[0].id,)),
    ):
        with pytest.raises(Stale):
            act(world, operation, event, *given, version=1)
