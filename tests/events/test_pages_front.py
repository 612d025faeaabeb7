"""What everybody sees: the festivals, each one's page, and the organizers' way in and out."""

import re
from datetime import timedelta

import pytest

from services.events import demo
from services.events.models import EventStatus
from tests.conftest import ON_SQLITE
from tests.events.web import DESK, texts_of
from tests.events.world import DAY, NOW, STARTS_AT, ZONE, an_organizer, shift_data

pytestmark = ON_SQLITE


def tag_of(page):
    return re.search(r'class="tag[^"]*">([^<]+)<', page)[1]


def test_the_front_page_lists_what_one_may_still_go_to(site, world):
    world.published(title="以后的活动", starts_at=STARTS_AT + DAY, ends_at=STARTS_AT + DAY + timedelta(hours=2))
    world.published(title="端午游园会", template="dragon-boat")
    world.create(title="还没发布")
    page = site.get("/events/")
    assert page.index("端午游园会") < page.index("以后的活动")
    assert "还没发布" not in page
    assert "lunar month 5, day 5" in page
    assert "农历五月初五" in site.get("/events/", language="zh-CN")
    with site.at(STARTS_AT + timedelta(hours=12)):
        assert "端午游园会" not in site.get("/events/")


def test_an_empty_front_page_says_so(site):
    assert "近期还没有安排活动" in site.get("/events/", language="zh-CN")


def test_a_festival_page_shows_all_and_leads_to_the_sign_up(site, world):
    event = world.published(summary="一起包粽子", shifts=[shift_data(min_age=14, skills=["急救证"])])
    page = site.get(f"/events/{event.slug}")
    for words in ("端午游园会", "一起包粽子", "社区广场", "引导", "比赛吃粽子", "身体健康", "From 14 years", "急救证"):
        assert words in page
    assert f'href="/signups/events/{event.id}"' in page
    assert f'href="/signups/events/{event.id}?shift={event.shifts[0].id}"' in page
    assert f'content="http://127.0.0.1:8000/events/{event.slug}"' in page


def test_the_state_of_an_event_is_named(site, world):
    event = world.published(shifts=[shift_data(capacity=1)])
    path = f"/events/{event.slug}"
    assert tag_of(site.get(path)) == "Open for sign-up"
    world.sign_up(event)
    assert tag_of(site.get(path)) == "Full, waitlist open"
    assert "Join the waitlist" in site.get(path)
    with site.at(STARTS_AT):
        assert tag_of(site.get(path)) == "Going on now"
    with site.at(STARTS_AT + DAY):
        assert tag_of(site.get(path)) == "Over"
        assert f"/signups/events/{event.id}" not in site.get(path)


def test_a_full_shift_without_a_waitlist_offers_nothing(site, world):
    event = world.published(waitlist=False, shifts=[shift_data(capacity=1)])
    world.sign_up(event)
    page = site.get(f"/events/{event.slug}")
    assert tag_of(page) == "Full"
    assert "?shift=" not in page


def test_a_cancelled_event_keeps_its_page_with_the_reason(site, world):
    event = world.published()
    site.sign_in()
    site.send(f"{DESK}/{event.id}/cancel", {"reason": "有暴雨"})
    page = site.app.test_client().get(f"/events/{event.slug}", headers={"Accept-Language": "zh-CN"}).text
    assert "活动已取消" in page
    assert "有暴雨" in page
    assert "?shift=" not in page


def test_a_draft_is_seen_by_its_organizers_only(site, world):
    event = world.create()
    stranger = world.create(desk=an_organizer(world.database, "滨河社区"))
    site.get(f"/events/{event.slug}", 404)
    site.get("/events/no-such-event", 404)
    site.sign_in()
    assert "This is a draft" in site.get(f"/events/{event.slug}")
    site.get(f"/events/{stranger.slug}", 404)
    site.get(f"{DESK}/{stranger.id}", 404)


def test_markup_in_a_title_stays_text(site, world):
    event = world.published(title="<script>alert(1)</script>")
    assert "<script>alert" not in site.get(f"/events/{event.slug}")


def test_the_desk_asks_for_a_sign_in_and_goes_on_to_where_one_wanted_to_be(site, world):
    event = world.create()
    answer = site.browser.get(f"{DESK}/{event.id}")
    assert (answer.status_code, answer.location) == (303, f"/events/login?next=%2Fevents%2Fdesk%2F{event.id}")
    sent = {"username": "admin", "password": "correct horse battery"}
    assert site.send(answer.location, sent).location == f"{DESK}/{event.id}"
    assert site.browser.get("/events/login").location == DESK


@pytest.mark.parametrize("elsewhere", ["https://elsewhere.example/", "//elsewhere.example/", "/\\elsewhere.example"])
def test_signing_in_leads_to_no_other_site(site, elsewhere):
    sent = {"username": "admin", "password": "correct horse battery"}
    assert site.send(f"/events/login?next={elsewhere}", sent).location == DESK


def test_a_wrong_password_keeps_the_name_and_says_what_to_do(site):
    answer = site.send("/events/login", {"username": "admin", "password": "wrong"}, 422)
    assert 'value="admin"' in answer.text
    assert "wrong" not in texts_of(answer.text)
    assert "The user name or the password is not right" in answer.text
    assert site.send("/events/login", {"username": "", "password": ""}, 422).text.count("Please fill this in.") == 4


def test_signing_out_ends_the_sign_in_for_good(desk):
    cookie = desk.browser.get_cookie("steward-organizer")
    desk.send("/events/logout", {}, page=DESK)
    assert desk.browser.get(DESK).status_code == 303
    desk.browser.set_cookie("steward-organizer", cookie.value)
    assert desk.browser.get(DESK).status_code == 303


def test_a_form_without_its_token_changes_nothing(desk, world):
    event = world.create()
    assert desk.browser.post(f"{DESK}/{event.id}/publish").status_code == 400
    assert world.event(event.id).status is EventStatus.DRAFT


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_every_page_opens_in_both_languages(desk, world, language):
    ids = world.database.write(demo.seed, timezone=ZONE, now=NOW)
    slug = world.event(ids[0]).slug
    for path in [
        "/events/",
        f"/events/{slug}",
        DESK,
        f"{DESK}?tab=drafts",
        f"{DESK}?tab=past",
        f"{DESK}/new",
        f"{DESK}/new?template=clean-up",
        *(f"{DESK}/{ids[1]}{page}" for page in ("", "/edit", "/cancel", "/duplicate")),
    ]:
        assert f'<html lang="{language}"' in desk.get(path, language=language)


def test_the_demo_is_published_and_lies_ahead(site, world):
    ids = world.database.write(demo.seed, timezone=ZONE, now=NOW)
    events = [world.event(event_id) for event_id in ids]
    assert [event.title for event in events] == ["端午游园会", "国庆文艺汇演"]
    assert all(event.starts_at > NOW and event.status is EventStatus.PUBLISHED for event in events)
    assert len(world.messages("event.published")) == 2
    assert "端午游园会" in site.get("/events/")
