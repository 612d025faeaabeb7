"""A volunteer's own pages, and whose pages a link opens."""

import re
from datetime import timedelta

import pytest

from tests.conftest import ON_SQLITE
from tests.signups.conftest import LINKS, NOW, World, event_data, shift_data
from tests.signups.web import Site

pytestmark = ON_SQLITE

ZHAXI = {"name": "扎西·多吉", "phone": "+8613800138000"}
FORM = {"name": "扎西·多吉", "phone": "138 0013 8000", "consent": "true"}


def own_link(answer) -> str:
    return f"/signups/manage/{LINKS.manage_token(answer.signup_id)}"


@pytest.fixture
def site(world: World) -> Site:
    return Site(world)


@pytest.fixture
def later(world: World) -> World:
    """Another event, two days after the first."""
    starts_at = NOW + timedelta(days=10)
    times = {"starts_at": starts_at, "ends_at": starts_at + timedelta(hours=2)}
    other = World(world.database, event_data(title="大扫除", shifts=[shift_data(role="扫地", **times)], **times))
    other.publish()
    return other


def test_what_was_signed_up_for_in_one_browser_stands_in_one_list_with_the_soonest_first(site, later):
    for event in (later.event, site.world.event):
        page = f"/signups/events/{event['event_id']}"
        assert site.send(page, page, FORM | {"shift_id": str(event["shifts"][0]["shift_id"])}).status_code == 303
    mine = site.open("/signups/mine")
    assert mine.index("端午包粽子") < mine.index("大扫除")
    site.now = NOW + timedelta(days=9)
    mine = site.open("/signups/mine")
    assert mine.index("大扫除") < mine.index("以前的和已取消的") < mine.index("端午包粽子")
    soonest, earlier = re.findall(r"/signups/mine/[0-9a-f-]{36}", mine)
    assert "扫地" in site.open(soonest)
    assert "引导" in site.open(earlier)


def test_a_link_opens_the_one_sign_up_that_it_was_made_for(site, later):
    """A stranger who signs somebody up for another shift reads nothing of where else that person helps."""
    victim = site.world.sign_up(**ZHAXI, email="zhaxi@example.com")
    page = f"/signups/events/{later.event['event_id']}"
    made = site.send(page, page, FORM | {"shift_id": str(later.shift_id)}).headers["Location"]
    assert "扫地" in site.open(made)
    assert "端午包粽子" not in site.open("/signups/mine")
    for path in ("", "/calendar.ics"):
        assert site.browser.get(f"/signups/mine/{victim.signup_id}{path}").status_code == 404
    refused = site.send(made, f"/signups/mine/{victim.signup_id}/withdraw", {})
    assert refused.status_code == 404
    assert site.world.status(victim) == "confirmed"


def test_who_waits_sees_their_turn_and_leaves_with_one_press(site):
    waiting = [site.world.sign_up() for _ in range(4)][-1]
    page = site.browser.get(own_link(waiting)).headers["Location"]
    assert "第 2 位" in site.open("/signups/mine")
    assert "退出候补" in site.open(page)
    assert 'name="reason"' not in site.open(page)
    assert site.send(page, f"{page}/withdraw", {}).status_code == 303
    assert site.world.status(waiting) == "withdrawn"


def test_a_phone_that_is_passed_on_can_be_closed(site):
    answer = site.world.sign_up(**ZHAXI)
    page = site.browser.get(own_link(answer)).headers["Location"]
    assert site.send("/signups/mine", "/signups/mine/forget", {}).headers["Location"] == "/events/"
    assert "扎西" not in site.open("/signups/mine")
    assert site.browser.get(page).status_code == 404
    assert site.browser.get(own_link(answer)).headers["Location"] == page


def test_a_browser_keeps_the_links_that_were_opened_last(site):
    tokens = [f"made-up-{number}" for number in range(30)]
    site.browser.set_cookie("steward-signups-links", ".".join(tokens))
    site.browser.get(own_link(site.world.sign_up(**ZHAXI)))
    kept = site.browser.get_cookie("steward-signups-links").value.split(".")
    assert len(kept) == 20
    assert kept[1:] == tokens[:19]
    assert "端午包粽子" in site.open("/signups/mine")


def test_links_that_the_release_before_kept_open_still_until_the_phone_is_passed_on(site):
    token = own_link(site.world.sign_up(**ZHAXI)).rpartition("/")[2]
    site.browser.set_cookie("steward-signup", token, path="/signups")
    assert "端午包粽子" in site.open("/signups/mine")
    site.send("/signups/mine", "/signups/mine/forget", {})
    assert site.browser.get_cookie("steward-signup", path="/signups") is None
    assert "端午包粽子" not in site.open("/signups/mine")


def test_how_it_was_is_asked_of_the_sign_up_that_is_named(site):
    first, second = (site.world.sign_up(**who) for who in (ZHAXI, {"name": "卓玛", "phone": ZHAXI["phone"]}))
    for answer in (first, second):
        site.browser.get(own_link(answer))
    assert site.browser.get(f"/signups/feedback?signup={first.signup_id}").status_code == 200
    stranger = site.world.sign_up()
    for wrong in (stranger.signup_id, "x", ""):
        assert site.browser.get(f"/signups/feedback?signup={wrong}").status_code == 404
