"""Pages and JSON of events that repeat or are taken back, as an organizer uses them."""

import pytest

from tests.conftest import ON_SQLITE
from tests.events.web import DESK, fields_of, texts_of

pytestmark = ON_SQLITE
RULE = {"every": "weekly", "weekdays": ["2"], "interval": "1", "number": "3"}
"""Wednesdays: the event is on one."""
DAYS = ["2027-06-16", "2027-06-23", "2027-06-30"]


@pytest.fixture
def event(world):
    return world.published()


def test_the_days_of_a_rule_are_shown_before_anything_is_made(desk, event, world):
    page = desk.get(f"{DESK}/{event.id}/repeat?every=weekly&weekdays=2&number=3")
    assert [day in page for day in DAYS] == [True] * 3
    assert page.count('name="days"') == 3
    assert world.event(event.id).series_id is None


def test_a_festival_of_the_moon_is_proposed_once_a_year(desk, world):
    festival = world.create(template="mid-autumn")
    assert 'name="every" value="lunar"' in desk.get(f"{DESK}/{festival.id}/repeat")


def test_what_the_rule_lacks_stands_beside_its_box(desk, event):
    page = desk.get(f"{DESK}/{event.id}/repeat?every=monthly&number=&day=", 422)
    assert "Say how many times" in texts_of(page)
    assert "Please fill this in." in texts_of(page)


def test_one_day_left_out_and_the_rest_made_once_however_often_it_is_sent(desk, event):
    path, form = f"{DESK}/{event.id}/repeat", RULE | {"days": DAYS[:2]}
    assert desk.send(path, form).location.endswith("#series")
    desk.send(path, form)
    page = desk.get(f"{DESK}/{event.id}")
    assert "Events that repeat by one rule: 3" in texts_of(page)
    assert "The next one" in texts_of(page)
    assert "The series has all of these days already." in page


def test_no_day_at_all_is_refused_and_the_days_stay_on_the_page(desk, event):
    page = desk.send(f"{DESK}/{event.id}/repeat", RULE, 422).text
    assert "Please choose at least one" in texts_of(page)
    assert page.count('name="days"') == 3


def test_what_is_missing_to_publish_is_listed(desk, world):
    event = world.create(risks="")
    page = desk.send(f"{DESK}/{event.id}/repeat", RULE | {"days": DAYS, "publish": "true"}, 422).text
    assert "Say what the risks are" in texts_of(page)


def test_the_form_changes_the_following_ones_too_and_says_which_it_could_not(desk, event, world):
    desk.send(f"{DESK}/{event.id}/repeat", RULE | {"days": DAYS, "publish": "true"})
    assert "Which events of the series?" not in desk.get(f"{DESK}/{world.create().id}/edit")
    form = fields_of(desk.get(f"{DESK}/{event.id}/edit"))
    form |= {"scope": ["all"], "contact": ["6666"], "shifts-0-capacity": ["1"]}
    full = world.event_of(event, 1)
    for _ in range(2):
        world.sign_up(full)
    desk.send(f"{DESK}/{event.id}/edit", form)
    page = desk.get(f"{DESK}/{event.id}")
    assert "Others of the series changed with it: 2." in page
    assert "Left as it was: 端午游园会, Wed 16 June. 2 places are taken" in page
    assert [world.event_of(event, number).contact for number in range(4)] == ["6666", "", "6666", "6666"]


def test_this_and_the_following_ones_are_called_off(desk, event, world):
    desk.send(f"{DESK}/{event.id}/repeat", RULE | {"days": DAYS, "publish": "true"})
    second = world.event_of(event, 1)
    assert "This and the following ones" in desk.get(f"{DESK}/{second.id}/cancel")
    desk.send(f"{DESK}/{second.id}/cancel", {"reason": "台风", "scope": "following"})
    assert [world.event_of(event, n).status.value for n in range(4)] == ["published", *["cancelled"] * 3]


def test_an_event_is_taken_out_of_its_series(desk, event, world):
    desk.send(f"{DESK}/{event.id}/repeat", RULE | {"days": DAYS})
    desk.send(f"{DESK}/{event.id}/leave-series", {}, page=f"{DESK}/{event.id}")
    assert world.event(event.id).series_id is None


def test_a_publication_is_taken_back_by_a_button_that_is_gone_once_somebody_signed_up(desk, event, world):
    assert "Back to a draft" in desk.get(f"{DESK}/{event.id}")
    desk.send(f"{DESK}/{event.id}/unpublish", {}, page=f"{DESK}/{event.id}")
    assert "took the event back to a draft" in desk.get(f"{DESK}/{event.id}")
    desk.send(f"{DESK}/{event.id}/publish", {}, page=f"{DESK}/{event.id}")
    world.sign_up(event)
    page = desk.get(f"{DESK}/{event.id}")
    assert "Back to a draft" not in page
    desk.send(f"{DESK}/{event.id}/unpublish", {}, page=f"{DESK}/{event.id}")
    assert "People have signed up" in desk.get(f"{DESK}/{event.id}")


def test_the_history_says_what_steward_did_by_itself(desk, event, world):
    desk.send(f"{DESK}/{event.id}/unpublish", {}, page=f"{DESK}/{event.id}")
    world.sign_up(event)
    assert "系统重新发布了活动" in desk.get(f"{DESK}/{event.id}", language="zh-CN")


def test_programs_repeat_change_and_take_back_too(site, event, world):
    token, path = site.token(), f"/events/{event.id}"
    made = site.call("POST", f"{path}/repeat", {"every": "weekly", "number": 2}, token=token)
    assert made.status_code == 201, made.text
    assert [one["starts_at"][:10] for one in made.json["items"]] == DAYS[:2]
    changed = site.call("PATCH", path, {"contact": "1", "scope": "all"}, token=token, If_Match='"2"')
    assert changed.status_code == 200, changed.text
    assert world.event_of(event, 2).contact == "1"
    back = site.call("POST", f"{path}/unpublish", token=token)
    assert (back.status_code, back.json["status"]) == (200, "draft")
    assert site.call("POST", f"{path}/unpublish", token=token).status_code == 409
