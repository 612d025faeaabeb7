"""The shifts as a grid on the desk: cells in place, copies, and two organizers at once."""

from datetime import timedelta

import pytest

from tests.conftest import ON_SQLITE
from tests.events.web import DESK, fields_of, texts_of
from tests.events.world import DAY, STARTS_AT, shift_data

pytestmark = ON_SQLITE


@pytest.fixture
def event(world):
    """Two roles; one has people on it."""
    event = world.published(
        shifts=[shift_data(minimum=2), shift_data(role="音响", training="用电安全", insured=True)],
    )
    for _n in range(3):
        world.sign_up(event)
    return event


def page_of(event):
    return f"{DESK}/{event.id}/shifts"


def fields_at(desk, event, query):
    return fields_of(desk.get(f"{page_of(event)}?{query}"))


def test_each_cell_says_how_full_its_shift_is_and_what_it_asks_for(desk, event):
    page = texts_of(desk.get(page_of(event)))
    assert "引导 3/6" in page
    assert "音响 0/6" in page
    assert "Training needed: 用电安全 Insured against accidents" in page


def test_a_cell_is_changed_in_place(desk, world, event):
    shift = event.shifts[0]
    typed = fields_at(desk, event, f"edit={shift.id}") | {"capacity": "8", "starts_at": "2027-06-09T13:30"}
    answer = desk.send(f"{page_of(event)}?edit={shift.id}", typed, page=page_of(event))
    assert answer.location == f"{page_of(event)}#shift-{shift.id}"
    changed = world.event(event.id).shifts[0]
    assert (changed.capacity, changed.starts_at) == (8, STARTS_AT - timedelta(minutes=30))


def test_fewer_places_than_are_taken_come_back_with_the_reason(desk, event):
    shift = event.shifts[0]
    typed = fields_at(desk, event, f"edit={shift.id}") | {"capacity": "2"}
    answer = desk.send(f"{page_of(event)}?edit={shift.id}", typed, 422, page=page_of(event))
    assert 'id="capacity-error"' in answer.text
    assert "3 places are taken or kept already" in answer.text
    assert 'name="capacity" type="number" value="2"' in answer.text


def test_a_cell_and_a_copy_bring_the_rest_of_their_role_along(desk, world, event):
    sound = event.shifts[1]
    copy = fields_at(desk, event, f"copy={sound.id}") | {"starts_at": "2027-06-09T13:00", "ends_at": "2027-06-09T14:00"}
    desk.send(page_of(event), copy, page=page_of(event))
    cell = fields_at(desk, event, "edit=new&role=音响&span=2027-06-09T17:00/2027-06-09T18:00")
    assert (cell["starts_at"], cell["role"]) == (["2027-06-09T17:00"], ["音响"])
    desk.send(page_of(event), cell, page=page_of(event))
    assert [(one.role, one.training, one.insured) for one in world.event(event.id).shifts[1:]] == [
        ("音响", "用电安全", True)
    ] * 3


def test_a_new_role_is_a_new_row(desk, world, event):
    typed = fields_at(desk, event, "edit=new") | {"role": "摄影", "capacity": "2"}
    desk.send(page_of(event), typed, page=page_of(event))
    assert world.event(event.id).shifts[-1].role == "摄影"
    answer = desk.send(page_of(event), typed | {"role": "", "version": "4"}, 422, page=page_of(event))
    assert 'id="role-error"' in answer.text


def test_a_shift_with_people_stays_and_the_page_says_why(desk, world, event):
    first, second = event.shifts
    desk.send(f"{page_of(event)}/{first.id}/remove", {"version": "2"}, page=page_of(event))
    assert "People have signed up for “引导”" in desk.get(page_of(event))
    desk.send(f"{page_of(event)}/{second.id}/remove", {"version": "2"}, page=page_of(event))
    assert [one.id for one in world.event(event.id).shifts] == [first.id]


def test_a_day_is_copied_and_nonsense_comes_back(desk, world):
    event = world.create(ends_at=STARTS_AT + DAY)
    sent = {"version": "1", "day": "2027-06-09", "to": "2027-06-10"}
    desk.send(f"{page_of(event)}?edit=copy", sent, page=page_of(event))
    assert [one.starts_at for one in world.event(event.id).shifts] == [STARTS_AT, STARTS_AT + DAY]
    answer = desk.send(f"{page_of(event)}?edit=copy", sent | {"version": "2"}, 422, page=page_of(event))
    assert 'id="to-error"' in answer.text


def test_two_organizers_at_one_shift_lose_nothing(desk, world, event):
    shift = event.shifts[0]
    typed = fields_at(desk, event, f"edit={shift.id}") | {"minimum": "4"}
    world.change(event, shifts=[{"id": shift.id, "capacity": 9}, {"id": event.shifts[1].id}])
    answer = desk.send(f"{page_of(event)}?edit={shift.id}", typed, 412, page=page_of(event))
    merged = fields_of(answer.text)
    assert (merged["capacity"], merged["minimum"]) == (["9"], ["4"])
    desk.send(f"{page_of(event)}?edit={shift.id}", merged, page=page_of(event))
    changed = world.event(event.id).shifts[0]
    assert (changed.capacity, changed.minimum) == (9, 4)
