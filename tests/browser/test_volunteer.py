"""The way of a volunteer, on a phone: from the festival's page to the sign-up, and out of it again."""

import re
from collections.abc import Callable
from time import perf_counter

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from shared.web import qr
from tests.browser.addresses import Addresses
from tests.browser.conftest import PHONE
from tests.journeys.conftest import Site, an_event

NAME = "扎西·多吉"
GAP = 12
"""Pixels between two shifts."""


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


@pytest.mark.parametrize(("scripts", "number"), [("on", "13912340003"), ("off", "13912340004")])
def test_from_the_posters_code_to_a_place_takes_less_than_a_minute_and_two_screens(
    window: Callable[..., BrowserContext], site: Site, addresses: Addresses, scripts: str, number: str
) -> None:
    page = window(java_script_enabled=scripts == "on").new_page()
    form = f"{site.origin}/signups/events/{addresses.event['id']}"
    page.goto(f"/events/{addresses.event['slug']}/poster")
    assert page.locator(".poster-code path").last.get_attribute("d") in qr.svg(form), "this is what a phone reads"
    begun = perf_counter()
    page.goto(form)
    confirm = page.get_by_role("button", name="确认报名")
    lowest, card = confirm.bounding_box(), page.locator(".choices-cards > .choice").last.bounding_box()
    assert lowest is not None
    assert card is not None
    usual = lowest["y"] + lowest["height"] - (card["height"] + GAP) * (page.locator("[name=shift_id]").count() - 3)
    assert usual <= 2 * PHONE["height"]
    _fill(page, number)
    confirm.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("报名成功")
    assert perf_counter() - begun < 60


@pytest.mark.parametrize(("scripts", "number"), [("on", "13912340005"), ("off", "13912340006")])
def test_a_family_signs_up_in_one_go(
    window: Callable[..., BrowserContext], site: Site, scripts: str, number: str
) -> None:
    page = window(java_script_enabled=scripts == "on").new_page()
    event = an_event(site, site.sign_in())
    page.goto(f"/signups/events/{event['id']}?shift={event['shifts'][0]['id']}")
    expect(page.locator("[name=shift_id]:checked")).to_have_count(1)
    page.locator("#name").fill(NAME)
    page.locator("#phone").fill(number)
    page.get_by_text("为家人、朋友或孩子报名？").click()
    for row, name in enumerate(("卓玛", "格桑")):
        page.get_by_role("button", name="添加一人").click()
        box = page.locator(f"#companions-{row}-name")
        expect(box).to_be_focused()
        expect(page.locator("#name")).to_have_value(NAME)
        box.fill(name)
    page.locator("#companions-1-name").press("Enter")
    expect(page.locator("main > .error-summary")).to_contain_text("请勾选此项")
    expect(page.locator("#companions-1-name")).to_have_value("格桑")
    page.locator("#consent").check()
    page.get_by_role("button", name="确认报名").click()
    expect(page).to_have_url(re.compile("/signups/together$"))
    expect(page.get_by_role("article")).to_have_count(3)
    links = page.locator("main a[href*='/signups/manage/']")
    assert len({link.get_attribute("href") for link in links.all()}) == 3


def test_without_a_connection_nothing_that_was_typed_is_lost(
    window: Callable[..., BrowserContext], addresses: Addresses
) -> None:
    context = window()
    page = context.new_page()
    page.goto(f"/signups/events/{addresses.event['id']}")
    _fill(page, "13912340007")
    context.set_offline(True)
    page.get_by_role("button", name="确认报名").click()
    expect(page.locator(".toast")).to_contain_text("网络连不上")
    expect(page.locator("#name")).to_have_value(NAME)
    context.set_offline(False)
    page.get_by_role("button", name="确认报名").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("报名成功")
    assert page.evaluate("Object.keys(localStorage).length") == 0


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
    page.get_by_role("checkbox").nth(2).check()  # the shift with the most places
    page.locator("#name").fill(NAME)
    page.locator("#phone").fill(number)
    page.locator("#consent").check()
