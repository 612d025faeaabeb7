"""Takes the pictures in docs/screenshots: each main page, phone and wide screen side by side, in two languages.

Starts a fresh Steward with its demo in a temporary folder; everything shown is made up. Needs Chromium, as tests do.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from urllib.error import URLError
from urllib.request import urlopen

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ROOT: Final = Path(__file__).resolve().parents[1]
TARGET: Final = ROOT / "docs" / "screenshots"
PASSWORD: Final = "for-pictures-only"  # noqa: S105  (of a site that is gone a minute later)
LANGUAGES: Final = {"zh": "zh-CN", "en": "en"}
PHONE, WIDE, HEIGHT, GAP = 360, 1280, 900, 24
START_SECONDS: Final = 30
VOLUNTEERS: Final = zip(("格桑", "陈静", "刘洋", "赵敏"), map(str, range(13912340001, 13912340005)), strict=True)
"""Who signs up: somebody else for each language and width, as one person has one place."""
TYPING_MS: Final = 3_000
"""Whoever sends the form any sooner is taken for a program."""
FRAME: Final = f"""<!doctype html><style>
body {{ margin: 0; padding: {GAP}px; display: flex; gap: {GAP}px; background: #e9ece9; width: max-content; }}
img {{ display: block; border-radius: 12px; box-shadow: 0 2px 16px #0003; height: {HEIGHT}px; }}
</style>"""


def main() -> None:
    """Write every picture anew."""
    with _site() as (origin, enter), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_chromium(), args=["--no-sandbox"])
        TARGET.mkdir(parents=True, exist_ok=True)
        for short, language in LANGUAGES.items():
            for name, pictures in _pictures(browser, origin, enter, language).items():
                _join(browser, pictures, TARGET / f"{name}-{short}.jpg")
        browser.close()
    for picture in sorted(TARGET.iterdir()):
        sys.stdout.write(f"{picture.relative_to(ROOT)}  {picture.stat().st_size // 1024} KiB\n")


def _pictures(browser: Browser, origin: str, enter: str, language: str) -> dict[str, list[bytes]]:
    """Return each page's pictures, the phone's first."""
    found: dict[str, list[bytes]] = {}
    for width in (PHONE, WIDE):
        context = browser.new_context(
            base_url=origin, locale=language, viewport={"width": width, "height": HEIGHT}, reduced_motion="reduce"
        )
        for name, page in _walk(context, enter, *next(VOLUNTEERS)):
            found.setdefault(name, []).append(page.screenshot())
        context.close()
    return found


def _walk(context: BrowserContext, enter: str, name: str, phone: str) -> Iterator[tuple[str, Page]]:
    """Go through the main pages as a volunteer, a unit's contact and an organizer do, stopping at each."""
    page = context.new_page()
    page.goto("/events/")
    yield "home", page
    page.locator(".card-link a").first.click()
    page.wait_for_load_state()
    yield "festival", page
    page.locator("a[href$='/poster']").first.click()
    page.wait_for_load_state()
    yield "poster", page
    page.go_back()
    page.locator("a[href^='/signups/events/']").first.click()
    page.wait_for_load_state()
    yield "sign-up", page
    page.locator("[name=shift_id]").nth(2).check()  # the shift with the most places
    page.locator("#name").fill(name)
    page.locator("#phone").fill(phone)
    page.locator("#consent").check()
    page.wait_for_timeout(TYPING_MS)
    page.locator("main .button-full").click()
    page.wait_for_url("**/signups/mine/*")
    yield "own-page", page
    page.goto(enter)
    page.locator("main button").click()
    page.wait_for_url("**/partners/unit")
    yield "unit", page
    page.goto("/events/login")
    page.locator("#username").fill("admin")
    page.locator("#password").fill(PASSWORD)
    page.locator("main button").click()
    page.wait_for_url("**/events/desk")
    yield "desk", page
    page.locator(".card-link a").first.click()
    page.wait_for_load_state()
    yield "event", page
    page.locator(".tabs a[href^='/signups/desk/events/']").first.click()
    page.wait_for_load_state()
    yield "roster", page
    page.locator("a[href$='/check-in']").first.click()
    page.wait_for_load_state()
    yield "check-in", page
    page.goto("/events/desk/new")
    yield "templates", page


def _join(browser: Browser, pictures: list[bytes], target: Path) -> None:
    """Put a page's pictures side by side into one file."""
    with TemporaryDirectory() as folder:
        images = []
        for number, picture in enumerate(pictures):
            Path(folder, f"{number}.png").write_bytes(picture)
            images.append(f'<img src="{number}.png" alt="">')
        frame = Path(folder, "frame.html")
        frame.write_text(FRAME + "".join(images), encoding="utf-8")
        page = browser.new_page(viewport={"width": PHONE + WIDE + 3 * GAP, "height": HEIGHT + 2 * GAP})
        page.goto(frame.as_uri())
        page.screenshot(path=target, type="jpeg", quality=80)
        page.close()


@contextmanager
def _site() -> Iterator[tuple[str, str]]:
    """Run a fresh Steward; gives its address and the access link of a unit."""
    with TemporaryDirectory() as folder, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        given = {"PORT": str(port), "PYTHONPATH": str(ROOT), "STEWARD_ADMIN_PASSWORD": PASSWORD}
        said = Path(folder, "output.log")
        with said.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "services", "embedded"], cwd=folder, env=os.environ | given, stdout=output
            )
        try:
            origin = f"http://127.0.0.1:{port}"
            _wait(origin, process)
            yield origin, re.findall(r"http://\S+/partners/enter/\S+", said.read_text(encoding="utf-8"))[-1]
        finally:
            process.send_signal(signal.SIGINT)
            process.wait()


def _wait(origin: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            with urlopen(f"{origin}/partners/readyz"):  # noqa: S310  (our own address)
                return
        except URLError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def _chromium() -> str | None:
    """Return the path of a Chromium on this machine; None leaves it to Playwright's own."""
    named = os.environ.get("STEWARD_TEST_CHROMIUM")
    return named or next((found for name in ("chromium", "google-chrome") if (found := shutil.which(name))), None)


if __name__ == "__main__":
    main()
