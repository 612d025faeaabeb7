"""The pages of getting ready: ticked with one tap, changed in place, and kind where a colleague was quicker."""

import re

import pytest

from services.events import countdown
from tests.events.test_operations_preparation import SUPPLY, TASK
from tests.events.web import DESK, ENGLISH, texts_of
from tests.events.world import DAY, an_organizer, event_data


@pytest.fixture
def event(world):
    late = {"title": "向街道报备", "owner": "社区工作人员", "days": -45}
    return world.create(tasks=[TASK, late], supplies=[SUPPLY, SUPPLY | {"name": "粽叶", "unit": "张"}])


@pytest.fixture
def page(event):
    return f"{DESK}/{event.id}/preparation"


def prepared(world, event):
    return world.database.read(countdown.preparation, event.id, community=world.desk.community)


def task_of(world, event, title):
    return next(one for one in prepared(world, event).tasks if one.title == title)


def stock_form(world, event, **changes):
    """The form of the supplies as a browser sends it, with some boxes changed."""
    sent = {}
    for number, one in enumerate(prepared(world, event).stock):
        row = one.supply
        sent |= {
            f"supplies-{number}-id": str(row.id),
            f"supplies-{number}-seen": f"{row.quantity}/{row.ready}",
            f"supplies-{number}-quantity": str(row.quantity),
            f"supplies-{number}-ready": str(row.ready),
        }
    return sent | changes


def test_the_countdown_shows_what_is_late_and_who_does_it(desk, page):
    text = texts_of(desk.get(page))
    assert "Overdue 1" in text
    assert "6 d late" in text
    assert "10 d before the event" in text
    assert "社区工作人员" in text
    assert "0 / 2" in text
    assert "已逾期" in desk.get(page, language="zh-CN")


def test_one_press_ticks_a_task_and_another_opens_it_again(desk, world, event, page):
    task = task_of(world, event, "采购糯米")
    desk.send(f"{page}/tasks/{task.id}/tick", {"done": "true"}, page=page)
    assert "Done: 采购糯米" in (shown := desk.get(page))
    assert "1 / 2" in texts_of(shown)
    desk.send(f"{page}/tasks/{task.id}/tick", {"done": "false"}, page=page)
    assert task_of(world, event, "采购糯米").done_at is None


def test_with_a_script_only_the_row_the_progress_and_a_word_come_back(desk, world, event, page):
    task = task_of(world, event, "采购糯米")
    token = re.search(r'name="csrf_token" value="([^"]+)"', desk.get(page))[1]
    form = {"csrf_token": token, "done": "true"}
    headers = ENGLISH | {"HX-Request": "true"}
    answer = desk.browser.post(f"{page}/tasks/{task.id}/tick", data=form, headers=headers)
    assert answer.status_code == 200
    assert answer.text.lstrip().startswith("<tr")
    assert 'id="progress" hx-swap-oob' in answer.text
    desk.send(f"{page}/tasks/{task.id}/remove", {}, page=page)
    gone = desk.browser.post(f"{page}/tasks/{task.id}/tick", data=form, headers=headers)
    assert gone.headers["HX-Redirect"] == page
    assert "taken this out meanwhile" in desk.get(page)


def test_a_task_is_entered_by_its_day_and_kept_as_a_distance(desk, world, event, page):
    desk.send(f"{page}/tasks", {"title": "彩排", "owner": "志愿者骨干", "due": "2027-06-08"}, page=page)
    assert task_of(world, event, "彩排").days == -1
    world.change(event, starts_at=event.starts_at + 7 * DAY)
    moved = prepared(world, event)
    assert countdown.due(moved.event, task_of(world, event, "彩排")).isoformat() == "2027-06-15"


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"title": "", "due": "2027-06-08"}, "title"),
        ({"title": "彩排", "due": "2020-06-08"}, "due"),
        ({"title": "彩排", "due": "soon"}, "due"),
    ],
)
def test_a_wrong_task_comes_back_as_it_was_typed(desk, page, form, field):
    answer = desk.send(f"{page}/tasks", {"owner": "物业", **form}, 422, page=page)
    assert f'id="{field}-error"' in answer.text
    assert 'value="物业"' in answer.text


def test_a_task_is_changed_and_taken_out_on_a_page_of_its_own(desk, world, event, page):
    task = task_of(world, event, "采购糯米")
    own = f"{page}/tasks/{task.id}"
    assert 'value="2027-05-30"' in desk.get(own)
    desk.send(own, {"title": "采购糯米和粽叶", "owner": "物业", "due": "2027-05-31"})
    changed = task_of(world, event, "采购糯米和粽叶")
    assert (changed.owner, changed.days) == ("物业", -9)
    desk.send(own, {"title": " ", "due": "2027-05-31"}, 422)
    desk.send(f"{own}/remove", {}, page=own)
    assert [one.title for one in prepared(world, event).tasks] == ["向街道报备"]
    assert desk.browser.get(own).headers["Location"] == page
    history = desk.get(f"{DESK}/{event.id}")
    assert "Task taken out: 采购糯米和粽叶" in history


def test_supplies_are_changed_in_place_and_a_colleagues_row_is_left_alone(desk, world, event, page):
    seen = stock_form(world, event)
    desk.send(f"{page}/stock", stock_form(world, event, **{"supplies-1-ready": "7"}), page=page)
    # This page was drawn before the colleague's change and touches the other row only.
    desk.send(f"{page}/stock", seen | {"supplies-0-ready": "20", "supplies-0-quantity": "60"}, page=page)
    assert [(one.supply.quantity, one.supply.ready) for one in prepared(world, event).stock] == [(60, 20), (50, 7)]
    assert "40 公斤 missing" in texts_of(desk.get(page))


def test_a_wrong_number_comes_back_beside_its_box_and_nothing_is_saved(desk, world, event, page):
    sent = stock_form(world, event, **{"supplies-0-ready": "20", "supplies-1-quantity": "many"})
    answer = desk.send(f"{page}/stock", sent, 422, page=page)
    assert 'id="supplies-1-quantity-error"' in answer.text
    assert 'value="many"' in answer.text
    assert 'value="20"' in answer.text
    assert [one.supply.ready for one in prepared(world, event).stock] == [0, 0]


def test_a_row_that_a_colleague_took_out_is_said_to_be_gone(desk, world, event, page):
    sent = stock_form(world, event, **{"supplies-0-ready": "20"})
    row = prepared(world, event).stock[0].supply
    desk.send(f"{page}/supplies/{row.id}/remove", {}, page=page)
    desk.send(f"{page}/stock", sent, page=page)
    assert "taken out meanwhile" in desk.get(page)
    assert desk.browser.get(f"{page}/supplies/{row.id}").headers["Location"] == page


def test_supplies_are_added_and_changed(desk, world, event, page):
    desk.send(f"{page}/supplies", {"name": "竹圈", "quantity": "", "unit": "个"}, 422, page=page)
    desk.send(f"{page}/supplies", {"name": "竹圈", "quantity": "60", "unit": "个"}, page=page)
    row = prepared(world, event).stock[-1].supply
    own = f"{page}/supplies/{row.id}"
    assert 'value="竹圈"' in desk.get(own)
    desk.send(own, {"name": "竹圈", "quantity": "0"}, 422)
    desk.send(own, {"name": "大竹圈", "quantity": "40", "unit": "个", "ready": "40"})
    last = prepared(world, event).stock[-1]
    assert (last.supply.name, last.supply.ready, last.missing) == ("大竹圈", 40, 0)


def test_units_are_asked_for_what_is_missing_once_they_know_of_the_event(desk, world, event, page):
    asks = f"/partners/desk/events/{event.id}"
    assert asks not in desk.get(page)
    world.publish(event)
    assert asks in desk.get(page)


def test_a_large_event_has_its_permit_checklist_apart(desk, world, event, page):
    assert 'id="permit"' not in desk.get(page)
    world.change(event, expected_attendance=1200)
    assert 'id="permit"' in desk.get(page)
    assert "Go through the checklist" in desk.get(f"{DESK}/{event.id}")


def test_the_events_page_sums_up_its_preparation(desk, event):
    text = texts_of(desk.get(f"{DESK}/{event.id}"))
    assert "Tasks done 0 / 2" in text
    assert "向街道报备" in text
    assert "Supplies still missing: 2" in text


def test_the_pages_of_another_community_are_not_there(desk, world):
    theirs = world.create_from(event_data(tasks=[TASK]), desk=an_organizer(world.database, "滨河社区"))
    desk.get(f"{DESK}/{theirs.id}/preparation", 404)
    desk.get(f"{DESK}/{theirs.id}/save-as-template", 404)
