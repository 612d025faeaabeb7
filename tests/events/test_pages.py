"""Pages: what everybody sees, how organizers come in, and how they make, change and end events."""

import re
from datetime import timedelta

import pytest

from services.events import demo
from services.events.models import EventStatus
from tests.events.web import fields_of
from tests.events.world import NOW, STARTS_AT, ZONE, an_organizer, shift_data

DAY = timedelta(days=1)
DESK = "/events/desk"


@pytest.fixture
def desk(site):
    """The site with its organizer signed in."""
    site.sign_in()
    return site


def tag_of(page):
    return re.search(r'class="tag[^"]*">([^<]+)<', page)[1]


def texts_of(page):
    """Return the page's words without markup, each run of white space as one space."""
    main = re.search(r"<main.*</main>", page, re.DOTALL)[0]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


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
    assert "第1个班次的结束时间早于开始时间，请检查。" in page


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


def test_taking_out_a_shift_that_people_are_on_is_refused_on_the_form(desk, world):
    event = world.published(shifts=[shift_data(), shift_data(role="套圈")])
    world.sign_up(event, shift=1)
    path = f"{DESK}/{event.id}/edit"
    typed = fields_of(desk.send(path, fields_of(desk.get(path)) | {"_remove": "shifts-1"}, 200).text)
    page = desk.send(path, typed, 422).text
    assert "People have signed up for “套圈”" in page


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
