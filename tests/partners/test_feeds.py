"""A unit's calendar follows all that it has pledged; its link is the unit's own, and can be changed and closed."""

import re
from datetime import timedelta

import pytest

from services.partners import operations
from services.partners.models import Feed, Kind
from tests.calendars import named, parsed, told
from tests.conftest import ON_SQLITE
from tests.partners.conftest import DESK, NOW, person
from tests.partners.web import CONFIG, Browser, a_contact, an_organizer

PAGE, MAKE = "/partners/unit", "/partners/unit/calendar"


@pytest.fixture
def contact(app, world) -> Browser:
    return a_contact(app, world)


def address(contact: Browser) -> str:
    """Where the unit's page says that its calendar is."""
    return re.search(r"/partners/feed/[\w-]{43}\.ics", contact.get(PAGE))[0]


def subscribe(contact: Browser) -> str:
    """Make the link, as the contact does."""
    assert contact.send(PAGE, MAKE, {}).status_code == 303
    return address(contact)


def read(contact: Browser, path: str) -> bytes:
    """The calendar, as a program fetches it that is nobody and names no language."""
    answer = contact.client.application.test_client().get(path)
    assert (answer.status_code, answer.content_type) == (200, "text/calendar; charset=utf-8")
    return answer.data


def is_gone(contact: Browser, path: str) -> bool:
    return contact.client.application.test_client().get(path).status_code == 404


def test_the_calendar_follows_a_pledge_of_people(world, contact):
    path = subscribe(contact)
    assert told(read(contact, path)) == []
    pledge_id = world.pledge()
    assert told(read(contact, path)) == [("端午游园会 · 引导 · 5 人", 2, "TENTATIVE")]
    world.answer(pledge_id, 1, held=3, claimed=1)
    assert told(read(contact, path)) == [
        ("端午游园会 · 引导 · 3 人", 3, "CONFIRMED"),
        ("截止登记姓名：端午游园会 · 引导", 3, "CONFIRMED"),
    ]
    world.answer(pledge_id, 2, held=3, claimed=3)
    world.publish(title="端午龙舟赛")
    assert told(read(contact, path)) == [("端午龙舟赛 · 引导 · 3 人", 5, "CONFIRMED")]
    world.database.write(operations.withdraw_pledge, pledge_id, scope=world.unit.scope, now=NOW)
    assert told(read(contact, path)) == [("已取消：端午龙舟赛 · 引导", 6, "CANCELLED")]


@ON_SQLITE
def test_people_are_expected_when_their_shift_is_and_names_are_needed_before(world, contact):
    path, pledge_id = subscribe(contact), world.pledge()
    world.answer(pledge_id, 1, held=5)
    shift = world.event["shifts"][0]
    there, names = named(read(contact, path), "5 人"), named(read(contact, path), "姓名")
    assert (there.dtstart, there.dtend) == (shift["starts_at"], shift["ends_at"])
    assert names.dtend == world.find(pledge_id).release_at
    assert (there.uid, names.uid) == (f"{pledge_id}@steward", f"{pledge_id}-names@steward")
    assert (there.location, names.location) == ("社区广场 朝阳路1号", None)
    assert (there.transparency, names.transparency) == ("OPAQUE", "TRANSPARENT")
    assert there.description == "在路口指路\n咨询：0891-6320000"
    assert str(there.url) == "http://127.0.0.1:8000/events/dragon-boat-2027"


@ON_SQLITE
def test_a_pledge_for_which_there_are_no_places_is_off(world, contact):
    path, pledge_id = subscribe(contact), world.pledge()
    world.answer(pledge_id, 1, held=0)
    assert told(read(contact, path)) == [("已取消：端午游园会 · 引导", 3, "CANCELLED")]


@ON_SQLITE
def test_things_stand_there_when_they_are_brought_else_by_when_they_are_needed(world, contact):
    path, starts_at, ends_at = subscribe(contact), world.event["starts_at"], world.event["ends_at"]
    due_at, early = starts_at - timedelta(days=1), starts_at - timedelta(hours=1)
    need = {"shift_id": None, "event_id": None, "kind": None}
    water = world.pledge(**need, need_id=world.need(due_at=due_at), quantity=8)
    own = {"kind": Kind.SUPPLIES, "shift_id": None}
    world.pledge(**own, quantity=2, note="帐篷", arrives_at=early)
    world.pledge(**own, quantity=1, note="音响")
    world.pledge(kind=Kind.SPEAKER, shift_id=None, quantity=1, note="防溺水讲座", arrives_at=early)
    world.pledge(kind=Kind.VENUE, shift_id=None, quantity=1, note="操场")
    half_an_hour = timedelta(minutes=30)
    for title, when in (
        ("矿泉水 · 8 箱", (due_at - half_an_hour, due_at)),
        ("帐篷", (early, early + half_an_hour)),
        ("音响", (starts_at, starts_at + half_an_hour)),
        ("防溺水讲座", (early, ends_at)),
        ("操场", (starts_at, ends_at)),
    ):
        one = named(read(contact, path), title)
        assert (one.dtstart, one.dtend, one.status) == (*when, "CONFIRMED"), title
    world.database.write(operations.schedule_arrival, water, early, scope=world.unit.scope, now=NOW)
    assert named(read(contact, path), "矿泉水").dtstart == early


@ON_SQLITE
def test_the_calendar_follows_the_event(world, contact):
    path, later = subscribe(contact), timedelta(days=1)
    world.pledge(kind=Kind.VENUE, shift_id=None, quantity=1, note="操场")
    [before] = parsed(read(contact, path)).events
    world.publish(starts_at=world.event["starts_at"] + later, ends_at=world.event["ends_at"] + later)
    [after] = parsed(read(contact, path)).events
    assert (after.uid, after.dtstart) == (before.uid, before.dtstart + later)
    assert after.sequence > before.sequence
    world.publish(status="draft")
    assert told(read(contact, path)) == []
    world.publish(status="published")
    assert [status for _title, _number, status in told(read(contact, path))] == ["CONFIRMED"]
    world.publish(status="cancelled", reason="下雨")
    assert [status for _title, _number, status in told(read(contact, path))] == ["CANCELLED"]
    world.publish(starts_at=NOW - timedelta(days=32), ends_at=NOW - timedelta(days=31))
    assert told(read(contact, path)) == []


@ON_SQLITE
def test_only_the_units_own_pledges_stand_there_and_nobody_is_named(world, contact):
    path = subscribe(contact)
    world.pledge()
    world.pledge(unit=world.add_unit("曙光医院"), kind=Kind.VENUE, shift_id=None, quantity=1, note="礼堂")
    content = read(contact, path)
    assert [title for title, _number, _status in told(content)] == ["端午游园会 · 引导 · 5 人"]
    assert not re.search("李老师|3900001111", content.decode())
    assert parsed(content).name == ["朝阳小学"]


@ON_SQLITE
def test_who_has_it_already_is_told_so_until_something_changes(world, contact):
    path = subscribe(contact)
    pledge_id = world.pledge()
    program = contact.client.application.test_client()
    first = program.get(path)
    assert first.headers["Cache-Control"] == "private, no-cache"
    known = {"If-None-Match": first.headers["ETag"]}
    assert program.get(path, headers=known).status_code == 304
    world.answer(pledge_id, 1, held=5)
    assert program.get(path, headers=known).status_code == 200


def test_pressing_again_makes_no_second_link(contact):
    path = subscribe(contact)
    assert subscribe(contact) == path
    assert f'href="webcal://127.0.0.1:8000{path}"' in contact.get(PAGE)


@ON_SQLITE
def test_whoever_has_left_reads_along_no_more_once_the_link_is_new(world, contact):
    path = subscribe(contact)
    colleague = world.database.write(
        operations.add_contact, world.unit.id, person(phone="+8613900002222"), scope=DESK, now=NOW
    )
    world.database.write(operations.end_contact, world.unit.id, world.unit.contact_id, scope=DESK, now=NOW)
    assert not is_gone(contact, path)
    contact.client.set_cookie("steward-contact", colleague.token)
    assert contact.send(PAGE, f"{MAKE}/renew", {}).status_code == 303
    assert is_gone(contact, path)
    assert not is_gone(contact, address(contact))


def test_a_link_that_was_closed_shows_nothing_and_a_new_one_is_another(contact):
    path = subscribe(contact)
    assert contact.send(PAGE, f"{MAKE}/end", {}).status_code == 303
    assert is_gone(contact, path)
    assert is_gone(contact, "/partners/feed/made-up.ics")
    assert subscribe(contact) != path


@ON_SQLITE
def test_a_unit_that_is_closed_has_no_calendar_until_it_is_reopened(world, contact):
    path = subscribe(contact)
    world.database.write(operations.close_work_unit, world.unit.id, scope=DESK, now=NOW)
    assert is_gone(contact, path)
    world.database.write(operations.reopen_work_unit, world.unit.id, scope=DESK, now=NOW)
    assert not is_gone(contact, path)


@ON_SQLITE
def test_the_link_of_a_double_shows_nothing_once_it_is_merged(world, contact):
    path = subscribe(contact)
    kept = world.add_unit("朝阳路小学")
    world.database.write(operations.merge_units, kept.id, world.unit.id, scope=DESK, now=NOW)
    assert is_gone(contact, path)


@ON_SQLITE
def test_an_organizer_makes_no_links_for_units(app, world):
    browser = an_organizer(app)
    for path in (MAKE, f"{MAKE}/renew", f"{MAKE}/end"):
        assert browser.send("/partners/desk", path, {}).location == "/partners/desk"
    assert world.database.read(lambda session: session.query(Feed).count()) == 0


@ON_SQLITE
def test_only_the_hash_of_the_token_is_kept(world, contact):
    token = subscribe(contact).removeprefix("/partners/feed/").removesuffix(".ics")
    feed = world.database.write(operations.make_feed, secret_key=CONFIG.secret_key, scope=world.unit.scope, now=NOW)
    assert token not in feed.token_hash
    assert len(feed.token_hash) == 64
