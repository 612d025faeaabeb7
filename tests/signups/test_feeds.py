"""A person's calendar follows their sign-ups, and says no name."""

import re
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from services.signups import operations
from services.signups.models import Volunteer
from tests.calendars import parsed, told
from tests.conftest import ON_SQLITE
from tests.signups.conftest import LINKS, NOW, World
from tests.signups.test_finding import letters, open_link
from tests.signups.web import Site

pytestmark = ON_SQLITE

ZHAXI = {"name": "扎西·多吉", "phone": "+8613800138000"}


@pytest.fixture
def site(world: World) -> Site:
    return Site(world)


def person(world: World) -> UUID:
    return world.read(lambda session: session.scalar(select(Volunteer.id).where(Volunteer.name == ZHAXI["name"])))


def address(site: Site) -> str:
    """Open all of somebody's sign-ups by a link to their phone, and make the calendar link."""
    site.world.database.write(operations.send_links, **ZHAXI, links=LINKS, now=NOW)
    open_link(site, letters(site.world)[0])
    make = f"/signups/mine/feeds/{person(site.world)}"
    assert site.send("/signups/mine", make, {}).status_code == 303
    return re.search(r"/signups/feed/[\w-]{43}\.ics", site.open("/signups/mine"))[0]


def entries(site: Site, path: str) -> list[tuple[str, int, str]]:
    """Title, sequence and status of what stands in the calendar."""
    return told(site.open(path).encode())


def test_the_calendar_follows_what_becomes_of_a_sign_up(site):
    others = [site.world.sign_up() for _ in range(2)]
    mine = site.world.sign_up(**ZHAXI)
    path = address(site)
    assert entries(site, path) == [("候补：端午包粽子 · 引导", 2, "TENTATIVE")]
    site.world.database.write(operations.withdraw, others[0].signup_id, reason=None, now=NOW)
    assert entries(site, path) == [("端午包粽子 · 引导", 3, "CONFIRMED")]
    site.world.publish(title="端午游园")
    assert entries(site, path) == [("端午游园 · 引导", 4, "CONFIRMED")]
    site.world.database.write(operations.withdraw, mine.signup_id, reason=None, now=NOW)
    assert entries(site, path) == [("已取消：端午游园 · 引导", 5, "CANCELLED")]
    site.world.sign_up(**ZHAXI)
    assert [status for _what, _number, status in entries(site, path)].count("CONFIRMED") == 1
    site.now = NOW + timedelta(days=30)
    assert [status for _what, _number, status in entries(site, path)] == ["CONFIRMED"]


def test_an_entry_moves_with_its_shift_and_stays_the_same(site):
    site.world.sign_up(**ZHAXI)
    path = address(site)
    [before] = parsed(site.open(path).encode()).events
    shift, later = site.world.event["shifts"][0], timedelta(days=1)
    moved = shift | {name: shift[name] + later for name in ("starts_at", "ends_at")}
    site.world.publish(shifts=[moved, *site.world.event["shifts"][1:]])
    [after] = parsed(site.open(path).encode()).events
    assert (after.uid, after.dtstart, after.dtend) == (before.uid, before.dtstart + later, before.dtend + later)
    assert after.sequence > before.sequence


def test_a_festival_that_was_called_off_stays_as_such_for_a_month(site):
    site.world.sign_up(**ZHAXI)
    path = address(site)
    site.world.publish(status="cancelled", reason="下雨")
    assert [status for _what, _number, status in entries(site, path)] == ["CANCELLED"]
    site.now = site.world.event["ends_at"] + timedelta(days=31)
    assert entries(site, path) == []


def test_who_has_it_already_is_told_so_and_nobody_is_named(site):
    site.world.sign_up(**ZHAXI, email="zhaxi@example.com")
    path = address(site)
    first = site.browser.get(path)
    assert not re.search("扎西|8000|zhaxi", first.text)
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT1H" in first.text
    site.now += timedelta(hours=1)
    known = {"If-None-Match": first.headers["ETag"]}
    assert site.browser.get(path, headers=known).status_code == 304
    site.world.publish(venue={"name": "礼堂", "address": ""})
    assert "礼堂" in site.open(path, **known)


def test_a_link_that_was_closed_shows_nothing_and_a_new_one_is_another(site):
    site.world.sign_up(**ZHAXI)
    path = address(site)
    assert address(site) == path
    site.send("/signups/mine", f"/signups/mine/feeds/{person(site.world)}/end", {})
    assert site.browser.get(path).status_code == 404
    assert site.browser.get("/signups/feed/made-up.ics").status_code == 404
    assert address(site) != path


def test_a_link_to_one_sign_up_makes_no_calendar_of_all(site):
    answer = site.world.sign_up(**ZHAXI)
    site.browser.get(f"/signups/manage/{LINKS.manage_token(answer.signup_id)}")
    page = f"/signups/mine/feeds/{person(site.world)}"
    for path in (page, f"{page}/end"):
        assert site.send("/signups/mine", path, {}).status_code == 404
