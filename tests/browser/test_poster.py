"""The poster comes out of the printer as one sheet of A4, however much its event says."""

import re
from typing import Any

import pytest

from tests.browser.addresses import Addresses
from tests.journeys.conftest import Site

LONG = {"title": "端午" * 50, "summary": "一起过节。" * 300, "contact": "社区服务窗口" * 16}
PAGE = re.compile(rb"/Type\s*/Page\b")


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_poster_is_one_page(window: Any, addresses: Addresses, site: Site, language: str) -> None:
    long = site.post("/events/api/v1/events", 201, token=site.sign_in(), json={"template": "national-day", **LONG})
    site.post(f"/events/api/v1/events/{long['id']}/publish", 200, token=site.sign_in())
    page = window(locale=language).new_page()
    for slug in (addresses.event["slug"], long["slug"]):
        page.goto(f"/events/{slug}/poster")
        assert page.get_by_role("img").last.is_visible()
        assert len(PAGE.findall(page.pdf(prefer_css_page_size=True, print_background=True))) == 1
