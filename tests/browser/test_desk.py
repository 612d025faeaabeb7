"""The way of an organizer and of a work unit, and what happens on the roster without a page being loaded anew."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.browser.addresses import Addresses


def test_from_a_template_to_a_claimed_place(desk: Page, window: Callable[..., BrowserContext]) -> None:
    desk.get_by_role("link", name="新建活动").click()
    desk.get_by_role("link", name="端午游园会").click()
    desk.get_by_role("button", name="生成草稿").click()
    desk.wait_for_url(re.compile("/edit$"))
    event = re.sub("/edit$", "", desk.url)
    desk.goto(event)
    expect(desk.get_by_role("main")).to_contain_text("农历五月初五")
    desk.get_by_role("button", name="发布").click()
    expect(desk.get_by_role("main")).to_contain_text("已发布")

    desk.goto("/partners/desk/units/new")
    desk.get_by_label("单位名称").fill("第三中学")
    desk.get_by_label("单位类型").select_option(label="学校")
    desk.get_by_label("姓名").fill("白玛老师")
    desk.get_by_label("手机号").fill("13900003333")
    desk.get_by_role("button", name="添加单位").click()
    enter = desk.locator("a[href*='/partners/enter/']").get_attribute("href")
    assert enter is not None

    unit = window().new_page()
    unit.goto(enter)
    unit.get_by_role("button", name="进入").click()
    unit.goto(f"/partners/unit/events/{event.rpartition('/')[2]}")
    unit.get_by_role("link", name="认领人力").first.click()
    unit.get_by_label("出多少人？").fill("2")
    unit.get_by_role("button", name="确认认领").click()
    expect(unit.locator("#history")).to_contain_text("已预留 2 个名额")
    claim = unit.locator("a[href*='/signups/claim/']")
    expect(claim).to_be_visible()

    person = window().new_page()
    person.goto(claim.get_attribute("href") or "")
    expect(person.get_by_role("main")).to_contain_text("第三中学在这里预留了 2 个名额")
    person.locator("#name").fill("央宗")
    person.locator("#phone").fill("13900004444")
    person.locator("#consent").check()
    person.get_by_role("button", name="确认报名").click()
    expect(person.get_by_role("heading", level=1)).to_have_text("报名成功")


@pytest.fixture
def roster(desk: Page, addresses: Addresses) -> Page:
    """The roster of the demo's event, with a mark that a page loaded anew would not have."""
    desk.goto(f"/signups/desk/events/{addresses.event['id']}")
    desk.evaluate("window.mark = true")
    return desk


def test_the_roster_narrows_while_one_types(roster: Page) -> None:
    box = roster.get_by_label("姓名或手机尾号")
    box.press_sequentially("王建")
    expect(roster.get_by_role("row").filter(has=roster.get_by_role("rowheader"))).to_have_count(1)
    expect(roster.get_by_role("status").filter(has_text="找到")).to_have_text("找到 1 人")
    expect(box).to_be_focused()
    box.fill("没有这个人")
    expect(roster.locator("#found")).to_contain_text("没有符合的人")
    assert roster.evaluate("window.mark")


def test_checking_in_changes_the_row_and_the_counts(roster: Page) -> None:
    tab = roster.locator("#tabs").get_by_role("link", name=re.compile("已签到"))
    before = int("".join(re.findall(r"\d+", tab.inner_text())) or 0)
    row = roster.get_by_role("row").filter(has_text="李秀英").first
    row.get_by_role("button", name="签到").click()
    expect(row).to_contain_text("已签到")
    expect(row).to_be_focused()
    expect(roster.locator("#toasts")).to_contain_text("李秀英")
    expect(tab).to_contain_text(str(before + 1))
    tab.click()
    expect(roster.get_by_role("rowheader").filter(has_text="李秀英")).to_have_count(1)
    expect(roster.get_by_role("rowheader")).to_have_count(before + 1)
    expect(roster).to_have_url(re.compile(r"status=attended"))
    assert roster.evaluate("window.mark")


def test_a_table_that_is_being_written_says_so_until_it_is_there(roster: Page) -> None:
    asked: list[Route] = []
    roster.route("**/roster.xlsx*", lambda route: asked.append(route))  # noqa: PLW0108  (it gives the function an attribute)
    roster.get_by_role("link", name="下载 Excel 表格").click()
    expect(roster.locator("#toasts")).to_contain_text("正在生成表格")
    with roster.expect_download() as download:
        asked[0].continue_()
    assert download.value.suggested_filename.startswith("端午游园会")
    assert download.value.suggested_filename.endswith(".xlsx")
    expect(roster.locator("#toasts")).not_to_contain_text("正在生成表格")
    assert len(asked) == 1


def test_the_roster_works_without_javascript(
    window: Callable[..., BrowserContext], desk: Page, addresses: Addresses
) -> None:
    page = window(java_script_enabled=False, storage_state=desk.context.storage_state()).new_page()
    page.goto(f"/signups/desk/events/{addresses.event['id']}?q=赵敏")
    row = page.get_by_role("row").filter(has_text="赵敏")
    row.get_by_role("button", name="签到").click()
    expect(row).to_contain_text("已签到")
    expect(page.locator("#toasts")).to_contain_text("赵敏")
