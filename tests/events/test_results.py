"""What needs a hand before an event, and what it came to afterwards."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import insert

from services.events import statistics
from services.events.models import Event
from shared.messaging.tables import Incoming
from tests.events.test_handlers import apply, need, pledge, sealed
from tests.events.web import DESK, texts_of
from tests.events.world import NOW, STARTS_AT, shift_data

AFTER = STARTS_AT + timedelta(hours=4)


def feedback(event, overall, signup_id=None, version=1):
    data = {"event_id": event.id, "overall": overall, "organised": 4, "again": True, "version": version}
    return sealed("signups", "feedback.given", data | {"signup_id": signup_id or uuid4()})


def test_a_community_without_trouble_reads_that_all_is_ready(desk):
    assert "Everything is ready" in desk.get(DESK)


def test_what_needs_a_hand_stands_on_top_with_what_helps(desk, world):
    event = world.published(shifts=[shift_data(minimum=3)])
    world.hold(event, 2)
    with desk.at(STARTS_AT - timedelta(hours=20)):
        desk.sign_in()
        page = desk.get(DESK)
    assert "1 missing" in texts_of(page)
    assert "still without a name: 2" in page
    assert f"/partners/desk/events/{event.id}" in page
    with desk.at(AFTER):
        desk.sign_in()
        assert f"{DESK}/{event.id}/complete" in desk.get(DESK)


def test_completing_keeps_the_visitors_and_shows_the_results(desk, world):
    event = world.published()
    world.sign_up(event, "attended", minutes=90)
    world.sign_up(event, "absent")
    apply(world.database, feedback(event, 5), feedback(event, 2))
    with desk.at(AFTER):
        desk.sign_in()
        path = f"{DESK}/{event.id}/complete"
        assert "whole number" in desk.send(path, {"visitors": "many"}, 422).text
        desk.send(path, {"visitors": "120"})
        page = texts_of(desk.get(f"{DESK}/{event.id}/results"))
        report = texts_of(desk.get(f"{DESK}/report?year=2027"))
    for words in ("1 / 2", "1.5", "120", "50%"):
        assert words in page, words
        assert words in report or words == "1 / 2", words


def test_the_number_of_visitors_is_put_right_afterwards_and_written_down(desk, world):
    event = world.published()
    with desk.at(AFTER):
        desk.sign_in()
        path = f"{DESK}/{event.id}/results"
        assert 'name="visitors"' not in desk.get(path)
        desk.send(f"{DESK}/{event.id}/complete", {"visitors": "120"})
        wrong = desk.send(path, {"visitors": "many"}, 422).text
        assert 'value="many"' in wrong
        for _ in range(2):
            desk.send(path, {"visitors": "210"})
        assert "210" in texts_of(desk.get(path))
    assert [one for one in world.history(event) if one[1] == "visitors"] == [("changed", "visitors", None, 120, 210)]


def test_a_newer_answer_replaces_an_older_one_and_never_the_other_way(desk, world):
    event, signup_id = world.published(), uuid4()
    apply(world.database, feedback(event, 5, signup_id, 2), feedback(event, 1, signup_id, 1))
    assert "100%" in texts_of(desk.get(f"{DESK}/{event.id}/results"))


@pytest.mark.parametrize("year", ["1999", "2101", "x", "²⁰²⁷"])
def test_a_year_that_is_none_is_answered_in_words(desk, year):
    assert "2000" in desk.get(f"{DESK}/report?year={year}", 422)


def test_a_year_without_events_says_so(desk):
    assert "Nothing took place in 2030" in desk.get(f"{DESK}/report?year=2030")


def test_supplies_that_are_promised_are_not_missing_and_overdue_tasks_are_named(desk, world):
    rice = {"name": "糯米", "quantity": 50, "unit": "公斤", "ready": 20}
    tasks = [{"title": "采购糯米", "owner": "", "days": -1}, {"title": "收拾场地", "owner": "", "days": 1}]
    event = world.published(supplies=[rice], tasks=tasks)
    soon, need_id = STARTS_AT - timedelta(hours=20), uuid4()
    with desk.at(soon):
        desk.sign_in()
        assert "Supplies missing: 1, the first is 糯米" in texts_of(desk.get(DESK))
        asked = need(30, need_id=need_id, event_id=event.id, description="糯米 30 公斤", unit="公斤")
        apply(world.database, asked, pledge("pledge.made", 1, 30, uuid4(), need_id, event_id=event.id))
        page = texts_of(desk.get(DESK))
        assert "Supplies missing" not in page
        assert "overdue" not in page
    with desk.at(STARTS_AT):
        desk.sign_in()
        assert "Tasks overdue: 1, the first is 采购糯米" in texts_of(desk.get(DESK))


def test_messages_that_could_not_be_applied_stand_on_top(desk, world):
    message = feedback(world.published(), 5)
    row = {"message_id": message.id, "type": message.type, "body": message.body, "status": "dead", "received_at": NOW}
    world.database.write(lambda session: session.execute(insert(Incoming).values(**row)))
    page = desk.get(DESK)
    assert "could not be applied: 1" in texts_of(page)
    assert f"{DESK}/messages" in page


def test_the_results_stand_beside_those_of_a_year_ago_and_of_the_times_before(desk, world):
    events = [_held(world, "clean-up", days) for days in (-364, -14, -7, 0)]
    for event, people in zip(events, (2, 1, 4, 3), strict=True):
        for _ in range(people):
            world.sign_up(event, "attended", minutes=60)
    with desk.at(AFTER):
        desk.sign_in()
        page = desk.get(f"{DESK}/{events[-1].id}/results")
    assert "+50%" in page
    trend = page[page.index('id="trend"') :]
    assert re.findall(r'text-anchor="end">(\d+)<', trend) == ["2", "1", "4", "3"]


def test_an_event_is_compared_with_last_years_of_the_same_kind_whichever_template_either_came_from(world):
    plain, kept = (_held(world, key, -364) for key in ("mid-autumn", "dragon-boat--00d6c17c"))
    assert _before(world, _held(world, "dragon-boat", 0)) == kept.id
    assert _before(world, _held(world, "mid-autumn--4f7a2c91", 0)) == plain.id
    assert _before(world, _held(world, "dragon-boat--11111111", 1)) == kept.id


def test_an_event_of_no_kind_is_compared_only_with_one_of_the_same_own_template(world):
    for key in ("blank", "blank--00d6c17c", None):
        _held(world, key, -364)
    last = _held(world, "blank--4f7a2c91", -364)
    assert _before(world, _held(world, "blank--4f7a2c91", 0)) == last.id
    assert [_before(world, _held(world, key, 0)) for key in ("blank", "blank--11111111", None)] == [None] * 3


def test_a_weekly_one_of_the_first_year_is_compared_with_the_one_before_it(world):
    first, second = _held(world, "clean-up", -14), _held(world, "clean-up--4f7a2c91", -7)
    third = _held(world, "clean-up", 0)
    found = world.database.read(statistics.results, third)
    assert [one.id for one, _figures in found.trend] == [first.id, second.id, third.id]
    assert found.before[0].id == second.id
    _held(world, "lecture", -28)
    assert _before(world, _held(world, "lecture", 0)) is None


def _before(world, event):
    """Return the id of the event that this one is compared with."""
    before = world.database.read(statistics.results, event).before
    return before and before[0].id


def _held(world, template, days):
    """Publish an event that came from the template, so many days from the usual one."""
    starts_at, long_ago = STARTS_AT + timedelta(days=days), NOW - timedelta(days=400)
    times = {"starts_at": starts_at, "ends_at": starts_at + timedelta(hours=3)}
    event = world.create(**times, shifts=[shift_data(**times)], programme=[], reminders=[], now=long_ago)
    world.database.write(lambda session: setattr(session.get_one(Event, event.id), "template", template))
    return world.publish(event, now=long_ago)
