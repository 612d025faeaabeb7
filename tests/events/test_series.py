"""Events that repeat: the days that a rule names, the events made on them, and changing several at once."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from services.events import operations, series
from services.events.models import EventStatus
from services.events.recurrence import LAST, Every, Recurrence, proposals
from services.events.series import Scope
from shared.errors import Conflict, Invalid, NotFound
from tests.events.world import DAY, NOW, STARTS_AT, World, an_organizer, shift_data

FIRST = date(2026, 9, 3)
"""A Thursday."""
WEEKLY = Recurrence(every=Every.WEEKLY, number=3)


def days(rule: Recurrence, first: date = FIRST) -> list[date]:
    return [one.day for one in proposals(rule, first, first) if not one.skipped]


def repeat(world: World, event, rule: Recurrence = WEEKLY, wanted=None, *, publish: bool = False, desk=None):
    return world.database.write(
        operations.repeat_event, event.id, rule, wanted, publish=publish, desk=desk or world.desk, now=NOW
    )


def change(world: World, event, scope: Scope, **entered):
    version = world.event(event.id).version
    return world.database.write(
        operations.change_series, event.id, entered, version=version, scope=scope, desk=world.desk, now=NOW
    )


def test_every_second_week_on_two_weekdays():
    rule = Recurrence(every=Every.WEEKLY, interval=2, weekdays=(1, 3), number=4)
    assert days(rule) == [date(2026, 9, 15), date(2026, 9, 17), date(2026, 9, 29), date(2026, 10, 1)]


def test_the_thirty_first_passes_over_shorter_months():
    rule = Recurrence(every=Every.MONTHLY, day=31, until=date(2027, 1, 31))
    assert days(rule) == [date(2026, 10, 31), date(2026, 12, 31), date(2027, 1, 31)]


def test_the_second_wednesday_and_the_last_friday():
    assert days(Recurrence(every=Every.NTH, nth=2, weekday=2, number=2)) == [date(2026, 9, 9), date(2026, 10, 14)]
    assert days(Recurrence(every=Every.NTH, nth=LAST, weekday=4, number=2)) == [date(2026, 9, 25), date(2026, 10, 30)]


def test_the_mid_autumn_of_the_following_years():
    rule = Recurrence(every=Every.LUNAR, number=3)
    assert days(rule, date(2026, 9, 25)) == [date(2027, 9, 15), date(2028, 10, 3), date(2029, 9, 22)]


def test_the_last_day_of_a_lunar_year_stays_the_last_day():
    # 腊月三十 of 2026; the twelfth month of the year after has 29 days
    found = days(Recurrence(every=Every.LUNAR, number=10), date(2027, 2, 5))
    assert found[0] == date(2028, 1, 25)
    assert len(found) == 10


def test_public_holidays_are_passed_over_with_the_days_off_around_them_and_worked_weekends_are_marked():
    rule = Recurrence(every=Every.WEEKLY, weekdays=(2, 5), number=4, skip_holidays=True)
    found = proposals(rule, date(2026, 9, 29), date(2026, 9, 29))
    assert [(one.day.isoformat(), one.skipped, one.works) for one in found] == [
        ("2026-09-30", False, False),
        ("2026-10-03", True, False),
        ("2026-10-07", True, False),
        ("2026-10-10", False, True),
        ("2026-10-14", False, False),
        ("2026-10-17", False, False),
    ]


def test_a_year_without_an_announcement_is_marked_as_computed():
    [one] = proposals(Recurrence(every=Every.WEEKLY, number=1), date(2029, 9, 25), date(2029, 9, 25))
    assert not one.announced


def test_a_rule_makes_sixty_days_at_most_and_reaches_three_years_or_ten():
    assert len(days(Recurrence(every=Every.WEEKLY, until=date(2040, 1, 1)))) == 60
    assert days(Recurrence(every=Every.NTH, number=60))[-1].year == 2029
    assert days(Recurrence(every=Every.LUNAR, number=60))[-1].year == 2036


def test_days_that_are_over_are_not_offered():
    found = proposals(WEEKLY, FIRST, date(2026, 10, 1))
    assert found[0].day == date(2026, 10, 8)


def test_repeating_copies_the_event_to_each_day_as_a_draft_of_one_series(world):
    event = world.published()
    made = repeat(world, event)
    assert [one.starts_at for one in made] == [STARTS_AT + 7 * DAY, STARTS_AT + 14 * DAY, STARTS_AT + 21 * DAY]
    assert {one.status for one in made} == {EventStatus.DRAFT}
    assert {one.series_id for one in made} == {world.event(event.id).series_id}
    assert [shift.starts_at for shift in made[1].shifts] == [STARTS_AT + 14 * DAY]


def test_repeating_twice_makes_each_day_once(world):
    event = world.published()
    assert len(repeat(world, event)) == 3
    assert repeat(world, event) == []
    more = repeat(world, event, Recurrence(every=Every.WEEKLY, number=4))
    assert [one.starts_at for one in more] == [STARTS_AT + 28 * DAY]


def test_only_days_of_the_rule_can_be_chosen_and_at_least_one(world):
    event = world.published()
    first = event.local(event.starts_at).date()
    [one] = repeat(world, event, WEEKLY, [first + 14 * DAY])
    assert one.starts_at == STARTS_AT + 14 * DAY
    for wanted in ([], [first + DAY]):
        with pytest.raises(Invalid) as refused:
            repeat(world, event, WEEKLY, wanted)
        assert "days" in refused.value.errors


def test_repeating_may_publish_them_all_or_none(world):
    made = repeat(world, world.published(), publish=True)
    assert {one.status for one in made} == {EventStatus.PUBLISHED}
    assert len(world.messages("event.published")) == 4
    incomplete = world.create(risks="")
    with pytest.raises(Invalid) as refused:
        repeat(world, incomplete, publish=True)
    assert "risks" in refused.value.errors
    assert world.event(incomplete.id).series_id is None


def test_the_time_of_day_stays_when_the_clocks_change(world):
    berlin = ZoneInfo("Europe/Berlin")
    starts_at = datetime(2027, 10, 25, 18, 0, tzinfo=berlin).astimezone(UTC)
    times = {"starts_at": starts_at, "ends_at": starts_at + timedelta(hours=2)}
    event = world.create(timezone="Europe/Berlin", shifts=[shift_data(**times)], programme=[], **times)
    made = repeat(world, event)
    assert [one.local(one.starts_at).hour for one in made] == [18, 18, 18]
    assert [one.local(one.shifts[0].ends_at).hour for one in made] == [20, 20, 20]
    assert made[0].starts_at - starts_at == 7 * DAY + timedelta(hours=1)  # the 31st of October has 25 hours


def test_nobody_repeats_the_event_of_another_community(world):
    with pytest.raises(NotFound):
        repeat(world, world.create(), desk=an_organizer(world.database, "别的社区"))


def a_series(world: World):
    """A published event and three more, a week apart."""
    event = world.published()
    return [event, *repeat(world, event, publish=True)]


def test_a_change_of_words_and_places_reaches_this_and_the_following_ones(world):
    one, two, three, four = a_series(world)
    shift = {"id": two.shifts[0].id, "capacity": 9}
    outcome = change(world, two, Scope.FOLLOWING, contact="6666", venue={"name": "礼堂"}, shifts=[shift])
    assert [event.id for event in outcome.changed] == [three.id, four.id]
    now = [world.event(event.id) for event in (one, two, three, four)]
    assert [event.shifts[0].capacity for event in now] == [6, 9, 9, 9]
    assert [event.venue_name for event in now] == ["社区广场", "礼堂", "礼堂", "礼堂"]
    assert len({event.shifts[0].id for event in now}) == 4


def test_a_later_start_moves_all_of_them_by_as_much(world):
    events = a_series(world)
    change(world, events[0], Scope.ALL, starts_at=STARTS_AT + timedelta(hours=1))
    now = [world.event(event.id) for event in events]
    assert {later.starts_at - earlier.starts_at for earlier, later in pairwise(now)} == {7 * DAY}
    assert all(event.shifts[0].starts_at == event.starts_at for event in now)
    assert now[3].starts_at == STARTS_AT + 21 * DAY + timedelta(hours=1)
    assert {event.occurrence for event in now} == {1}


def test_new_and_removed_parts_are_new_and_removed_in_all(world):
    events = a_series(world)
    added = shift_data(role="急救", starts_at=STARTS_AT + timedelta(hours=1))
    change(world, events[0], Scope.ALL, shifts=[{"id": events[0].shifts[0].id}, added], programme=[])
    for week, event in enumerate(events):
        now = world.event(event.id)
        assert [shift.role for shift in now.shifts] == ["引导", "急救"]
        assert now.shifts[1].starts_at == STARTS_AT + week * 7 * DAY + timedelta(hours=1)
        assert now.programme == []


def item_starts(world: World, events):
    return [world.event(event.id).programme[0].starts_at for event in events]


def test_a_first_time_for_an_item_is_as_far_from_the_start_in_all_of_them(world):
    event = world.published(programme=[{"title": "抽奖"}])
    events = [event, *repeat(world, event, publish=True)]
    draw = {"id": events[0].programme[0].id, "starts_at": STARTS_AT + timedelta(hours=2)}
    change(world, events[0], Scope.ALL, starts_at=STARTS_AT + timedelta(hours=1), programme=[draw])
    now = [world.event(one.id) for one in events]
    assert {one.programme[0].starts_at - one.starts_at for one in now} == {timedelta(hours=1)}
    assert now[3].programme[0].starts_at == STARTS_AT + 21 * DAY + timedelta(hours=2)


def test_a_time_that_is_taken_away_is_taken_away_in_all_of_them(world):
    events = a_series(world)
    change(world, events[0], Scope.ALL, programme=[{"id": events[0].programme[0].id, "starts_at": None}])
    assert item_starts(world, events) == [None] * 4


def test_others_that_stay_as_they_were_are_not_counted_as_changed(world):
    shifts = [shift_data(), shift_data(role="急救")]
    event = world.published(shifts=shifts)
    events = [event, *repeat(world, event, publish=True)]
    assert change(world, event, Scope.ALL, contact=event.contact).changed == []
    turned = change(world, event, Scope.ALL, shifts=[{"id": shift.id} for shift in reversed(event.shifts)])
    assert turned.changed == []
    world.change(events[2], contact="6666")
    assert [one.id for one in change(world, event, Scope.ALL, contact="6666").changed] == [events[1].id, events[3].id]


def test_what_cannot_take_the_change_is_left_and_named_while_the_rest_is_changed(world):
    one, two, three, _four = a_series(world)
    for _ in range(3):
        world.sign_up(two)
    outcome = change(world, one, Scope.ALL, contact="6666", shifts=[{"id": one.shifts[0].id, "capacity": 2}])
    [(refused, reason)] = outcome.refused
    assert refused.id == two.id
    assert "3 places are taken" in reason
    assert (world.event(two.id).shifts[0].capacity, world.event(two.id).contact) == (6, "")
    assert world.event(three.id).shifts[0].capacity == 2


def test_cancelled_ones_and_those_that_have_begun_are_never_touched(world):
    one, two, three, four = a_series(world)
    world.database.write(operations.cancel_event, three.id, "下雨", desk=world.desk, now=NOW)
    entered = {"contact": "6666"}
    world.database.write(
        operations.change_series,
        four.id,
        entered,
        version=four.version,
        scope=Scope.ALL,
        desk=world.desk,
        now=two.starts_at + timedelta(minutes=1),
    )
    assert [world.event(event.id).contact for event in (one, two, three, four)] == ["", "", "", "6666"]


def test_one_event_out_of_the_series_is_left_alone(world):
    one, two, three, _four = a_series(world)
    world.database.write(operations.leave_series, two.id, desk=world.desk, now=NOW)
    change(world, one, Scope.ALL, contact="6666")
    assert [world.event(event.id).contact for event in (one, two, three)] == ["6666", "", "6666"]
    with pytest.raises(Conflict):
        world.database.write(operations.leave_series, two.id, desk=world.desk, now=NOW)
    assert len(world.database.read(series.of, one.series_id or world.event(one.id).series_id)) == 3


def test_this_and_the_following_ones_are_called_off_with_one_reason(world):
    events = a_series(world)
    world.database.write(
        operations.cancel_series, events[1].id, "台风", scope=Scope.FOLLOWING, desk=world.desk, now=NOW
    )
    assert [world.event(event.id).status.value for event in events] == ["published", *["cancelled"] * 3]
    assert [message["reason"] for message in world.messages("event.cancelled")] == ["台风"] * 3
