"""Looks at every page once in every way, and keeps what it finds, so that each promise is a test of its own."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Final

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, ConsoleMessage, Page

from tests.browser.addresses import ANYBODY, CONTACT, ORGANIZER, VOLUNTEER, Addresses, Sample
from tests.journeys.conftest import PASSWORD

LANGUAGES: Final = ("zh-CN", "en")
WIDTHS: Final = (360, 1280)
SCHEMES: Final = ("light", "dark")
ZOOMED: Final = 640
"""What is left of 1280 pixels at 200 % zoom."""
EVERYTHING: Final = {
    "type": "tag",
    "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}
COLOURS: Final = {"type": "rule", "values": ["color-contrast"]}
LAYOUT: Final = {"type": "rule", "values": ["color-contrast", "target-size", "scrollable-region-focusable"]}
SCRIPT: Final = (Path(__file__).parent / "survey.js").read_text(encoding="utf-8")


@dataclass
class Findings:
    """What was found on one page in one language, one line for each finding."""

    axe: list[str] = field(default_factory=list)
    small_targets: list[str] = field(default_factory=list)
    too_wide: list[str] = field(default_factory=list)
    console: list[str] = field(default_factory=list)
    latin: list[str] = field(default_factory=list)


@dataclass
class Survey:
    """The findings of every page."""

    pages: dict[tuple[str, str], Findings] = field(default_factory=dict)

    @classmethod
    def of(cls, origin: str, browser: Browser, addresses: Addresses) -> "Survey":
        """Look at all pages, in all languages."""
        found = cls()
        for language in LANGUAGES:
            for who in (ANYBODY, ORGANIZER, CONTACT, VOLUNTEER):
                context = browser.new_context(
                    base_url=origin,
                    locale=language,
                    viewport={"width": WIDTHS[0], "height": 740},
                    reduced_motion="reduce",
                )
                for script in (AXE_SCRIPT, SCRIPT):  # sent once, run on every page
                    context.add_init_script(script)
                page = context.new_page()
                _become(page, who, addresses)
                for sample in (one for one in addresses.samples if one.who == who):
                    found.pages[language, sample.path] = _look(page, sample)
                context.close()
        return found

    def all(self, kind: str, language: str | None = None) -> Sequence[str]:
        """Return every finding of a kind, with the page it is on."""
        return [
            f"{spoken} {path}: {line}"
            for (spoken, path), findings in self.pages.items()
            if language in {None, spoken}
            for line in getattr(findings, kind)
        ]


def _become(page: Page, who: str, addresses: Addresses) -> None:
    if who == ORGANIZER:
        page.goto("/events/login")
        page.locator("#username").fill("admin")
        page.locator("#password").fill(PASSWORD)
        page.locator("main button").click()
        page.wait_for_url("**/events/desk")
    elif who == CONTACT:
        page.goto(addresses.enter)
        page.locator("main button").click()
        page.wait_for_url("**/partners/unit")
    elif who == VOLUNTEER:
        page.goto(addresses.manage)
        _sign_two_up(page, addresses)


def _sign_two_up(page: Page, addresses: Addresses) -> None:
    page.goto(f"/signups/events/{addresses.event['id']}?for=another")
    page.locator("#shift_id-3").check()
    page.locator("#name").fill({"zh-CN": "央金", "en": "边巴"}[page.locator("html").get_attribute("lang") or ""])
    page.locator("#phone").fill("13900139009")
    page.locator(".more summary").click()
    page.locator("[name=_add]").click()
    page.locator("#companions-0-name").fill("小旺堆")
    page.locator("#consent").check()
    page.locator("main .button-primary").click()
    page.wait_for_url("**/signups/together")


def _look(page: Page, sample: Sample) -> Findings:
    found = Findings()

    def note(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and f"status of {sample.status}" not in message.text:
            found.console.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: found.console.append(str(error)))
    answer = page.goto(sample.path)
    assert answer is not None
    assert answer.status == sample.status, f"{sample.path}: {answer.status}"
    found.axe += _axe(page)
    page.set_viewport_size({"width": WIDTHS[0], "height": 740})
    found.small_targets += page.evaluate("smallTargets()")
    found.latin += page.evaluate("latinWords()")
    for width, large in ((WIDTHS[0], False), (ZOOMED, False), (WIDTHS[0], True), (WIDTHS[1], True)):
        page.set_viewport_size({"width": width, "height": 740})
        found.too_wide += [f"{width}, large text {large}: {line}" for line in page.evaluate("tooWide", large)]
    page.set_viewport_size({"width": WIDTHS[0], "height": 740})
    page.remove_listener("console", note)
    return found


def _axe(page: Page) -> Iterator[str]:
    """Yield what axe finds at every width, light and dark.

    Only the first look is at everything: in the dark only colours can be different, and on a wide screen only what
    depends on the layout.
    """
    for width, scheme in product(WIDTHS, SCHEMES):
        page.set_viewport_size({"width": width, "height": 740})
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        rules = COLOURS if scheme == "dark" else EVERYTHING if width == WIDTHS[0] else LAYOUT
        for one in page.evaluate("violations", rules):
            for node in one["nodes"]:
                yield f"{width} {scheme} {one['id']}: {node['html'][:160]} {node['failureSummary'][:300]}"
    page.emulate_media(color_scheme=SCHEMES[0], reduced_motion="reduce")
