"""What people choose not to hear of: by one press in a letter, on their own page; and how their letters read."""

import json
import re
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select

from services.signups import operations
from services.signups.letters.wordings import KINDS
from services.signups.models import ShortLink, Signup, Volunteer
from shared.notices import preferences
from shared.notices.kinds import Topic
from tests.conftest import ON_SQLITE
from tests.signups.conftest import LINKS, NOW, World
from tests.signups.test_copies import reminder
from tests.signups.test_finding import letters, open_link
from tests.signups.test_notices import written
from tests.signups.web import CONFIG, Site

pytestmark = ON_SQLITE

ZHAXI = {"name": "扎西·多吉", "phone": "+8613800138000"}
ONE_CLICK = {"List-Unsubscribe": "One-Click"}
EVERYTHING = {"reminders": "all", "changes": "all", "thanks": "all", "messages": "all", "first": "any"}


@pytest.fixture
def site(world: World) -> Site:
    return Site(world)


def person(world: World, signup_id: UUID) -> UUID:
    return world.read(lambda session: session.get_one(Signup, signup_id).volunteer_id)


def chosen(world: World, person_id: UUID) -> preferences.Preferences:
    return world.read(lambda session: preferences.of(session, person_id))


def stop_link(world: World) -> str:
    """The path that the reminder of the only volunteer ends itself with."""
    world.database.write(operations.remind, reminder(world), now=NOW)
    return written(world, "reminder")[0].stop.removeprefix(CONFIG.origin)


def test_one_press_of_a_mail_program_ends_reminders_and_nothing_else(site):
    answer = site.world.sign_up(email="zhaxi@example.com")
    link = stop_link(site.world)
    for _ in range(2):
        assert site.app.test_client().post(link, data=ONE_CLICK).status_code == 200
    choice = chosen(site.world, person(site.world, answer.signup_id))
    assert not choice.wants(Topic.REMINDERS)
    assert choice.wants(Topic.CHANGES)


def test_looking_at_the_link_ends_nothing_and_a_press_can_be_taken_back(site):
    answer = site.world.sign_up()
    link, person_id = stop_link(site.world), person(site.world, answer.signup_id)
    assert "活动开始前的提醒" in site.open(link)
    assert chosen(site.world, person_id).wants(Topic.REMINDERS)
    assert site.send(link, link, {}).status_code == 303
    assert not chosen(site.world, person_id).wants(Topic.REMINDERS)
    assert site.send(link, f"{link}/undo", {}).status_code == 303
    assert chosen(site.world, person_id).wants(Topic.REMINDERS)


def test_an_address_that_is_not_on_all_sign_ups_ends_e_mails_only(site):
    world = site.world
    mine = world.sign_up(**ZHAXI)
    world.publish(shifts=[*world.event["shifts"], other_shift(world)])
    world.sign_up(**ZHAXI, shift_id=world.event["shifts"][1]["shift_id"], email="somebody@example.com")
    world.database.write(operations.withdraw, mine.signup_id, reason=None, now=NOW)
    assert site.app.test_client().post(stop_link(world), data=ONE_CLICK).status_code == 200
    choice = chosen(world, person(world, mine.signup_id))
    assert not choice.wants(Topic.REMINDERS, "email")
    assert choice.wants(Topic.REMINDERS, "sms"), "who merely knows a name and a phone cannot silence the phone"


def other_shift(world):
    shift = world.event["shifts"][0]
    return (
        shift | {"shift_id": UUID(int=1)} | {name: shift[name] + timedelta(days=1) for name in ("starts_at", "ends_at")}
    )


def test_somebody_chooses_on_their_own_page_and_finds_it_in_their_data(site):
    answer = site.world.sign_up(**ZHAXI)
    site.browser.get(f"/signups/manage/{LINKS.manage_token(answer.signup_id)}")
    person_id = person(site.world, answer.signup_id)
    page = f"/signups/mine/notices/{person_id}"
    for where in ("/signups/mine", f"/signups/mine/{answer.signup_id}", "/signups/mine/data"):
        assert page in site.open(where)
    choice = EVERYTHING | {"reminders": "email", "thanks": "none", "first": "sms"}
    for _ in range(2):
        assert site.send(page, page, choice).headers["Location"] == page
    assert chosen(site.world, person_id).stopped == {("reminders", "sms"), ("thanks", "")}
    assert "活动后的感谢" in site.open("/signups/mine/data")
    [known] = json.loads(site.open("/signups/mine/data.json"))
    assert known["stopped"] == [{"topic": "reminders", "channel": "sms"}, {"topic": "thanks", "channel": ""}]
    assert known["first_channel"] == "sms"
    wrong = site.send(page, page, choice | {"first": "pigeon"})
    assert wrong.status_code == 422


def test_who_is_forgotten_leaves_no_choice_behind(site):
    answer = site.world.sign_up()
    person_id = person(site.world, answer.signup_id)
    site.world.database.write(preferences.stop, person_id, Topic.THANKS, NOW)
    site.world.database.write(operations.erase, person_id, NOW)
    assert chosen(site.world, person_id) == preferences.Preferences(frozenset(), None)


def test_a_link_of_one_of_several_sign_ups_does_not_choose_for_all(site):
    world = site.world
    world.publish(shifts=[*world.event["shifts"], other_shift(world)])
    one = world.sign_up(**ZHAXI)
    world.sign_up(**ZHAXI, shift_id=world.event["shifts"][1]["shift_id"])
    page = f"/signups/mine/notices/{person(world, one.signup_id)}"
    assert site.browser.get(page).status_code == 404
    site.browser.get(f"/signups/manage/{LINKS.manage_token(one.signup_id)}")
    assert site.browser.get(page).status_code == 409
    world.database.write(operations.send_links, **ZHAXI, links=LINKS, now=NOW)
    open_link(site, letters(world)[0])
    assert site.browser.get(page).status_code == 200


def test_the_desk_reads_every_letter_with_a_made_up_reader_and_writes_nothing(site):
    site.world.sign_up(**ZHAXI)
    site.sign_in()
    page = f"/signups/desk/events/{site.world.event['event_id']}/letters"
    assert page in site.open(f"/signups/desk/events/{site.world.event['event_id']}")
    shown = site.open(page)
    assert shown.count("张*") >= len(KINDS) - 1
    assert "扎西" not in shown
    assert "改为6月9日（周三）17:00–20:00（原定6月8日（周二）17:00–20:00）" in shown
    assert "Reminder: 端午包粽子" in shown
    assert len(re.findall(r"每人短信条数：\d", shown)) == 2 * len(KINDS)
    counted = site.world.read(
        lambda session: [session.scalar(select(func.count()).select_from(one)) for one in (ShortLink, Volunteer)]
    )
    assert counted == [0, 1]
    site.sign_in(community="别的社区")
    assert site.browser.get(page).status_code == 404


def test_an_event_without_shifts_has_letters_too(site):
    site.world.publish(shifts=[])
    site.sign_in()
    assert "协助活动" in site.open(f"/signups/desk/events/{site.world.event['event_id']}/letters")
