"""The sign-up page is light and keeps still; everything works over a slow line, by keyboard and without motion."""

from collections.abc import Callable
from time import perf_counter

import pytest
from playwright.sync_api import BrowserContext, CDPSession, Page, expect

from tests.browser.addresses import Addresses

BUDGET = 60 * 1024
SLOW_3G = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
"""400 ms and 400 kbit/s, as browsers' own tools have it."""
SLOW_SECONDS = 8
WATCH_SHIFTS = """
globalThis.shifted = 0;
new PerformanceObserver((list) => list.getEntries().forEach((one) => (shifted += one.hadRecentInput ? 0 : one.value)))
  .observe({ type: "layout-shift", buffered: true });
"""


@pytest.fixture
def sign_up(addresses: Addresses) -> str:
    """The address of the sign-up form."""
    return f"/signups/events/{addresses.event['id']}"


def test_the_sign_up_page_weighs_at_most_60_kib_with_all_that_it_needs(phone: Page, sign_up: str) -> None:
    line = _line(phone)
    sizes: dict[str, float] = {}
    line.on("Network.loadingFinished", lambda seen: sizes.update({seen["requestId"]: seen["encodedDataLength"]}))
    phone.goto(sign_up, wait_until="networkidle")
    assert len(sizes) >= 4, "page, style sheet, scripts"
    assert sum(sizes.values()) <= BUDGET
    answer = phone.request.get(sign_up)
    assert answer.headers["content-encoding"] == "gzip"


@pytest.mark.parametrize("page", ["festival", "sign-up"])
def test_nothing_moves_while_the_page_comes_in_over_a_slow_line(
    phone: Page, addresses: Addresses, sign_up: str, page: str
) -> None:
    _line(phone).send("Network.emulateNetworkConditions", SLOW_3G)
    phone.add_init_script(WATCH_SHIFTS)
    began = perf_counter()
    phone.goto(f"/events/{addresses.event['slug']}" if page == "festival" else sign_up)
    assert perf_counter() - began <= SLOW_SECONDS
    expect(phone.get_by_role("heading", level=1)).to_be_visible()
    assert phone.evaluate("shifted") <= 0.01


def test_one_can_sign_up_by_keyboard_alone(phone: Page, sign_up: str) -> None:
    phone.goto(sign_up)
    phone.keyboard.press("Tab")
    expect(phone.get_by_role("link", name="跳到正文")).to_be_focused()
    expect(phone.get_by_role("link", name="跳到正文")).to_be_in_viewport()
    phone.keyboard.press("Enter")
    expect(phone.get_by_role("main")).to_be_focused()
    seen: list[str] = []
    typed = {"name": "格桑", "phone": "13911112222"}
    while "consent" not in seen:
        phone.keyboard.press("Tab")
        focused = phone.evaluate(FOCUSED)
        assert focused["visible"], focused
        seen.append(focused["id"] or focused["text"])
        if focused["id"] == "shift_id":
            phone.keyboard.press("Space")
        elif focused["id"] in typed:
            phone.keyboard.type(typed[focused["id"]])
    shifts = ["shift_id", "shift_id-2", "shift_id-3", "shift_id-4"]
    assert seen == ["返回活动", *shifts, "name", "phone", "email", "为家人、朋友或孩子报名？", "consent"]
    phone.keyboard.press("Space")
    phone.keyboard.press("Tab")
    phone.keyboard.press("Enter")
    expect(phone.get_by_role("heading", level=1)).to_have_text("报名成功")


def test_a_dialog_keeps_the_keyboard_and_gives_it_back(phone: Page) -> None:
    phone.goto("/events/style")
    opener = phone.locator("a[href='#style-dialog']")
    opener.focus()
    phone.keyboard.press("Enter")
    dialog = phone.get_by_role("dialog", name="确定取消活动吗？")
    expect(dialog).to_be_visible()
    for _press in range(3):
        phone.keyboard.press("Tab")
        assert phone.evaluate("document.activeElement === document.body || !!document.activeElement.closest('dialog')")
    phone.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()


def test_nothing_moves_for_those_who_do_not_want_it(window: Callable[..., BrowserContext]) -> None:
    page = window(reduced_motion="reduce").new_page()
    page.goto("/events/style")
    assert page.evaluate(MOVING) == []


FOCUSED = """() => {
  const part = document.activeElement;
  const frame = [part, part.closest(".choice")].filter(Boolean).map((one) => getComputedStyle(one));
  const seen = frame.some((style) => style.outlineStyle !== "none" || style.boxShadow !== "none");
  return { id: part.id, text: part.innerText?.trim() ?? "", visible: seen && part.checkVisibility() };
}"""
MOVING = """() => [...document.querySelectorAll("body *")].filter((part) =>
  [null, "::before", "::after"].map((which) => getComputedStyle(part, which)).some((style) => {
    const lasts = (time) => Math.max(...time.split(",").map(parseFloat)) > 0.001;
    return (style.animationName !== "none" && lasts(style.animationDuration)) || lasts(style.transitionDuration);
  })).map((part) => part.outerHTML.slice(0, 100))"""


def _line(page: Page) -> CDPSession:
    """Return the browser's own view of the page's network, with nothing kept from before."""
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")
    line.send("Network.setCacheDisabled", {"cacheDisabled": True})
    return line
