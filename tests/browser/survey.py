"""Looks at every page once in every way, and keeps what it finds, so that each promise is a test of its own."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, ConsoleMessage, Page

from tests.browser.addresses import ANYBODY, CONTACT, ORGANIZER, VOLUNTEER, Addresses, Sample
from tests.journeys.conftest import PASSWORD

PHONE: Final = 360
WIDE: Final = 1280
ZOOMED: Final = 640
"""What is left of 1280 pixels at 200 % zoom."""
SCHEMES: Final = {"zh-CN": {PHONE: "light", WIDE: "dark"}, "en": {PHONE: "dark", WIDE: "light"}}
"""Colours do not hang on the language, nor words and widths on the colours: so every page is seen in both languages at
every width, and at every width in both schemes, without each with each."""
EVERYTHING: Final = {
    "type": "tag",
    "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}
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
        for language, schemes in SCHEMES.items():
            for who in (ANYBODY, ORGANIZER, CONTACT, VOLUNTEER):
                context = browser.new_context(
                    base_url=origin,
                    locale=language,
                    viewport={"width": PHONE, "height": 740},
                    reduced_motion="reduce",
                )
                for script in (AXE_SCRIPT, SCRIPT):  # sent once, run on every page
                    context.add_init_script(script)
                page = context.new_page()
                _become(page, who, addresses)
                for sample in (one for one in addresses.samples if one.who == who):
                    found.pages[language, sample.path] = _look(page, sample, schemes)
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


def _look(page: Page, sample: Sample, schemes: Mapping[int, str]) -> Findings:
    found = Findings()

    def note(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and f"status of {sample.status}" not in message.text:
            found.console.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: found.console.append(str(error)))
    _show(page, PHONE, schemes[PHONE])
    answer = page.goto(sample.path)
    assert answer is not None
    assert answer.status == sample.status, f"{sample.path}: {answer.status}"
    found.axe += _axe(page, EVERYTHING, PHONE, schemes)
    found.small_targets += page.evaluate("smallTargets()")
    found.latin += page.evaluate("latinWords()")
    found.too_wide += [*_too_wide(page, PHONE, large=False), *_too_wide(page, PHONE, large=True)]
    page.set_viewport_size({"width": ZOOMED, "height": 740})
    found.too_wide += _too_wide(page, ZOOMED, large=False)
    _show(page, WIDE, schemes[WIDE])
    found.axe += _axe(page, LAYOUT, WIDE, schemes)  # besides colours only what depends on the layout
    found.too_wide += _too_wide(page, WIDE, large=True)
    page.remove_listener("console", note)
    return found


def _show(page: Page, width: int, scheme: str) -> None:
    page.set_viewport_size({"width": width, "height": 740})
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")


def _axe(page: Page, rules: Mapping[str, Any], width: int, schemes: Mapping[int, str]) -> Iterator[str]:
    """Yield what axe finds as the page is shown now."""
    for one in page.evaluate("violations", rules):
        for node in one["nodes"]:
            yield f"{width} {schemes[width]} {one['id']}: {node['html'][:160]} {node['failureSummary'][:300]}"


def _too_wide(page: Page, width: int, *, large: bool) -> Iterator[str]:
    """Yield what is wider than the screen, in the usual or in large text."""
    for line in page.evaluate("tooWide", large):
        yield f"{width}, large text {large}: {line}"
