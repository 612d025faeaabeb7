"""The templates hold what such an event needs, and every one of them can be published as it is."""

from datetime import timedelta

import pytest

from services.events.models import EventStatus
from services.events.playbook import PLAYBOOK
from services.events.rules import Rule
from tests.events.world import NOW, STARTS_AT, ZONE

KEYS = (
    "dragon-boat mid-autumn national-day spring-festival lantern double-ninth clean-up lecture policy-talk legal-aid"
    " home-visits residents-meeting blank"
)
WITH_DATE = [key for key, template in PLAYBOOK.items() if template.rule]


def test_the_playbook_has_a_template_for_each_festival_and_for_every_week():
    assert list(PLAYBOOK) == KEYS.split()


@pytest.mark.parametrize("key", WITH_DATE)
def test_a_template_alone_makes_an_event_that_can_be_published(world, key):
    event = world.publish(world.create_from({"template": key, "year": 2028}))
    assert event.status is EventStatus.PUBLISHED
    assert event.starts_at.year == 2028
    assert event.shifts
    assert event.programme
    assert {rule: Rule.parse(rule) for rule in event.reminders}


@pytest.mark.parametrize("template", PLAYBOOK.values(), ids=list(PLAYBOOK))
def test_a_template_is_whole_in_both_languages(template):
    assert template.starts < template.ends
    assert template.title
    assert template.title_en
    for shift in template.shifts:
        assert shift.role
        assert shift.role_en
        assert 1 <= shift.minimum <= shift.capacity
    assert all(item.title and item.title_en for item in template.programme)
    assert all(supply.name and supply.name_en for supply in template.supplies)


def test_performing_listening_and_meeting_are_not_service():
    not_service = {
        (template.key, shift.role)
        for template in PLAYBOOK.values()
        for shift in template.shifts
        if not shift.counts_as_service
    }
    assert not_service == {
        ("national-day", "演出人员"),
        ("lecture", "听讲席"),
        ("policy-talk", "听讲席"),
        ("residents-meeting", "居民席"),
    }


def test_a_template_without_a_year_falls_on_its_next_date(world):
    event = world.create_from({"template": "dragon-boat"})
    assert event.starts_at == STARTS_AT
    assert event.slug.startswith("dragon-boat-2027-")
    assert event.timezone == ZONE
    assert [shift.role for shift in event.shifts] == ["签到台", "引导", "包粽子", "套圈"]


def test_a_weekly_template_falls_on_the_coming_saturday(world):
    # NOW is a Saturday afternoon: that day's clean-up is over.
    assert NOW.weekday() == 5
    assert world.create_from({"template": "clean-up"}).starts_at.date() == NOW.date() + timedelta(days=7)
    at_dawn = NOW - timedelta(hours=12)
    assert world.create_from({"template": "clean-up"}, now=at_dawn).starts_at.date() == NOW.date()


def test_what_is_entered_wins_over_the_template(world):
    starts_at = STARTS_AT + timedelta(days=1, hours=2)
    event = world.create_from(
        {"template": "dragon-boat", "title": "端午下午茶", "starts_at": starts_at, "reminders": []}
    )
    assert event.title == "端午下午茶"
    assert event.reminders == []
    assert (event.starts_at, event.ends_at) == (starts_at, starts_at + timedelta(hours=3))
    assert event.shifts[0].starts_at == starts_at - timedelta(minutes=30)
    assert event.programme[0].starts_at == starts_at


def test_a_past_year_gives_a_draft_of_that_year(world):
    assert world.create_from({"template": "mid-autumn", "year": 2024}).starts_at.date().isoformat() == "2024-09-17"
