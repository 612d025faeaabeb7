"""Each reminder is told once, at its moment; one that is too late is not told at all."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from services.events import operations
from services.events.models import ReminderState
from services.events.times import Distance
from tests import due
from tests.events.world import NOW, STARTS_AT

DAY_BEFORE = STARTS_AT - timedelta(days=1)
SECOND = timedelta(seconds=1)


def fire(world, now):
    return due.run(world.database, operations.fire_due_reminders, operations.REMINDERS_DUE, now)


def test_a_reminder_is_told_when_it_comes_due_and_not_again(world):
    event = world.published()
    assert fire(world, DAY_BEFORE - SECOND) == 0
    assert fire(world, DAY_BEFORE) == 1
    assert fire(world, DAY_BEFORE) == 0
    assert world.messages("reminder.due") == [
        {
            "event_id": event.id,
            "version": 2,
            "rule": "P1D",
            "occurrence": 0,
            "due_at": DAY_BEFORE,
            "expires_at": STARTS_AT,
            "shift_ids": [],
        }
    ]
    assert world.reminders(event)["P1D"].state is ReminderState.FIRED


def test_a_scheduler_that_was_down_catches_up_before_the_start_and_not_after(world):
    event = world.published()
    assert fire(world, STARTS_AT - SECOND) == 2
    late = world.published(starts_at=STARTS_AT + timedelta(days=1), ends_at=STARTS_AT + timedelta(days=1, hours=3))
    assert fire(world, late.starts_at) == 2
    assert {message["event_id"] for message in world.messages("reminder.due")} == {event.id}
    assert {one.state for one in world.reminders(late).values()} == {ReminderState.SKIPPED}


def test_several_schedulers_tell_each_reminder_once(world):
    for _ in range(10):
        world.published()
    with ThreadPoolExecutor(4) as pool:
        fired = sum(pool.map(lambda _: fire(world, DAY_BEFORE), range(8)))
    assert fired == 10
    assert len(world.messages("reminder.due")) == 10


def test_a_cancelled_event_reminds_nobody(world):
    event = world.published()
    world.database.write(operations.cancel_event, event.id, "下雨", desk=world.desk, now=NOW)
    assert fire(world, DAY_BEFORE) == 0


def test_an_event_that_is_put_off_reminds_again_of_its_new_time(world):
    event = world.published()
    fire(world, DAY_BEFORE)
    world.change(event, now=DAY_BEFORE + SECOND, starts_at=STARTS_AT + timedelta(days=2))
    assert fire(world, STARTS_AT + timedelta(days=1)) == 1
    first, second = world.messages("reminder.due")
    assert (first["occurrence"], second["occurrence"]) == (0, 1)
    assert second["version"] == 3


def test_rules_may_be_taken_back_and_brought_back_before_their_moment(world):
    event = world.published()
    world.change(event, reminders=["PT2H"])
    assert world.reminders(event)["P1D"].state is ReminderState.CANCELLED
    world.change(event, reminders=["P1D", "P3D"])
    states = {rule: one.state for rule, one in world.reminders(event).items()}
    assert states == {
        "P1D": ReminderState.PENDING,
        "P3D": ReminderState.PENDING,
        "PT2H": ReminderState.CANCELLED,
    }
    assert fire(world, DAY_BEFORE) == 2


def test_a_day_before_is_the_same_hour_of_the_day_before():
    # Clocks go forward in Berlin on the night to 28 March 2027.
    noon = STARTS_AT.replace(month=3, day=28, hour=10)
    assert Distance.parse("P1D").before(noon, "Europe/Berlin") == noon - timedelta(hours=23)
    assert Distance.parse("PT24H").before(noon, "Europe/Berlin") == noon - timedelta(hours=24)


@pytest.mark.parametrize(
    "wrong", ["", "P", "PT", "1D", "P1Y", "P-1D", "P1.5D", "PT0S", "P91D", "PT9999999S", "p1d", "P١D"]
)
def test_what_is_no_sensible_distance_is_refused(wrong):
    with pytest.raises(ValueError, match=r"not a duration|too short or too long"):
        Distance.parse(wrong)
