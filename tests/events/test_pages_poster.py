"""The poster that is hung up, and the code on it."""

import pytest

from services.events import operations
from shared.web import qr
from tests.conftest import ON_SQLITE
from tests.events.web import CONFIG, DESK, texts_of
from tests.events.world import NOW, STARTS_AT, shift_data

pytestmark = ON_SQLITE

ROLES = ["签到台", "引导", "包粽子", "套圈", "音响", "摄影", "清洁", "接待"]


@pytest.fixture
def event(world):
    """A published event with more roles than a poster names."""
    return world.published(shifts=[shift_data(role=role) for role in ROLES], contact="社区服务窗口 010-6500")


def page_of(event, end="poster"):
    return f"/events/{event.slug}/{end}"


def test_the_poster_says_what_when_where_and_how_to_sign_up(site, event):
    page = site.get(page_of(event))
    words = texts_of(page)
    for part in ("朝阳社区", "端午游园会", "9 June", "社区广场", "朝阳路1号", "签到台", "2 more", "010-6500"):
        assert part in words
    assert "接待" not in words
    assert qr.svg(f"{CONFIG.origin}/signups/events/{event.id}") in page
    assert f"/events/{event.slug} " in words


def test_a_festival_of_the_moon_has_its_lunar_date(site, world):
    event = world.publish(world.create_from({"template": "dragon-boat"}))
    assert "五月初五" in site.get(page_of(event), language="zh-CN")


def test_the_code_alone_is_a_picture_to_save(site, event):
    answer = site.browser.get(page_of(event, "code.png"))
    assert answer.data.startswith(b"\x89PNG")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{event.slug}.png"'


@pytest.mark.parametrize("end", ["poster", "code.png"])
def test_a_draft_has_a_poster_for_its_organizers_only(site, world, end):
    draft = world.create()
    site.get(page_of(draft, end), 404)
    site.sign_in()
    assert site.browser.get(page_of(draft, end)).status_code == 200


def test_the_poster_of_a_draft_says_that_its_code_does_not_work_yet(desk, world):
    assert "works once the event is published" in desk.get(page_of(world.create()))


def test_what_nobody_can_sign_up_for_has_no_poster(site, world, event):
    with site.at(STARTS_AT.replace(hour=20)):
        assert "nothing to sign up for" in texts_of(site.get(page_of(event)))
    world.database.write(operations.cancel_event, event.id, "下雨", desk=world.desk, now=NOW)
    page = site.get(page_of(event))
    assert 'class="poster"' not in page


def test_the_desk_and_the_events_own_page_lead_to_the_poster(desk, event):
    for page in (f"{DESK}/{event.id}", f"/events/{event.slug}"):
        assert f'href="{page_of(event)}"' in desk.get(page)
