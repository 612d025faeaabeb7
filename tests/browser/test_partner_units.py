"""Work units on one Dragon Boat event: one brings reed leaves and keeps nothing open, one takes its hall back."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.journeys.conftest import Site, an_event, in_future


@pytest.fixture
def event(site: Site) -> dict[str, Any]:
    """A published event that needs 200 sets of leaves; the partners service knows of it."""
    token = site.sign_in()
    made = an_event(site, token, supplies=[{"name": "粽叶", "quantity": 200, "unit": "套"}])
    hall = {"event_id": made["id"], "kind": "venue", "quantity": 1, "unit": "间", "description": "雨天备用礼堂"}
    site.post("/partners/api/v1/needs", 201, token=token, json=hall)
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


def test_from_the_list_to_the_hand_over_and_from_a_hall_to_its_withdrawal(
    desk: Page, window: Callable[..., BrowserContext], site: Site, event: dict[str, Any]
) -> None:
    add_unit(desk, "糯米香商行", "13900005551")
    add_unit(desk, "江边酒店", "13900005552")
    board = f"/partners/desk/events/{event['id']}"
    desk.goto(board)
    unfold(desk, "从活动物资清单选用")
    desk.get_by_label("粽叶").check()
    desk.get_by_role("button", name="发布为需求").click()
    expect(desk.locator("#toasts")).to_contain_text("已从活动清单发布 1 项需求")

    shop, hotel = window().new_page(), window().new_page()
    open_invitation(shop, invite(desk, "粽叶", "糯米香商行"))
    shop.get_by_label("数量是多少？").fill("200")
    shop.get_by_role("button", name="确认认领").click()
    expect(shop.locator("#history")).to_contain_text("承诺 200")
    desk.goto(board)
    open_invitation(hotel, invite(desk, "雨天备用礼堂", "江边酒店"))
    hotel.get_by_role("button", name="确认认领").click()
    desk.goto(board)
    expect(desk.get_by_role("row").filter(has_text="江边酒店")).to_contain_text("已承诺")

    moved = {"starts_at": in_future(days=17), "ends_at": in_future(days=17, hours=3)}
    answer = site.call(
        "PATCH",
        f"/events/api/v1/events/{event['id']}",
        token=site.sign_in(),
        json=moved,
        headers={"If-Match": f'"{event["version"]}"'},
    )
    assert answer.status_code == 200, answer.text
    hotel.get_by_role("link", name="撤回整项认领").click()
    hotel.get_by_label("原因").fill("改期后礼堂已有婚宴")
    hotel.get_by_role("button", name="确认撤回").click()
    expect(hotel.locator("#history")).to_contain_text("改期后礼堂已有婚宴")
    desk.goto("/partners/desk")
    expect(desk.get_by_role("article").filter(has_text="还缺：雨天备用礼堂").first).to_be_visible()

    desk.set_viewport_size({"width": 360, "height": 740})
    desk.goto(f"{board}/supplies")
    leaves = desk.get_by_role("article").filter(has_text="糯米香商行")
    leaves.get_by_role("button", name="全部送到").click()
    expect(leaves).to_contain_text("已送到：200")
    expect(leaves.get_by_role("button", name="全部归还")).to_have_count(0)
    shop.reload()
    expect(shop.get_by_role("main")).to_contain_text("已到位")
