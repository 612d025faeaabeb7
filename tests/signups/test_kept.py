"""Pages that are kept for everybody: right at once after a change, with what is each visitor's own."""

import gzip
import re
from datetime import timedelta

import pytest

from shared.web import kept
from tests.signups.conftest import World
from tests.signups.web import HIDDEN, Site


@pytest.fixture
def site(world: World) -> Site:
    world.publish(shifts=[world.event["shifts"][0] | {"capacity": 2}])
    return Site(world)


@pytest.fixture
def page(site: Site) -> str:
    return f"/signups/events/{site.world.event['event_id']}"


def opened(site: Site, page: str, **headers: str) -> str:
    """The page as somebody sees it who was never here."""
    answer = site.app.test_client(use_cookies=False).get(
        page, headers={name.replace("_", "-"): text for name, text in headers.items()}
    )
    assert answer.status_code == 200
    assert "Cookie" in answer.headers["Vary"]
    return gzip.decompress(answer.data).decode() if answer.headers.get("Content-Encoding") == "gzip" else answer.text


def own(text: str) -> dict[str, str]:
    return dict(re.findall(HIDDEN, text))


def bare(text: str) -> str:
    """The page without what is each visitor's own."""
    for value in own(text).values():
        text = text.replace(value, "")
    return text


def test_everybody_gets_the_same_page_with_a_token_and_a_key_of_their_own(site: Site, page: str) -> None:
    first, second = opened(site, page), opened(site, page, Accept_Encoding="gzip")
    assert bare(first) == bare(second)
    assert own(first)["key"] != own(second)["key"]
    assert own(first)["csrf_token"] != own(second)["csrf_token"]


def test_a_page_that_was_kept_can_be_sent(site: Site, page: str) -> None:
    opened(site, page)
    form = {"name": "王芳", "phone": "13800138000", "consent": "true", "shift_id": str(site.world.shift_id)}
    assert site.send(page, page, form).headers["Location"].startswith("/signups/mine/")


def test_it_shows_at_once_that_somebody_signed_up(site: Site, page: str) -> None:
    pages = [bare(opened(site, page))]
    for number in range(2):
        assert site.apply(number).status_code == 201
        pages.append(bare(opened(site, page)))
    assert len(set(pages)) == 3


def test_languages_and_choices_have_pages_of_their_own(site: Site, page: str) -> None:
    opened(site, page)
    assert "报名" in opened(site, page, Accept_Language="zh-CN")
    assert "Sign up" in opened(site, page, Accept_Language="en")
    assert 'data-theme="dark"' in opened(site, page, Cookie="steward-theme=dark")
    assert 'data-theme="dark"' not in opened(site, page)


def test_whoever_has_signed_up_here_sees_their_own(site: Site, page: str) -> None:
    form = {"name": "王芳", "phone": "13800138000", "consent": "true", "shift_id": str(site.world.shift_id)}
    before = opened(site, page)
    site.send(page, page, form)
    mine = bare(site.open(page))
    others = bare(opened(site, page))
    assert mine != others
    assert others != bare(before)


def test_the_clock_is_part_of_it(site: Site, page: str) -> None:
    before = bare(opened(site, page))
    site.now += timedelta(days=4000)
    assert bare(opened(site, page)) != before


def test_a_page_in_parts_is_whole_again_however_it_travels() -> None:
    words = "蘸糖的粽子 " * 3000
    page = kept.Page.of(f"<p>{{one}}{words}{{two}}{{one}}</p>", {"a": "{one}", "b": "{two}"})
    fresh = {"a": "甲", "b": "<" * 500}
    whole = f"<p>甲{words}{'<' * 500}甲</p>".encode()
    assert page.plain(fresh) == whole
    assert gzip.decompress(page.packed(fresh)) == whole
    assert len(page.packed(fresh)) < 1500
