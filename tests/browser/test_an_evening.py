"""An organizer new to the desk plans next year's Mid-Autumn evening, from the template to the printed sheet."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

from playwright.sync_api import BrowserContext, Page, expect


def test_next_years_mid_autumn_evening(desk: Page, window: Callable[..., BrowserContext]) -> None:
    event = _draft(desk)
    _make_an_item_longer(desk, event)
    _add_a_shift(desk, event)
    public = _publish(desk, event)
    for number, name in enumerate(["次仁", "央金拉姆"]):
        _sign_up(window().new_page(), public, name, f"1395555000{number}")
    _see_it_fill(desk)
    _print_the_sheet(desk)


def _draft(desk: Page) -> str:
    """Make next year's draft from the template; return its address at the desk."""
    desk.get_by_role("link", name="新建活动").click()
    desk.get_by_role("link", name=re.compile("中秋")).first.click()
    desk.get_by_label("年份").select_option(str(datetime.now(UTC).year + 1))
    desk.get_by_role("button", name="推算日期").click()
    expect(desk.get_by_role("main")).to_contain_text("八月十五")
    desk.get_by_role("button", name="生成草稿").click()
    desk.wait_for_url(re.compile("/edit$"))
    return re.sub("/edit$", "", desk.url)


def _make_an_item_longer(desk: Page, event: str) -> None:
    """What follows the longer item moves along; what goes on before it stays."""
    desk.goto(event)
    desk.get_by_role("link", name="安排节目").click()
    before = _times(desk)
    desk.locator(".plan-item").filter(has_text="曲艺小唱").get_by_role("link", name=re.compile("编辑")).click()
    box = desk.get_by_label("时长")
    box.fill(str(int(box.input_value()) + 30))
    desk.get_by_role("button", name="保存").click()
    expect(desk.get_by_label("时长")).to_have_count(0)
    after = _times(desk)
    assert after == before | {"赏月诗会": _later(before["赏月诗会"], 30)}


def _add_a_shift(desk: Page, event: str) -> None:
    desk.goto(f"{event}/shifts")
    desk.get_by_role("link", name="添加岗位").first.click()
    desk.get_by_label("岗位名称").fill("灯笼看护")
    desk.get_by_label("名额").fill("2")
    desk.get_by_label("最少人数").fill("1")
    desk.get_by_role("button", name="保存").click()
    expect(desk.get_by_role("rowheader", name="灯笼看护")).to_be_visible()
    expect(desk.locator(".grid-cell").filter(has_text="0/2")).to_be_visible()


def _publish(desk: Page, event: str) -> str:
    """Publish the event; return the address of its public page."""
    desk.goto(event)
    desk.get_by_role("button", name="发布").click()
    expect(desk.get_by_role("main")).to_contain_text("已发布")
    address = desk.get_by_role("link", name="查看页面").get_attribute("href")
    assert address is not None
    return address


def _sign_up(person: Page, public: str, name: str, phone: str) -> None:
    person.goto(public)
    person.get_by_role("link", name="我要报名").click()
    person.get_by_role("checkbox", name=re.compile("灯笼看护")).check()
    person.locator("#name").fill(name)
    person.locator("#phone").fill(phone)
    person.locator("#consent").check()
    person.get_by_role("button", name="确认报名").click()
    expect(person.get_by_role("heading", level=1)).to_have_text("报名成功")


def _see_it_fill(desk: Page) -> None:
    """Both show at the desk; they come by message, so the page is looked at again until they have."""
    confirmed = desk.get_by_role("row").filter(has_text="灯笼看护").locator("td").nth(1)
    for _attempt in range(30):
        desk.reload()
        if confirmed.inner_text() == "2":
            return
        desk.wait_for_timeout(100)
    expect(confirmed).to_have_text("2")


def _print_the_sheet(desk: Page) -> None:
    desk.get_by_role("main").get_by_role("link", name="花名册").first.click()
    desk.get_by_role("link", name="签到表").click()
    expect(desk.get_by_role("main")).to_contain_text("次仁")
    expect(desk.get_by_role("main")).to_contain_text("央金拉姆")
    expect(desk.get_by_role("columnheader", name="签名").first).to_be_visible()
    assert desk.pdf(format="A4").startswith(b"%PDF")


def _times(page: Page) -> dict[str, str]:
    """Return the title of each item of the programme, and when it begins."""
    found = {}
    for item in page.locator(".plan-item").all():
        begins = re.search(r"\d\d:\d\d", item.locator(".plan-time").inner_text())
        if begins is not None:
            found[item.locator(".plan-title").inner_text().split()[0]] = begins[0]
    return found


def _later(clock: str, minutes: int) -> str:
    hours, rest = divmod(int(clock[:2]) * 60 + int(clock[3:]) + minutes, 60)
    return f"{hours:02}:{rest:02}"
