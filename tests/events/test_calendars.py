"""A community's calendar tells everybody what its public pages tell, and follows every change."""

import re
from datetime import date, datetime, timedelta
from urllib.parse import quote
from zoneinfo import ZoneInfo

import pytest

from services.events import operations
from tests.calendars import named, parsed, told
from tests.conftest import ON_SQLITE
from tests.events.web import texts_of
from tests.events.world import DAY, NOW, STARTS_AT, ZONE, an_organizer, shift_data

PATH = f"/events/calendar/{quote('朝阳社区')}.ics"
CHINA = ZoneInfo(ZONE)


def feed(site, path=PATH):
    """The calendar as a program fetches it, which names no language."""
    answer = site.app.test_client().get(path)
    assert (answer.status_code, answer.content_type) == (200, "text/calendar; charset=utf-8")
    return answer.data


def test_the_calendar_follows_an_event_through_its_life(site, world):
    event = world.create()
    assert told(feed(site)) == []
    world.publish(event)
    assert told(feed(site)) == [("端午游园会", 2, "CONFIRMED")]
    world.change(event, title="端午龙舟赛")
    assert told(feed(site)) == [("端午龙舟赛", 3, "CONFIRMED")]
    world.database.write(operations.unpublish_event, event.id, desk=world.desk, now=NOW)
    assert told(feed(site)) == []
    world.publish(event)
    assert told(feed(site)) == [("端午龙舟赛", 5, "CONFIRMED")]
    world.database.write(operations.cancel_event, event.id, "有暴雨", desk=world.desk, now=NOW + DAY)
    off = named(feed(site), "端午龙舟赛")
    assert (off.summary, off.sequence, off.status) == ("已取消：端午龙舟赛", 6, "CANCELLED")
    assert (off.uid, off.dtstamp) == (f"{event.id}@steward", NOW + DAY)
    assert str(off.description).startswith("有暴雨\n")


@ON_SQLITE
def test_an_event_that_is_moved_moves_in_the_calendar(site, world):
    event = world.published()
    shifts = [{"id": one.id, "starts_at": STARTS_AT + DAY, "ends_at": one.ends_at + DAY} for one in event.shifts]
    world.change(event, starts_at=STARTS_AT + DAY, ends_at=STARTS_AT + DAY + timedelta(hours=2), shifts=shifts)
    [moved] = parsed(feed(site)).events
    assert (moved.dtstart, moved.dtend) == (STARTS_AT + DAY, STARTS_AT + DAY + timedelta(hours=2))


@ON_SQLITE
def test_an_entry_says_what_the_page_says_and_takes_nobodys_time(site, world):
    event = world.published(contact="王主任 0891-6320000")
    [told_of] = parsed(feed(site)).events
    assert (told_of.dtstart, told_of.dtend) == (event.starts_at, event.ends_at)
    assert (told_of.location, told_of.transparency) == ("社区广场 朝阳路1号", "TRANSPARENT")
    assert told_of.description == "包粽子、套圈\n咨询：王主任 0891-6320000"
    assert str(told_of.url) == f"http://127.0.0.1:8000/events/{event.slug}"
    page = site.get(f"/events/{event.slug}", language="zh-CN")
    assert all(words in page for words in ("社区广场", "朝阳路1号", "包粽子、套圈", "王主任 0891-6320000"))


@ON_SQLITE
@pytest.mark.parametrize("until", [(4, 0, 0), (3, 23, 59)])
def test_a_festival_of_whole_days_has_days_and_one_with_hours_has_hours(site, world, until):
    day, hour, minute = until
    whole = {
        "starts_at": datetime(2027, 10, 1, tzinfo=CHINA),
        "ends_at": datetime(2027, 10, day, hour, minute, tzinfo=CHINA),
    }
    hours = {"starts_at": datetime(2027, 10, 1, 9, tzinfo=CHINA), "ends_at": datetime(2027, 10, 3, 17, tzinfo=CHINA)}
    for title, times in (("国庆游园", whole), ("国庆展览", hours)):
        world.published(title=title, shifts=[shift_data(**times)], programme=[], **times)
    days, timed = named(feed(site), "国庆游园"), named(feed(site), "国庆展览")
    assert (days.dtstart, days.dtend) == (date(2027, 10, 1), date(2027, 10, 4))
    assert (timed.dtstart, timed.dtend) == (hours["starts_at"], hours["ends_at"])


@ON_SQLITE
def test_only_this_communitys_public_events_of_late_stand_there(site, world):
    river = an_organizer(world.database, "滨河社区")
    world.published()
    world.create(title="还没发布")
    world.create(title="别处的活动", desk=river)
    assert [title for title, _number, _status in told(feed(site))] == ["端午游园会"]
    assert told(feed(site, f"/events/calendar/{quote('滨河社区')}.ics")) == []
    assert site.browser.get(f"/events/calendar/{quote('没有的社区')}.ics").status_code == 404
    with site.at(STARTS_AT + 30 * DAY):
        assert len(told(feed(site))) == 1
    with site.at(STARTS_AT + 31 * DAY):
        assert told(feed(site)) == []


@ON_SQLITE
def test_who_has_it_already_is_told_so_until_something_changes(site, world):
    event = world.published()
    first = site.browser.get(PATH, headers={"Accept-Encoding": "gzip"})
    assert first.headers["Cache-Control"] == "private, no-cache"
    known = {"If-None-Match": first.headers["ETag"]}
    with site.at(NOW + DAY):
        again = site.browser.get(PATH, headers=known)
        assert (again.status_code, again.data) == (304, b"")
        world.change(event, venue={"name": "礼堂", "address": ""})
        assert "礼堂" in site.browser.get(PATH, headers=known).text


@ON_SQLITE
def test_the_front_page_offers_the_calendar_as_text_and_for_the_phone(site, world):
    assert "calendar/" not in site.get("/events/")
    event = world.published()
    page = site.get("/events/", language="zh-CN")
    assert f">http://127.0.0.1:8000{PATH}<" in page
    assert f'href="webcal://127.0.0.1:8000{PATH}"' in page
    assert "微信" in texts_of(page)
    assert 'href="/events/#calendar"' in site.get(f"/events/{event.slug}")
    assert parsed(feed(site)).name == ["朝阳社区活动"]
    english = site.browser.get(PATH, headers={"Accept-Language": "en"})
    assert "Events of 朝阳社区" in english.text
    assert "Accept-Language" in english.vary


@ON_SQLITE
def test_two_communities_have_a_calendar_each(site, world):
    river = an_organizer(world.database, "滨河社区")
    world.published()
    theirs = world.create(desk=river)
    world.database.write(operations.publish_event, theirs.id, desk=river, now=NOW)
    assert len(set(re.findall(r'href="webcal:[^"]+"', site.get("/events/")))) == 2
