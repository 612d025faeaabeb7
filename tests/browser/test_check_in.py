"""The desk at the entrance on a phone: without a connection, without a script, and the code on the wall."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from services.__main__ import NAMES
from services.signups.venue import Wall
from shared import config, embedded
from tests.browser.conftest import sign_in
from tests.journeys.conftest import Site, an_event, in_future

CAMERA = """
navigator.mediaDevices.getUserMedia = async () => {
  const picture = document.createElement("canvas");
  picture.getContext("2d").fillRect(0, 0, 9, 9);
  setInterval(() => picture.getContext("2d").fillRect(0, 0, 9, 9), 50);
  return picture.captureStream();
};
globalThis.BarcodeDetector = class {
  static getSupportedFormats = async () => ["qr_code"];
  detect = async () => (globalThis.shown ? [{ rawValue: globalThis.shown }] : []);
};
"""
"""A camera before which a code is held; the browser of the tests can read none by itself."""
PEOPLE = {"卓玛": 71, "王建国": 72, "赵敏": 73}


@pytest.fixture(scope="module")
def event(site: Site) -> dict[str, Any]:
    """An event that begins in half an hour, with three people, each with the link to their sign-up."""
    starts_at, ends_at = in_future(minutes=30), in_future(hours=3)
    shift = {"role": "包粽子", "starts_at": starts_at, "ends_at": ends_at, "capacity": 5}
    event = an_event(site, site.sign_in(), starts_at=starts_at, ends_at=ends_at, shifts=[shift])
    shift_id = event["shifts"][0]["id"]
    links = {name: site.sign_up(shift_id, number, name=name).json() for name, number in PEOPLE.items()}
    return event | {"people": links, "door": f"/signups/desk/events/{event['id']}/check-in"}


@pytest.fixture
def door(window: Callable[..., BrowserContext], event: dict[str, Any]) -> Page:
    """The page on an organizer's phone, which has had the time to keep what it needs."""
    page = window().new_page()
    sign_in(page)
    page.goto(event["door"])
    until(page, "navigator.serviceWorker.controller")
    until(page, f"localStorage.getItem('check-in:{event['door'].removesuffix('/check-in')}')")
    return page


def until(page: Page, condition: str) -> None:
    """Wait until the script's condition holds; Playwright's own way to wait is what our pages forbid scripts to do."""
    wait = f"while (!({condition}) && Date.now() < end) await new Promise((go) => setTimeout(go, 50))"
    assert page.evaluate(f"async () => {{ const end = Date.now() + 10000; {wait}; return Boolean({condition}); }}")


def card(page: Page, name: str) -> Any:
    return page.locator("[data-person]").filter(has=page.get_by_role("heading", name=name, exact=True))


def roster(site: Site, event: dict[str, Any]) -> dict[str, Any]:
    items = site.get(f"/signups/api/v1/signups?event_id={event['id']}", token=site.sign_in())["items"]
    return {one["name"]: {key: one[key] for key in ("status", "version", "checked_in_at")} for one in items}


def test_what_is_noted_without_a_connection_arrives_once_though_it_is_sent_twice(
    site: Site, event: dict[str, Any], door: Page
) -> None:
    queue = f"scans:{event['door'].removesuffix('/check-in')}"
    door.context.set_offline(True)
    for name in ("卓玛", "王建国"):
        card(door, name).get_by_role("button", name="签到").click()
        expect(card(door, name)).to_contain_text("已签到")
    expect(door.get_by_role("status").filter(has_text="有 2 条还没有上传")).to_be_visible()
    expect(door.locator("#came")).to_have_text("已到 2 人，共 3 人")
    kept = door.evaluate(f"localStorage.getItem('{queue}')")
    assert "卓玛" not in kept
    assert {one["status"] for one in roster(site, event).values()} == {"confirmed"}

    # The battery died, say. While it reloads, a browser that only plays offline may let a request through; so what
    # counts from here on is that nothing is lost and nothing arrives twice.
    door.reload()
    expect(card(door, "卓玛")).to_contain_text("已签到")

    door.context.set_offline(False)
    expect(door.locator("[data-unsent]")).to_be_hidden(timeout=30_000)
    first = roster(site, event)
    assert [first[name]["status"] for name in PEOPLE] == ["attended", "attended", "confirmed"]

    door.evaluate(f"(kept) => localStorage.setItem('{queue}', kept)", kept)  # as if no answer had come
    door.reload()
    until(door, f"localStorage.getItem('{queue}') === '[]'")
    expect(card(door, "卓玛")).to_contain_text("已签到")
    assert roster(site, event) == first


def test_whoever_comes_next_finds_no_names_on_the_phone(door: Page) -> None:
    door.get_by_role("button", name="退出").click()
    door.wait_for_url("**/events/")
    until(door, "Object.keys(localStorage).every((key) => !key.startsWith('check-in:'))")
    until(door, "(await caches.keys()).length === 0")


def test_the_list_narrows_while_one_types_and_a_press_is_taken_back(door: Page) -> None:
    door.get_by_label("姓名、手机尾号或 6 位签到码").fill("赵")
    expect(door.locator("[data-person]:visible")).to_have_count(1)
    row = card(door, "赵敏")
    row.get_by_role("button", name="签到").click()
    expect(row).to_contain_text("已签到")
    row.get_by_role("button", name="签退").click()
    expect(row).to_contain_text("已签退")
    row.get_by_role("button", name="撤销").click()
    row.get_by_role("button", name="撤销").click()
    expect(row).to_contain_text("待签到")
    expect(door.locator("[data-unsent]")).to_be_hidden()
    door.reload()
    expect(card(door, "赵敏")).to_contain_text("待签到")


def test_the_camera_checks_in_whoever_shows_their_code_and_tells_strangers_apart(
    window: Callable[..., BrowserContext], event: dict[str, Any]
) -> None:
    page = window().new_page()
    page.add_init_script(CAMERA)
    sign_in(page)
    page.goto(event["door"])
    page.get_by_role("button", name="打开摄像头扫码").click()
    person = card(page, "赵敏")
    person.wait_for()
    listed = page.request.get(f"{event['door']}/people").json()["people"]
    code = next(one["code"] for one in listed if one["name"] == "赵敏")
    toasts = page.locator("#toasts")
    for shown, said in (
        (event["door"].replace(event["id"], "another") + f"?q={code}", "其他活动"),
        (f"{event['door']}?q=x", "没有这个签到码"),
        (f"{event['door']}?q={code}", "赵敏：已签到"),
    ):
        page.evaluate("(text) => (globalThis.shown = new URL(text, location).href)", shown)
        expect(toasts).to_contain_text(said)
    expect(person).to_contain_text("已签到")
    page.get_by_label("签退", exact=True).check()
    expect(toasts).to_contain_text("赵敏：已签退")
    for _ in range(2):
        person.get_by_role("button", name="撤销").click()
    expect(person).to_contain_text("待签到")
    expect(page.locator("[data-unsent]")).to_be_hidden()


def test_without_a_script_every_button_is_a_form(
    window: Callable[..., BrowserContext], event: dict[str, Any], desk: Page
) -> None:
    page = window(java_script_enabled=False, storage_state=desk.context.storage_state()).new_page()
    page.goto(f"{event['door']}?q=赵敏")
    card(page, "赵敏").get_by_role("button", name="签到").click()
    expect(card(page, "赵敏")).to_contain_text("已签到")
    card(page, "赵敏").get_by_role("button", name="撤销").click()
    expect(card(page, "赵敏")).to_contain_text("待签到")


def test_somebody_checks_themselves_in_by_the_code_on_the_wall(
    site: Site, event: dict[str, Any], desk: Page, phone: Page
) -> None:
    desk.goto(f"{event['door'].removesuffix('/check-in')}/wall")
    expect(desk.locator("#wall svg")).to_be_visible()
    environ = embedded.environment(site.folder / "var" / "embedded", NAMES, {})
    wall = Wall(config.load("signups", environ).secret_key, UUID(event["id"])).code(datetime.now(UTC))
    phone.goto(event["people"]["赵敏"]["manage_url"])
    expect(phone.locator(".six-digits")).to_be_visible()
    phone.goto(f"/signups/here/{event['id']}/{wall}")
    phone.get_by_role("button", name="我到了").click()
    expect(phone.locator("#toasts")).to_contain_text("签到，欢迎您")
    assert roster(site, event)["赵敏"]["status"] == "attended"
