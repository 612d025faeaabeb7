"""The pages of the sign-up service."""

import re
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from services.signups.models import Hold
from tests.conftest import ON_SQLITE
from tests.signups.conftest import World
from tests.signups.web import HIDDEN, Site

pytestmark = ON_SQLITE

ENGLISH = {"Accept-Language": "en"}
SOMEBODY = {"name": "扎西·多吉", "phone": "138 0013 8000", "consent": "true"}


@pytest.fixture
def site(world: World) -> Site:
    return Site(world)


@pytest.fixture
def page(site: Site) -> str:
    return f"/signups/events/{site.world.event['event_id']}"


def test_a_volunteer_signs_up_keeps_a_link_and_withdraws(site: Site, page: str) -> None:
    sent = site.send(page, page, SOMEBODY | {"shift_id": str(site.world.shift_id)})
    page = sent.headers["Location"]
    assert re.fullmatch("/signups/mine/[0-9a-f-]{36}", page)
    mine = site.open(page)
    assert "报名成功" in mine
    assert "扎西·多吉" in mine
    link = re.search(r"/signups/manage/[\w-]+", mine)[0]
    site.browser = site.app.test_client()  # another phone
    opened = site.browser.get(link)
    assert (opened.status_code, opened.headers["Location"]) == (303, page)
    assert site.send(page, f"{page}/withdraw", {"reason": "生病"}).status_code == 303
    assert "已取消报名" in site.open(page)
    assert site.world.taken() == 0


def test_a_festival_of_the_moon_names_its_lunar_date(site: Site, page: str) -> None:
    assert "农历五月初五" in site.open(page)
    assert "lunar month 5, day 5" in site.open(page, **ENGLISH)
    site.world.publish(lunar=False)
    assert "农历" not in site.open(page)


def test_a_form_that_is_wrong_comes_back_with_what_was_typed(site: Site, page: str) -> None:
    sent = site.send(page, page, {"name": "扎西·多吉", "phone": "1380013", "email": "x"})
    assert sent.status_code == 422
    assert 'value="扎西·多吉"' in sent.text
    assert 'value="1380013"' in sent.text
    for words in ("请选择一个岗位。", "手机号不正确", "<title>错误："):
        assert words in sent.text
    english = site.send(page, page, {"phone": "1380013"}, **ENGLISH)
    assert "Please choose a shift." in english.text


def test_a_child_needs_a_guardian_and_the_form_says_where(site: Site, page: str) -> None:
    child = SOMEBODY | {"shift_id": str(site.world.shift_id), "birth_date": "2020-01-01"}
    sent = site.send(page, page, child)
    assert sent.status_code == 422
    assert "需要家长或监护人同意" in sent.text
    guardian = {"guardian-name": "王五", "guardian-phone": "13900139000", "guardian-consent": "true"}
    assert site.send(page, page, child | guardian).status_code == 303


def test_the_same_form_sent_twice_signs_up_once(site: Site, page: str) -> None:
    hidden = dict(re.findall(HIDDEN, site.open(page)))
    site.now += timedelta(seconds=3)
    form = hidden | SOMEBODY | {"shift_id": str(site.world.shift_id)}
    answers = [site.browser.post(page, data=form) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert site.world.taken() == 1


def test_someone_on_the_shift_already_learns_nothing(site: Site, page: str) -> None:
    form = SOMEBODY | {"shift_id": str(site.world.shift_id)}
    site.send(page, page, form)
    again = site.send(page, page, form)
    assert again.headers["Location"] == "/signups/received"
    assert "扎西" not in site.open("/signups/received")


def test_a_shift_that_takes_nobody_cannot_be_chosen_and_says_why(site: Site, page: str) -> None:
    site.world.publish(waitlist=False)
    site.world.sign_up()
    site.world.sign_up()
    form = site.open(page)
    assert "已满" in form
    assert "disabled" in form
    sent = site.send(page, page, SOMEBODY | {"shift_id": str(site.world.shift_id)})
    assert sent.status_code == 422
    assert "该岗位刚刚报满" in sent.text
    assert "扎西·多吉" in sent.text


def test_a_cancelled_event_says_so_instead_of_asking(site: Site, page: str) -> None:
    site.world.publish(status="cancelled", reason="下雨")
    form = site.open(page)
    assert "活动已取消" in form
    assert 'name="phone"' not in form


def test_a_unit_s_people_claim_on_its_own_page(site: Site) -> None:
    site.world.pledge(1, pledge_id=UUID(int=7))
    token = site.world.read(lambda session: session.scalar(select(Hold.claim_token)))
    page = f"/signups/claim/{token}"
    assert "朝阳小学" in site.open(page)
    assert site.send(page, page, SOMEBODY | {"shift_id": str(site.world.shift_id)}).status_code == 303
    full = site.send(page, page, SOMEBODY | {"name": "李四", "shift_id": str(site.world.shift_id)})
    assert full.status_code == 422
    assert "已经领完" in full.text
    assert site.browser.get("/signups/claim/made-up").status_code == 404


def test_a_link_that_nobody_has_opens_nothing(site: Site) -> None:
    assert site.browser.get("/signups/manage/made-up").status_code == 404
    assert "本设备上没有打开的报名" in site.open("/signups/mine")


def test_an_organizer_works_with_the_roster(site: Site) -> None:
    event_id = site.world.event["event_id"]
    roster = f"/signups/desk/events/{event_id}"
    assert site.browser.get(roster).headers["Location"].startswith("/events/login")
    site.sign_in()
    assert "还没有人报名" in site.open(roster)
    answer = site.world.sign_up(name="卓玛", phone="+8613912345678")
    assert "139 1234 5678" in site.open(roster)
    assert "卓玛" in site.open(f"{roster}?q=5678")
    assert "没有符合的人" in site.open(f"{roster}?q=nobody")
    done = site.send(roster, f"/signups/desk/signups/{answer.signup_id}/check-in", {"back": "//evil.example"})
    assert (done.status_code, done.headers["Location"]) == (303, roster)
    assert "卓玛：已签到" in site.open(roster)


def test_an_action_that_came_too_late_is_explained(site: Site) -> None:
    roster = f"/signups/desk/events/{site.world.event['event_id']}"
    answer = site.world.sign_up()
    site.now = site.world.event["starts_at"] + timedelta(minutes=5)
    site.sign_in()
    done = site.send(roster, f"/signups/desk/signups/{answer.signup_id}/withdraw", {})
    assert done.status_code == 303
    assert "岗位已经开始" in site.open(roster)


def test_the_calendar_file_replaces_the_earlier_one_after_a_move(site: Site, page: str) -> None:
    mine = site.send(page, page, SOMEBODY | {"shift_id": str(site.world.shift_id)}).headers["Location"]
    before = site.browser.get(f"{mine}/calendar.ics").text
    site.world.publish(venue={"name": "礼堂", "address": "朝阳路2号"})
    after = site.browser.get(f"{mine}/calendar.ics").text

    def line(text: str, name: str) -> str:
        return re.search(rf"^{name}:(.*)$", text, re.MULTILINE)[1]

    assert line(before, "UID") == line(after, "UID")
    assert int(line(after, "SEQUENCE")) > int(line(before, "SEQUENCE"))
    assert "礼堂" in after
