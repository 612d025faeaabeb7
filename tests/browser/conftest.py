"""One running Steward and one browser for all tests of this folder."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.addresses import Addresses
from tests.browser.survey import Survey
from tests.journeys.conftest import PASSWORD, Site, free_port, start, stop

PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 900}
SECONDS = 10


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Steward in one process behind gunicorn, with the demo that a fresh folder begins with."""
    running = start("embedded", tmp_path_factory.mktemp("browser"), free_port())
    yield running
    stop(running)


@pytest.fixture(scope="session")
def addresses(site: Site) -> Addresses:
    """An address for every page."""
    return Addresses.of(site)


@pytest.fixture(scope="session")
def survey(site: Site, browser: Browser, addresses: Addresses) -> Survey:
    """What was seen when every page was looked at once in every way."""
    return Survey.of(site.origin, browser, addresses)


@pytest.fixture
def window(browser: Browser, site: Site, addresses: Addresses) -> Iterator[Callable[..., BrowserContext]]:
    """A function that opens a window of somebody else: its own cookies; a phone's size unless said."""
    assert addresses.samples, "what the demo holds was looked up before a test adds to it"
    with opening(browser, site.origin) as make:
        yield make


@pytest.fixture
def phone(window: Callable[..., BrowserContext]) -> Page:
    """A page on somebody's phone."""
    return window().new_page()


@pytest.fixture
def desk(window: Callable[..., BrowserContext]) -> Page:
    """A page on an organizer's wide screen, signed in."""
    page = window(viewport=DESK).new_page()
    sign_in(page)
    return page


@contextmanager
def opening(browser: Browser, origin: str) -> Iterator[Callable[..., BrowserContext]]:
    """Yield a function that opens windows onto the site, and close them all at the end."""
    opened: list[BrowserContext] = []

    def make(**settings: Any) -> BrowserContext:
        context = browser.new_context(**{"viewport": PHONE, "locale": "zh-CN", "base_url": origin} | settings)
        context.set_default_timeout(SECONDS * 1000)
        opened.append(context)
        return context

    yield make
    for context in opened:
        context.close()


def sign_in(page: Page) -> None:
    """Sign the organizer in by the form."""
    page.goto("/events/login")
    page.get_by_label("用户名").fill("admin")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    page.wait_for_url(re.compile(r"/events/desk"))
