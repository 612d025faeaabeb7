"""Which shifts one person may take besides each other."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.signups import operations, timing
from services.signups.idempotency import Request
from services.signups.models import Shift, SignupStatus
from shared.errors import Conflict
from tests.signups.conftest import LINKS, NOW, World, event_data, shift_data

PERSON = {"name": "张三", "phone": "+8613800138000"}
START = NOW + timedelta(days=8)  # 17:00 in Shanghai
HOUR = timedelta(hours=1)


def with_shift(world: World, after: timedelta, hours: int = 1, **rules: Any) -> Any:
    """Give the event another shift that begins ``after`` the first, and rules; return its id."""
    starts_at = START + after
    shift = shift_data(starts_at=starts_at, ends_at=starts_at + hours * HOUR)
    world.publish(shifts=[*world.event["shifts"], shift], **rules)
    return shift["shift_id"]


def elsewhere(world: World, after: timedelta, *, venue: str = "文化站", **rules: Any) -> Any:
    """Publish another event, an hour long, that begins ``after`` the first; return its shift's id."""
    starts_at = START + after
    shift = shift_data(starts_at=starts_at, ends_at=starts_at + HOUR)
    event = event_data(shifts=[shift], venue={"name": venue, "address": "朝阳路1号"}, **rules)
    world.database.write(operations.record_event, event, now=NOW)
    return shift["shift_id"]


def test_who_has_to_travel_needs_the_longer_of_the_two_events_times(world: World) -> None:
    world.publish(travel_minutes=20)
    world.sign_up(**PERSON)
    with pytest.raises(Conflict, match="45 minutes"):
        world.sign_up(**PERSON, shift_id=elsewhere(world, 3 * HOUR + timedelta(minutes=44), travel_minutes=45))
    with pytest.raises(Conflict, match="20 minutes"):
        world.sign_up(**PERSON, shift_id=elsewhere(world, -1 * HOUR - timedelta(minutes=19)))
    in_time = elsewhere(world, 3 * HOUR + timedelta(minutes=45), travel_minutes=45)
    assert world.sign_up(**PERSON, shift_id=in_time).status == "confirmed"


def test_within_one_place_nobody_travels(world: World) -> None:
    world.publish(travel_minutes=60)
    world.sign_up(**PERSON)
    following = elsewhere(world, 3 * HOUR, venue="社区广场", travel_minutes=60)
    assert world.sign_up(**PERSON, shift_id=following).status == "confirmed"


def test_a_day_has_so_many_hours_and_the_next_day_as_many_again(world: World) -> None:
    fourth = with_shift(world, 4 * HOUR)
    fifth = with_shift(world, 5 * HOUR, daily_hours=4)
    next_day = with_shift(world, 7 * HOUR, hours=4)  # midnight in Shanghai
    world.sign_up(**PERSON)
    world.sign_up(**PERSON, shift_id=fourth)
    with pytest.raises(Conflict, match="4 hours"):
        world.sign_up(**PERSON, shift_id=fifth)
    assert world.sign_up(**PERSON, shift_id=next_day).status == "confirmed"


def test_the_hours_of_other_events_count_and_the_stricter_rule(world: World) -> None:
    world.publish(daily_hours=3)
    world.sign_up(**PERSON)
    with pytest.raises(Conflict, match="3 hours"):
        world.sign_up(**PERSON, shift_id=elsewhere(world, 4 * HOUR, daily_hours=12))


def test_between_two_days_there_is_rest(world: World) -> None:
    early = with_shift(world, 13 * HOUR, rest_hours=11)  # ten hours after the first
    later = with_shift(world, 14 * HOUR)
    world.sign_up(**PERSON)
    with pytest.raises(Conflict, match="11 hours of rest"):
        world.sign_up(**PERSON, shift_id=early)
    assert world.sign_up(**PERSON, shift_id=later).status == "confirmed"


def test_an_event_that_was_completed_yesterday_still_asks_for_rest(world: World) -> None:
    early = elsewhere(world, 13 * HOUR, rest_hours=11)
    there = world.sign_up(**PERSON)
    world.database.write(operations.check_in, there.signup_id, now=START)
    world.publish(status="completed")
    with pytest.raises(Conflict, match="11 hours of rest"):
        world.sign_up(**PERSON, shift_id=early)


def test_who_waits_is_passed_over_while_their_other_shifts_leave_no_time(world: World) -> None:
    seated = world.sign_up()
    world.sign_up()
    tired, other = world.sign_up(**PERSON), world.sign_up()
    world.sign_up(**PERSON, shift_id=with_shift(world, 4 * HOUR, hours=2, daily_hours=4))
    world.database.write(operations.withdraw, seated.signup_id, reason=None, now=NOW)
    assert world.status(tired) is SignupStatus.WAITLISTED
    assert world.status(other) is SignupStatus.CONFIRMED


def test_an_organizer_moves_nobody_past_the_rules_but_writes_down_who_has_come(world: World) -> None:
    second = with_shift(world, 4 * HOUR)
    third = with_shift(world, 6 * HOUR, daily_hours=3)
    world.sign_up(**PERSON, shift_id=second)
    moved = world.sign_up(**PERSON, shift_id=third)
    with pytest.raises(Conflict, match="3 hours"):
        world.database.write(operations.move_signup, moved.signup_id, world.shift_id, now=NOW)
    application = world.application(**PERSON)
    walked_in = world.database.write(
        operations.add_walk_in, application, request=Request.of(str(uuid4()), {}), links=LINKS, now=START
    )
    assert walked_in.status is SignupStatus.ATTENDED


def test_several_shifts_at_once_have_to_go_together(world: World) -> None:
    with_shift(world, 2 * HOUR)
    with_shift(world, 3 * HOUR, daily_hours=4)

    def shifts(session: Any) -> list[Shift]:
        return [session.get_one(Shift, one["shift_id"]) for one in world.event["shifts"]]

    first, overlapping, following = world.read(shifts)
    assert timing.among([first, following]) is timing.among([]) is None
    assert timing.among([first, overlapping]) == timing.OVERLAPS
