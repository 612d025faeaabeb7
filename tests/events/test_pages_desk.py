"""The desk: the list, what is known of an event, and the steps of its life."""

import re
from datetime import timedelta

from services.events.models import EventStatus
from tests.conftest import ON_SQLITE
from tests.events.web import DESK, fields_of, texts_of
from tests.events.world import DAY, NOW, STARTS_AT, shift_data

pytestmark = ON_SQLITE


def test_the_list_has_tabs_with_counts(desk, world):
    world.published(title="即将到来")
    world.create(title="一份草稿")
    old = world.published(title="办过了")
    desk.send(f"{DESK}/{old.id}/cancel", {"reason": "下雨"})
    page = texts_of(desk.get(DESK))
    assert "Upcoming 1" in page
    assert "Drafts 1" in page
    assert "Past 1" in page
    assert ("即将到来" in page, "一份草稿" in page, "办过了" in page) == (True, False, False)
    assert "一份草稿" in desk.get(f"{DESK}?tab=drafts")
    assert "办过了" in desk.get(f"{DESK}?tab=past")


def test_a_long_list_goes_on_on_the_next_page(desk, world):
    for number in range(25):
        world.create(
            title=f"草稿{number:02}",
            starts_at=STARTS_AT + number * DAY,
            ends_at=STARTS_AT + number * DAY + timedelta(hours=1),
            shifts=[],
            programme=[],
        )
    page = desk.get(f"{DESK}?tab=drafts")
    assert "草稿23" in page
    assert "草稿24" not in page
    following = re.search(r'rel="next" href="([^"]+)"', page)[1].replace("&amp;", "&")
    assert "草稿24" in desk.get(following)


def test_publishing_what_is_not_whole_shows_the_form_with_what_is_missing(desk, world):
    event = world.create(risks="", shifts=[])
    page = texts_of(desk.get(f"{DESK}/{event.id}"))
    assert "Still to be filled in before it can be published" in page
    answer = desk.send(f"{DESK}/{event.id}/publish", {}, 422, page=f"{DESK}/{event.id}")
    assert '<a href="#risks">' in answer.text
    assert '<a href="#shifts">' in answer.text


def test_the_page_of_an_event_shows_who_stands_where(desk, world):
    event = world.published()
    world.sign_up(event)
    world.sign_up(event, "waitlisted")
    world.hold(event, 3, claimed=1)
    page = texts_of(desk.get(f"{DESK}/{event.id}"))
    assert "引导 14:00–17:00 1 2 1 0 3 of 6 taken" in page
    assert f'href="/signups/desk/events/{event.id}"' in desk.get(f"{DESK}/{event.id}")


def test_cancelling_asks_first_and_needs_a_reason(desk, world):
    event = world.published()
    world.sign_up(event)
    path = f"{DESK}/{event.id}/cancel"
    assert "Signed up: 1." in desk.get(path)
    assert "Please fill this in." in desk.send(path, {"reason": " "}, 422).text
    desk.send(path, {"reason": "有暴雨"})
    assert world.event(event.id).reason == "有暴雨"
    assert "This event has been cancelled" in desk.get(desk.send(path, {"reason": "再一次"}).location)


def test_completing_is_offered_once_it_has_begun(desk, world):
    event = world.published()
    page = f"{DESK}/{event.id}"
    assert f"{page}/complete" not in desk.get(page)
    answer = desk.send(f"{page}/complete", {}, page=page)
    assert "has not begun yet" in desk.get(answer.location)
    with desk.at(NOW + timedelta(hours=1)):
        soon = world.published(
            starts_at=NOW,
            ends_at=NOW + timedelta(hours=3),
            shifts=[shift_data(starts_at=NOW, ends_at=NOW + timedelta(hours=3))],
            programme=[],
        )
        desk.send(f"{DESK}/{soon.id}/complete", {}, page=f"{DESK}/{soon.id}")
    assert world.event(soon.id).status is EventStatus.COMPLETED


def test_doing_it_again_proposes_the_festivals_next_date(desk, world):
    event = world.create_from({"template": "dragon-boat"})
    path = f"{DESK}/{event.id}/duplicate"
    assert 'value="2028-05-28T14:00"' in desk.get(path)
    assert 'value="never"' in desk.send(path, {"starts_at": "never"}, 422).text
    location = desk.send(path, {"starts_at": "2028-05-28T15:00"}).location
    assert fields_of(desk.get(location))["starts_at"] == ["2028-05-28T15:00"]


def test_an_event_without_a_festival_is_proposed_a_week_later(desk, world):
    event = world.create()
    assert 'value="2027-06-16T14:00"' in desk.get(f"{DESK}/{event.id}/duplicate")
