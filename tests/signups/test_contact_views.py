"""Every view of people's contact data by an organizer is noted, and can be looked up by the office and by them."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from services.signups.models import Signup
from shared.contact_views import KEPT, ContactView, Where, forget_views
from tests.conftest import ON_SQLITE
from tests.signups.conftest import NOW, World
from tests.signups.web import Site

pytestmark = ON_SQLITE
VIEWS = "/signups/desk/views"


@pytest.fixture
def site(world: World) -> Site:
    """Two people are signed up, and an organizer is signed in."""
    site = Site(world)
    site.tokens = [site.apply(number, name=name).json["manage_token"] for number, name in ((1, "卓玛"), (2, "扎西"))]
    site.sign_in()
    site.roster = f"/signups/desk/events/{world.event['event_id']}"
    return site


def noted(site: Site) -> list[tuple[Where, int]]:
    views = site.world.read(lambda session: session.scalars(select(ContactView).order_by(ContactView.at)).all())
    assert all(len({UUID(one) for one in view.people.split()}) == view.number for view in views)
    return [(view.place, view.number) for view in views]


def test_a_roster_is_noted_once_with_all_whom_it_shows(site: Site) -> None:
    site.open(site.roster)
    assert noted(site) == [(Where.PAGE, 2)]
    site.open(f"{site.roster}?q=卓玛")
    assert noted(site)[1:] == [(Where.PAGE, 1)]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_file_is_noted_with_everybody_in_it(site: Site, kind: str) -> None:
    site.open(f"{site.roster}/roster.{kind}") if kind == "csv" else site.browser.get(f"{site.roster}/roster.{kind}")
    assert noted(site) == [(Where.FILE, 2)]


def test_a_program_is_noted_too(site: Site) -> None:
    token = site.organizer()
    [first, _second] = site.call("GET", "/signups", token=token).json["items"]
    site.call("GET", f"/signups/{first['id']}", token=token)
    assert noted(site) == [(Where.API, 2), (Where.API, 1)]


def test_a_press_on_the_roster_shows_one_row_and_notes_one(site: Site) -> None:
    signup_id = site.world.read(lambda session: session.scalars(select(Signup.id)).first())
    site.open(site.roster)
    site.send(
        site.roster, f"/signups/desk/signups/{signup_id}/check-in", {"back": site.roster}, **{"HX-Request": "true"}
    )
    assert noted(site)[-1] == (Where.PAGE, 1)


def test_what_shows_no_whole_number_is_not_noted(site: Site) -> None:
    site.open(f"{site.roster}/sheet")
    site.open(f"{site.roster}?q=nobody")
    site.sign_in(role="viewer")
    assert "138 **** 0001" in site.open(site.roster)
    site.call("GET", "/me", token=site.tokens[0])
    assert noted(site) == []


def test_the_office_sees_who_looked_and_can_ask_for_one_person(site: Site) -> None:
    site.open(f"{site.roster}?q=扎西")
    assert "还没有人查看过联系方式" not in site.open(VIEWS)
    page = site.open(f"{VIEWS}?q=扎西")
    assert "wang" in page
    assert "扎西" in page
    assert "没有符合的人" in site.open(f"{VIEWS}?q=卓玛")
    assert VIEWS in site.open("/signups/desk?since=")
    for role in ("grid", "property", "viewer"):
        site.sign_in(role=role)
        assert site.browser.get(VIEWS).status_code == 403


def test_another_community_sees_nothing_of_it(site: Site) -> None:
    site.open(site.roster)
    site.sign_in("海淀社区")
    assert "还没有人查看过联系方式" in site.open(VIEWS)


def test_people_see_how_often_their_number_was_looked_at(site: Site) -> None:
    site.open(site.roster)
    site.open(f"{site.roster}?q=卓玛")
    [looks] = site.call("GET", "/me", token=site.tokens[0]).json["looks"]
    assert (looks["community"], looks["times"]) == ("朝阳社区", 2)
    site.browser.get(f"/signups/manage/{site.tokens[0]}")
    assert "朝阳社区查看过您的手机号 2 次" in site.open("/signups/mine/data")


def test_after_three_years_it_is_forgotten(site: Site) -> None:
    site.open(site.roster)
    assert site.world.database.write(forget_views, NOW + KEPT) == 0
    assert site.world.database.write(forget_views, NOW + KEPT + timedelta(minutes=1)) == 1
