"""The way of a volunteer, on a phone: from the festival's page to the sign-up, and out of it again."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.addresses import Addresses

NAME = "扎西·多吉"


@pytest.mark.parametrize(("scripts", "number"), [("on", "13912340001"), ("off", "13912340002")])
def test_sign_up_and_withdraw(
    window: Callable[..., BrowserContext], addresses: Addresses, scripts: str, number: str
) -> None:
    settings = {"java_script_enabled": scripts == "on"}
    page = window(**settings).new_page()
    page.goto(f"/events/{addresses.event['slug']}")
    expect(page.get_by_role("heading", level=1)).to_have_text("端午游园会")
    page.get_by_role("link", name="我要报名").click()

    page.get_by_role("button", name="确认报名").click()
    expect(page).to_have_title(re.compile("^错误："))
    summary = page.get_by_role("alert").filter(has=page.get_by_role("heading"))
    assert summary.get_by_role("link").all_inner_texts() == [
        "请选择一个岗位。",
        "请填写姓名。",
        "请填写 11 位手机号。",
        "如果同意，请勾选此项；不勾选就无法继续。",
    ]
    if scripts == "on":
        expect(summary).to_be_focused()
    summary.get_by_role("link", name="请填写姓名。").click()
    expect(page.locator("#name")).to_have_attribute("aria-invalid", "true")

    _fill(page, "1380013")
    page.get_by_role("button", name="确认报名").click()
    expect(page.locator("main > .error-summary")).to_contain_text("手机号")
    expect(page.locator("#name")).to_have_value(NAME)
    page.locator("#phone").fill(number)
    page.get_by_role("button", name="确认报名").click()

    expect(page).to_have_url(re.compile("/signups/mine/[0-9a-f-]{36}$"))
    expect(page.get_by_role("heading", level=1)).to_have_text("报名成功")
    expect(page.locator(".lunar")).to_have_text("农历五月初五")
    manage = page.locator("a[href*='/signups/manage/']").get_attribute("href")
    assert manage is not None

    other = window(**settings).new_page()
    other.goto(manage)
    expect(other.get_by_role("main")).to_contain_text(NAME)
    other.get_by_role("button", name="取消报名").click()
    expect(other.get_by_role("heading", level=1)).to_have_text("已取消报名")


def test_a_box_is_checked_as_soon_as_it_was_filled_in(phone: Page, addresses: Addresses) -> None:
    phone.goto(f"/signups/events/{addresses.event['id']}")
    box = phone.get_by_label("手机号", exact=True)
    box.fill("1380013")
    box.press("Tab")
    alert = phone.get_by_role("alert")
    expect(alert).to_contain_text("手机号")
    expect(phone.get_by_label("邮箱")).to_be_focused()
    expect(box).to_have_attribute("aria-describedby", re.compile("phone-error"))
    box.fill("13800138000")
    box.press("Tab")
    expect(alert).to_have_count(0)
    expect(box).to_have_value("13800138000")
    expect(phone).to_have_url(re.compile("/signups/events/"))


def test_the_places_on_the_festivals_page_stay_up_to_date(
    window: Callable[..., BrowserContext], addresses: Addresses
) -> None:
    page = window().new_page()
    page.clock.install()
    page.goto(f"/events/{addresses.event['slug']}")
    card = page.locator("article").filter(has=page.get_by_role("heading", name="引导"))
    card.get_by_role("link").focus()
    with page.expect_response(re.compile("/places$")) as asked:
        page.clock.run_for(15_000)
    assert asked.value.ok
    expect(card.get_by_role("link")).to_be_focused()
    assert asked.value.request.headers["hx-request"] == "true"


def test_what_was_chosen_is_remembered(phone: Page) -> None:
    phone.goto("/events/")
    phone.get_by_role("button", name="关怀版").click()
    expect(phone.locator("html")).to_have_attribute("data-text", "large")
    phone.get_by_role("button", name="深色").click()
    phone.goto("/signups/received")
    expect(phone.locator("html")).to_have_attribute("data-text", "large")
    expect(phone.locator("html")).to_have_attribute("data-theme", "dark")
    phone.get_by_role("button", name="English").click()
    expect(phone.locator("html")).to_have_attribute("lang", "en")


def _fill(page: Page, number: str) -> None:
    page.get_by_role("radio").first.check()
    page.locator("#name").fill(NAME)
    page.locator("#phone").fill(number)
    page.locator("#consent").check()
