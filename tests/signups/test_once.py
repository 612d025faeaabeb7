"""However often a form is sent, one person has one sign-up for a shift."""

import re
import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from services.signups.models import Signup
from tests.conftest import ON_SQLITE
from tests.signups.conftest import World
from tests.signups.web import Site

pytestmark = ON_SQLITE

SOMEBODY = {"name": "扎西·多吉", "phone": "13800138000", "consent": "true"}


@pytest.fixture
def site(world: World) -> Site:
    return Site(world)


@pytest.fixture
def page(world: World) -> str:
    return f"/signups/events/{world.event['event_id']}"


def opened(site, page, **entered):
    """The form as it was filled in on a page that was opened just now."""
    hidden = dict(re.findall(r'type="hidden" name="(csrf_token|key|opened)" value="([^"]+)"', site.open(page)))
    site.now += timedelta(seconds=3)  # as long as people take
    return hidden | SOMEBODY | {"shift_id": str(site.world.shift_id)} | entered


def names(world):
    return world.read(lambda session: [one.volunteer.name for one in session.scalars(select(Signup))])


def test_a_double_click_makes_one_sign_up_and_both_answers_lead_to_it(site, page):
    form, answers = opened(site, page), []
    browsers = [site.app.test_client() for _ in range(2)]
    for browser in browsers:
        browser.set_cookie("steward-signups", site.browser.get_cookie("steward-signups").value)
    clicks = [
        threading.Thread(target=lambda one=one: answers.append(one.post(page, data=form).headers.get("Location")))
        for one in browsers
    ]
    for click in clicks:
        click.start()
    for click in clicks:
        click.join()
    assert len(set(answers)) == 1
    assert answers[0].startswith("/signups/mine/")
    assert names(site.world) == ["扎西·多吉"]


def test_sending_again_after_the_answer_was_lost_leads_to_the_same_sign_up(site, page):
    form = opened(site, page)
    first, again = (site.browser.post(page, data=form) for _ in range(2))
    assert first.headers["Location"] == again.headers["Location"]
    assert again.headers["Location"].startswith("/signups/mine/")
    assert names(site.world) == ["扎西·多吉"]


def test_two_tabs_make_one_sign_up_and_the_second_tells_nothing(site, page):
    tabs = [opened(site, page) for _ in range(2)]
    answers = [site.browser.post(page, data=tab).headers["Location"] for tab in tabs]
    assert (answers[0].startswith("/signups/mine/"), answers[1]) == (True, "/signups/received")
    assert names(site.world) == ["扎西·多吉"]


def test_going_back_and_correcting_oneself_makes_no_second_sign_up(site, page):
    form = opened(site, page)
    site.browser.post(page, data=form)
    again = site.browser.post(page, data=form | {"email": "zhaxi@example.com"})
    assert again.headers["Location"] == "/signups/received"
    assert names(site.world) == ["扎西·多吉"]


def test_going_back_and_entering_somebody_else_signs_them_up_too(site, page):
    form = opened(site, page)
    site.browser.post(page, data=form)
    again = site.browser.post(page, data=form | {"name": "卓玛"})
    assert again.headers["Location"].startswith("/signups/mine/")
    assert sorted(names(site.world)) == ["卓玛", "扎西·多吉"]
