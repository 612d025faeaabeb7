"""Making and changing events by form: nothing typed is lost, and every error stands beside its box."""

import re
from datetime import timedelta

import pytest

from tests.conftest import ON_SQLITE
from tests.events.web import DESK, fields_of
from tests.events.world import DAY, STARTS_AT, shift_data

pytestmark = ON_SQLITE


def test_a_new_event_goes_from_template_to_date_to_form(desk, world):
    assert "端午游园会" in desk.get(f"{DESK}/new", language="zh-CN")
    page = desk.get(f"{DESK}/new?template=dragon-boat&year=2028")
    assert 'value="2028-05-28T14:00"' in page
    sent = {"template": "dragon-boat", "starts_at": "2028-05-28T14:00"}
    form = desk.send(f"{DESK}/new", sent, page=f"{DESK}/new?template=dragon-boat").location
    event_id = form.split("/")[3]
    typed = fields_of(desk.get(form))
    assert typed["title"] == ["端午游园会"]
    assert typed["shifts-0-starts_at"] == ["2028-05-28T13:30"]
    desk.send(f"{DESK}/{event_id}/publish", {}, page=f"{DESK}/{event_id}")
    assert world.messages("event.published")[0]["title"] == "端午游园会"


@pytest.mark.parametrize("year", ["1999", "2101", "soon", ""])
def test_a_year_that_no_date_can_be_worked_out_for_falls_back_to_the_next_date(desk, year):
    assert 'value="2027-06-09T14:00"' in desk.get(f"{DESK}/new?template=dragon-boat&year={year}")


def test_a_new_event_needs_a_known_template_and_a_date(desk):
    desk.get(f"{DESK}/new?template=halloween", 404)
    page = f"{DESK}/new?template=blank"
    answer = desk.send(f"{DESK}/new", {"template": "blank", "starts_at": "someday"}, 422, page=page)
    assert 'value="someday"' in answer.text
    assert desk.send(f"{DESK}/new", {"template": "halloween"}, page=page).location == f"{DESK}/new"


def test_saving_a_form_as_it_came_changes_nothing(desk, world):
    event = world.create_from({"template": "national-day"})
    typed = fields_of(desk.get(f"{DESK}/{event.id}/edit"))
    desk.send(f"{DESK}/{event.id}/edit", typed)
    assert world.event(event.id).version == 1


def test_the_form_changes_everything_and_the_page_tells_of_it(desk, world):
    event = world.published()
    typed = fields_of(desk.get(f"{DESK}/{event.id}/edit"))
    typed |= {
        "title": "端午同乐会",
        "expected_attendance": "1200",
        "shifts-0-capacity": "８",
        "shifts-0-skills": "急救证，手语",
        "programme-0-minutes": "",
        "reminders": ["P7D", "PT2H"],
    }
    del typed["waitlist"]
    desk.send(f"{DESK}/{event.id}/edit", typed)
    changed = world.event(event.id)
    assert (changed.title, changed.expected_attendance, changed.waitlist) == ("端午同乐会", 1200, False)
    assert (changed.shifts[0].capacity, changed.shifts[0].skills) == (8, ["急救证", "手语"])
    assert changed.programme[0].minutes is None
    assert changed.reminders == ["P7D", "PT2H"]
    page = desk.get(f"{DESK}/{event.id}")
    assert "引导 – Places: 6 → 8" in page
    assert "safety permit" in page


def test_another_day_moves_what_was_left_alone(desk, world):
    event = world.create()
    typed = fields_of(desk.get(f"{DESK}/{event.id}/edit")) | {"starts_at": "2027-06-10T14:00"}
    desk.send(f"{DESK}/{event.id}/edit", typed)
    moved = world.event(event.id)
    assert (moved.starts_at, moved.ends_at) == (event.starts_at + DAY, event.ends_at + DAY)
    assert moved.shifts[0].starts_at == event.shifts[0].starts_at + DAY


def test_another_hour_leaves_the_end_as_it_stands(desk, world):
    event = world.create()
    typed = fields_of(desk.get(f"{DESK}/{event.id}/edit")) | {"starts_at": "2027-06-09T15:00"}
    desk.send(f"{DESK}/{event.id}/edit", typed)
    assert world.event(event.id).ends_at == event.ends_at


def test_seconds_that_a_box_cannot_hold_survive_it(desk, world):
    odd = STARTS_AT + timedelta(seconds=36)
    event = world.create(starts_at=odd, shifts=[shift_data(starts_at=odd)])
    typed = fields_of(desk.get(f"{DESK}/{event.id}/edit")) | {"title": "新名字"}
    desk.send(f"{DESK}/{event.id}/edit", typed)
    assert world.event(event.id).starts_at == odd


def test_rows_are_added_and_taken_out_without_a_script(desk, world):
    event = world.create()
    path = f"{DESK}/{event.id}/edit"
    page = desk.send(path, fields_of(desk.get(path)) | {"title": "改到一半", "_add": "shifts"}, 200).text
    typed = fields_of(page)
    assert typed["title"] == ["改到一半"]
    assert typed["shifts-1-starts_at"] == ["2027-06-09T14:00"]
    page = desk.send(path, typed | {"_add": "programme"}, 200).text
    assert "shifts-1-role" not in page, "a row that was left blank is gone"
    typed = fields_of(page) | {"programme-1-title": "合唱", "_remove": "programme-0"}
    page = desk.send(path, typed, 200).text
    typed = fields_of(page)
    assert typed["programme-0-title"] == ["合唱"]
    desk.send(path, typed)
    assert [item.title for item in world.event(event.id).programme] == ["合唱"]


@pytest.mark.parametrize(
    ("changes", "field", "text"),
    [
        ({"title": ""}, "title", "Please fill this in."),
        ({"shifts-0-capacity": "0"}, "shifts-0-capacity", "Please enter a whole number from 1 to 2000."),
        ({"shifts-0-ends_at": "2027-06-09T13:00"}, "shifts-0-ends_at", "Shift 1 ends before it starts."),
        ({"ends_at": "2027-06-09T13:00"}, "ends_at", "The event ends before it starts."),
        ({"venue-name": "长" * 81}, "venue-name", "Please use at most 80 characters."),
        ({"programme-0-minutes": "long"}, "programme-0-minutes", "Please enter a whole number from 1 to 1440."),
    ],
)
def test_what_is_wrong_stands_beside_its_box_and_what_was_typed_stays(desk, world, changes, field, text):
    event = world.create()
    path = f"{DESK}/{event.id}/edit"
    page = desk.send(path, fields_of(desk.get(path)) | {"summary": "新的介绍"} | changes, 422).text
    assert f'<a href="#{field}">{text}</a>' in page
    assert re.search(rf'id="{field}-error">.*?{re.escape(text)}', page, re.DOTALL)
    assert "新的介绍" in page
    assert "<title>Error: " in page
    assert world.event(event.id).version == 1


def test_what_is_wrong_is_told_in_chinese(desk, world):
    event = world.create()
    path = f"{DESK}/{event.id}/edit"
    desk.browser.set_cookie("steward-lang", "zh-CN")
    page = desk.send(path, fields_of(desk.get(path)) | {"shifts-0-ends_at": "2027-06-09T13:00"}, 422).text
    assert "<title>错误：" in page
    assert "第1个岗位的结束时间早于开始时间，请检查。" in page


def test_whoever_saves_second_sees_the_first_change_and_keeps_what_they_typed(desk, world):
    event = world.create()
    path = f"{DESK}/{event.id}/edit"
    typed = fields_of(desk.get(path)) | {"title": "后到的"}
    world.change(event, title="先来的", summary="先来的介绍")
    page = desk.send(path, typed, 412).text
    assert "端午游园会 → 先来的" in page
    assert 'value="后到的"' in page
    desk.send(path, fields_of(page))
    assert world.event(event.id).title == "后到的"


def test_of_two_who_write_into_different_boxes_neither_loses_anything(desk, world):
    event = world.create(shifts=[shift_data(), shift_data(role="套圈"), shift_data(role="收拾")])
    path = f"{DESK}/{event.id}/edit"
    typed = fields_of(desk.get(path)) | {"title": "后到的", "shifts-0-description": "指路", "shifts-1-capacity": "4"}
    first, second, third = (shift.id for shift in event.shifts)
    theirs = [{"id": first, "capacity": 9}, shift_data(role="音响")]
    world.change(event, summary="先来的介绍", shifts=theirs)
    page = desk.send(path, typed, 412).text
    desk.send(path, fields_of(page))
    found = world.event(event.id)
    assert (found.title, found.summary) == ("后到的", "先来的介绍")
    assert [(one.role, one.capacity, one.description) for one in found.shifts] == [
        ("引导", 9, "指路"),
        ("套圈", 4, ""),  # taken out there and changed here: a new one
        ("音响", 6, ""),
    ]
    assert {second, third}.isdisjoint(one.id for one in found.shifts)


@pytest.mark.parametrize(
    "was", ["", "x", "[]", '{"shifts": 7, "venue": [1], "title": {}}', '{"shifts": [{"id": []}, 3]}']
)
def test_what_a_form_says_it_began_with_breaks_nothing(desk, world, was):
    event = world.create()
    path = f"{DESK}/{event.id}/edit"
    typed = fields_of(desk.get(path)) | {"title": "后到的", "_was": was}
    world.change(event, summary="先来的介绍")
    assert 'value="后到的"' in desk.send(path, typed, 412).text


def test_taking_out_a_shift_that_people_are_on_is_refused_on_the_form(desk, world):
    event = world.published(shifts=[shift_data(), shift_data(role="套圈")])
    world.sign_up(event, shift=1)
    path = f"{DESK}/{event.id}/edit"
    typed = fields_of(desk.send(path, fields_of(desk.get(path)) | {"_remove": "shifts-1"}, 200).text)
    page = desk.send(path, typed, 422).text
    assert "People have signed up for “套圈”" in page
