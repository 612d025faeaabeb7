"""Three units at one Dragon Boat event, as their pages show it: people, two hundred sets of leaves, and a hall.

It is played in a browser, on the real stack, whose broker is killed in the middle; `test_partner_units.py` plays a
longer day without a browser.
"""

import re
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import DESK, opening, sign_in
from tests.journeys.conftest import Site, an_event, in_future, kill

Window = Callable[..., BrowserContext]
SHORTLY = 60
"""Seconds in which all pages have to tell of what has happened, the broker's way back included."""


@pytest.fixture
def site(stack: Site) -> Site:
    """Steward in the shape of production."""
    return stack


@pytest.fixture
def window(browser: Browser, site: Site) -> Iterator[Window]:
    """A function that opens a window of somebody else."""
    with opening(browser, site.origin) as make:
        yield make


@pytest.fixture
def desk(window: Window) -> Page:
    """A page on an organizer's wide screen, signed in."""
    page = window(viewport=DESK).new_page()
    sign_in(page)
    return page


@pytest.fixture
def event(site: Site) -> dict[str, Any]:
    """A published event with ten places that needs people, 200 sets of leaves and a hall; partners knows of it."""
    token = site.sign_in()
    starts_at, ends_at = in_future(days=10), in_future(days=10, hours=3)
    shifts = [{"role": "包粽子", "starts_at": starts_at, "ends_at": ends_at, "capacity": 10}]
    times = {"starts_at": starts_at, "ends_at": ends_at}
    made = an_event(site, token, shifts=shifts, supplies=[{"name": "粽叶", "quantity": 200, "unit": "套"}], **times)
    asked = {"event_id": made["id"]}
    hands = {"kind": "people", "quantity": 10, "shift_id": made["shifts"][0]["id"], "due_at": in_future(days=5)}
    hall = {"kind": "venue", "quantity": 1, "unit": "间"}
    site.post("/partners/api/v1/needs", 201, token=token, json=asked | hands | {"description": "包粽子人手"})
    site.post("/partners/api/v1/needs", 201, token=token, json=asked | hall | {"description": "雨天备用礼堂"})
    return made


def add_unit(desk: Page, name: str, number: str) -> None:
    desk.goto("/partners/desk/units/new")
    desk.get_by_label("单位名称").fill(name)
    desk.get_by_label("单位类型").select_option(label="企业商户")
    desk.get_by_label("姓名").fill("白玛")
    desk.get_by_label("手机号").fill(number)
    desk.get_by_role("button", name="添加单位").click()
    expect(desk.get_by_role("heading", level=1)).to_have_text(name)


def invite(desk: Page, need: str, name: str) -> str:
    """Ask the unit, and return the link that the desk passes on."""
    desk.get_by_role("article").filter(has_text=need).get_by_role("link", name="查看").click()
    unfold(desk, "邀请单位")
    desk.get_by_label(name).check()
    desk.get_by_role("button", name="发送邀请").click()
    row = desk.get_by_role("row").filter(has_text=name)
    expect(row).to_contain_text("已邀请")
    row.locator("summary").click()
    row.get_by_role("button", name="生成转发链接").click()
    link = desk.locator("a[href*='/partners/enter/']").get_attribute("href")
    assert link is not None
    return link


def unfold(page: Page, words: str) -> None:
    """Show what is folded under the words, if it is not shown already."""
    folded = page.locator("details.more").filter(has=page.locator("summary", has_text=words))
    if folded.get_attribute("open") is None:
        folded.locator("summary").click()


def open_invitation(page: Page, link: str) -> None:
    page.goto(link)
    page.get_by_role("button", name="查看邀请").click()
    expect(page).to_have_url(re.compile("/partners/unit/invitations/"))
    page.get_by_role("link", name="可以支持，去认领").click()


def shows(page: Page, path: str, *sentences: str) -> None:
    """Open a page anew until it says all this; the services tell each other what has happened."""
    deadline = time.monotonic() + SHORTLY
    while True:
        page.goto(path)
        said = " ".join(page.get_by_role("main").inner_text().split())
        missing = [one for one in sentences if one not in said]
        if not missing:
            return
        assert time.monotonic() < deadline, (path, missing, said)
        page.wait_for_timeout(200)


def agree(desk: Page, school: Page, event: dict[str, Any], *counts: int) -> None:
    """Wait until desk, roster and the unit's own page show this: on the shift, then of the unit's ten places.

    ``counts`` are those who have a place, nameless places, those who wait; places kept for the unit, and names on them.
    """
    confirmed, nameless, waiting, held, claimed = counts
    places = f"已留名额 {held} / 10 已填姓名 {claimed} / {held}"
    shows(
        desk,
        f"/events/desk/{event['id']}",
        f"{confirmed} {nameless} {waiting} 0",
        f"曙光小学 人数 10 {held} {claimed}",
    )
    shows(desk, f"/signups/desk/events/{event['id']}", f"已报名 {confirmed} 候补中 {waiting} 已取消 0")
    shows(desk, f"/partners/desk/events/{event['id']}", places)
    shows(school, school.url, places)


def test_three_units_at_one_dragon_boat_event(desk: Page, window: Window, site: Site, event: dict[str, Any]) -> None:
    for number, name in enumerate(("曙光小学", "糯米香商行", "江边酒店"), start=1):
        add_unit(desk, name, f"1390000555{number}")
    school, shop, hotel = (window().new_page() for _unit in range(3))
    board = f"/partners/desk/events/{event['id']}"

    ten_are_pledged_and_seven_claimed(desk, school, window, site, event)
    agree(desk, school, event, 7, 3, 3, 10, 7)
    the_deadline_comes(desk, board)
    agree(desk, school, event, 10, 0, 0, 7, 7)

    leaves_are_pledged_from_the_list(desk, shop, board)
    open_invitation(hotel, invite(desk, "雨天备用礼堂", "江边酒店"))
    hotel.get_by_role("button", name="确认认领").click()
    shows(desk, board, "江边酒店 雨天备用礼堂")

    the_hall_is_taken_back_after_a_reschedule(desk, hotel, site, event)
    agree(desk, school, event, 10, 0, 0, 7, 7)
    the_leaves_come(desk, shop, board)
    agree(desk, school, event, 10, 0, 0, 7, 7)


def ten_are_pledged_and_seven_claimed(
    desk: Page, school: Page, window: Window, site: Site, event: dict[str, Any]
) -> None:
    """The contact enters six names as a list, a seventh person their own on a phone; three others wait."""
    desk.goto(f"/partners/desk/events/{event['id']}")
    open_invitation(school, invite(desk, "包粽子人手", "曙光小学"))
    school.get_by_label("出多少人？").fill("10")
    school.get_by_role("button", name="确认认领").click()
    agree(desk, school, event, 0, 10, 0, 10, 0)

    claim = school.locator("a[href*='/signups/claim/']").get_attribute("href")
    assert claim is not None
    school_list = window().new_page()
    school_list.goto(f"{claim}/list")
    school_list.get_by_label("人员").fill("\n".join(f"老师{number}，1391234000{number}" for number in range(6)))
    school_list.get_by_label("名单上的每个人都已同意").check()
    school_list.get_by_role("button", name="提交名单").click()
    expect(school_list.locator("#claimed")).to_contain_text("6")

    kill(site, "beam.smp")
    teacher = window().new_page()
    teacher.goto(claim)
    teacher.locator("#name").fill("老师六")
    teacher.locator("#phone").fill("13912340006")
    teacher.locator("#consent").check()
    teacher.get_by_role("button", name="确认报名").click()
    expect(teacher.get_by_role("heading", level=1)).to_have_text("报名成功")
    waiting = [site.sign_up(event["shifts"][0]["id"], 910_000 + number).json() for number in range(3)]
    assert [one["status"] for one in waiting] == ["waitlisted"] * 3


def the_deadline_comes(desk: Page, board: str) -> None:
    """The office brings it forward by the need; those who wait have the three places without a name."""
    desk.goto(board)
    desk.get_by_role("article").filter(has_text="包粽子人手").get_by_role("link", name="查看").click()
    unfold(desk, "修改需求")
    soon = datetime.now(ZoneInfo("Asia/Shanghai")) + timedelta(seconds=2)
    desk.get_by_label("需要的时间").fill(f"{soon:%Y-%m-%dT%H:%M:%S}")
    desk.get_by_role("button", name="保存").click()
    shows(desk, board, "其余名额已释放")


def leaves_are_pledged_from_the_list(desk: Page, shop: Page, board: str) -> None:
    """The office asks for what stands on the event's own list, and the shop promises all of it."""
    desk.goto(board)
    unfold(desk, "从活动物资清单选用")
    desk.get_by_label("粽叶").check()
    desk.get_by_role("button", name="发布为需求").click()
    expect(desk.locator("#toasts")).to_contain_text("已从活动清单发布 1 项需求")
    open_invitation(shop, invite(desk, "粽叶", "糯米香商行"))
    shop.get_by_label("数量是多少？").fill("200")
    shop.get_by_role("button", name="确认认领").click()
    expect(shop.locator("#history")).to_contain_text("承诺 200")
    desk.goto(board)


def the_hall_is_taken_back_after_a_reschedule(desk: Page, hotel: Page, site: Site, event: dict[str, Any]) -> None:
    """The event moves by a week, the hall is booked then, and the office sees at once that it lacks one again."""
    moved = {"starts_at": in_future(days=17), "ends_at": in_future(days=17, hours=3)}
    token = site.sign_in()
    version = site.get(f"/events/api/v1/events/{event['id']}", token=token)["version"]
    path, headers = f"/events/api/v1/events/{event['id']}", {"If-Match": f'"{version}"'}
    answer = site.call("PATCH", path, token=token, json=moved, headers=headers)
    assert answer.status_code == 200, answer.text
    hotel.get_by_role("link", name="撤回整项认领").click()
    hotel.get_by_label("原因").fill("改期后礼堂已有婚宴")
    hotel.get_by_role("button", name="确认撤回").click()
    expect(hotel.locator("#history")).to_contain_text("改期后礼堂已有婚宴")
    desk.goto("/partners/desk")
    expect(desk.get_by_role("article").filter(has_text="还缺：雨天备用礼堂").first).to_be_visible()


def the_leaves_come(desk: Page, shop: Page, board: str) -> None:
    """One tap on the office's phone says so; nothing has to go back."""
    wide = desk.viewport_size
    desk.set_viewport_size({"width": 360, "height": 740})
    desk.goto(f"{board}/supplies")
    leaves = desk.get_by_role("article").filter(has_text="糯米香商行")
    leaves.get_by_role("button", name="全部送到").click()
    expect(leaves).to_contain_text("已送到：200")
    expect(leaves.get_by_role("button", name="全部归还")).to_have_count(0)
    shop.reload()
    expect(shop.get_by_role("main")).to_contain_text("已到位")
    assert wide is not None
    desk.set_viewport_size(wide)
