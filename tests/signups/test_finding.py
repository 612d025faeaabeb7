"""A lost link is sent anew, to where the person can be reached, and tells nobody else anything."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from services.signups.models import AccessLink
from services.signups.operations import forget_links, send_links
from shared.notices.queue import Letter
from shared.notices.tables import Notice
from tests.signups.conftest import LINKS, NOW, World, event_data, shift_data
from tests.signups.test_notices import written
from tests.signups.web import Site

ZHAXI = {"name": "扎西·多吉", "phone": "+8613800138000"}
ASKED = {"name": "扎西 · 多吉", "phone": "138 0013 8000"}


@pytest.fixture
def site(world: World) -> Site:
    return Site(world)


@pytest.fixture
def other(world: World) -> World:
    """A weekly clean-up a day later."""
    starts_at = NOW + timedelta(days=9)
    times = {"starts_at": starts_at, "ends_at": starts_at + timedelta(hours=2)}
    other = World(world.database, event_data(title="大扫除", shifts=[shift_data(**times)], **times))
    other.publish()
    return other


def letters(world: World) -> list[Letter]:
    return [letter for letter in written(world, "own_link") if letter is not None]


def open_link(site: Site, letter: Letter) -> str:
    """What a browser that has opened nothing before shows of a link."""
    site.browser = site.app.test_client()
    opened = site.browser.get(re.search(r"/signups/manage/[\w-]{43}$", letter.body)[0])
    assert opened.headers["Location"] == "/signups/mine"
    return site.open("/signups/mine")


def test_a_link_that_was_sent_to_the_phone_opens_all_sign_ups_of_the_person(site, other):
    for world in (site.world, other):
        world.sign_up(**ZHAXI)
    site.world.sign_up(**ZHAXI | {"name": "卓玛"})
    site.world.database.write(send_links, **ZHAXI, links=LINKS, now=NOW)
    [letter] = letters(site.world)
    assert (letter.phone, letter.email) == (ZHAXI["phone"], None)
    mine = open_link(site, letter)
    assert "端午包粽子" in mine
    assert "大扫除" in mine
    assert "卓玛" not in mine


def test_a_link_that_was_sent_to_an_address_opens_what_carries_that_address(site, other):
    """Whoever signs somebody up with an address of their own gets nothing but that by it."""
    site.world.sign_up(**ZHAXI, email="zhaxi@example.com")
    other.sign_up(**ZHAXI, email="stranger@example.com")
    site.world.database.write(send_links, **ZHAXI, links=LINKS, now=NOW)
    by_address = {letter.email: letter for letter in letters(site.world)}
    assert by_address.keys() == {None, "zhaxi@example.com", "stranger@example.com"}
    assert by_address["stranger@example.com"].phone is None
    strangers = open_link(site, by_address["stranger@example.com"])
    assert "大扫除" in strangers
    assert "端午包粽子" not in strangers
    own = open_link(site, by_address["zhaxi@example.com"])
    assert "端午包粽子" in own
    assert "大扫除" not in own


def test_the_answer_is_the_same_whether_somebody_is_known_or_not(site):
    site.world.sign_up(**ZHAXI)
    answers = []
    for who in (ASKED, ASKED | {"name": "卓玛"}, {"name": "李四", "phone": "13900139000"}):
        before = rows(site.world)
        answer = site.send("/signups/find", "/signups/find", who)
        answers.append((answer.status_code, answer.headers["Location"], answer.text))
        assert [now - then for now, then in zip(rows(site.world), before, strict=True)] == [1, 1]  # it takes as long
    assert answers == [(303, "/signups/find/sent", answers[0][2])] * 3
    assert [letter.phone for letter in letters(site.world)] == [ZHAXI["phone"]]
    assert "李四" not in site.open("/signups/find/sent")


def test_no_token_can_be_read_in_the_database(site):
    site.world.sign_up(**ZHAXI, email="zhaxi@example.com")
    site.world.database.write(send_links, **ZHAXI, links=LINKS, now=NOW)
    kept = site.world.read(
        lambda session: [
            str([getattr(row, column.key) for column in row.__table__.c])
            for row in (*session.scalars(select(AccessLink)), *session.scalars(select(Notice)))
        ]
    )
    for letter in letters(site.world):
        assert not any(letter.body.rpartition("/")[2] in row for row in kept)
    assert not any("zhaxi" in row or "8000" in row for row in kept)


def test_a_link_ends_after_thirty_days_and_is_forgotten(site):
    site.world.sign_up(**ZHAXI)
    site.world.database.write(send_links, **ZHAXI, links=LINKS, now=NOW)
    [letter] = letters(site.world)
    assert "端午包粽子" in open_link(site, letter)
    site.now = NOW + timedelta(days=30)
    assert "端午包粽子" not in site.open("/signups/mine")
    assert site.browser.get(re.search(r"/signups/manage/\S+", letter.body)[0]).status_code == 404
    assert [site.world.database.write(forget_links, site.now) for _ in range(2)] == [1, 0]


def test_a_phone_gets_three_links_an_hour_whoever_asks(site):
    found = [site.send("/signups/find", "/signups/find", ASKED).status_code for _ in range(4)]
    assert found == [303, 303, 303, 429]
    unknown = {"name": "李四", "phone": "13900139000"}
    assert [site.send("/signups/find", "/signups/find", unknown).status_code for _ in range(4)] == found


def test_a_wrong_number_comes_back_with_what_was_typed(site):
    wrong = site.send("/signups/find", "/signups/find", {"name": "扎西", "phone": "1380013"})
    assert wrong.status_code == 422
    assert 'value="1380013"' in wrong.text
    assert "手机号不正确" in wrong.text


def rows(world: World) -> list[int]:
    return [
        world.read(lambda session, model=model: session.scalar(select(func.count()).select_from(model)))
        for model in (AccessLink, Notice)
    ]
