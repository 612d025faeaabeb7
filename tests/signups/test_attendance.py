"""Who was there."""

from datetime import timedelta
from typing import Any

import pytest

from services.signups import operations
from services.signups.models import Signup, SignupStatus
from shared.errors import Conflict
from tests.signups.conftest import NOW, World


def test_check_in_and_out_give_the_minutes(world: World) -> None:
    answer = world.sign_up()
    start = world.event["starts_at"]
    for moment in (start, start + timedelta(minutes=5)):
        world.database.write(operations.check_in, answer.signup_id, now=moment)
    for moment in (start + timedelta(minutes=120), start + timedelta(minutes=125)):
        signup = world.database.write(operations.check_out, answer.signup_id, now=moment)
    assert signup.minutes == 120
    assert [message["minutes"] for message in world.messages("signup.attended")] == [None, 120]


def test_absence_is_noted_after_the_start_and_can_be_mended(world: World) -> None:
    answer = world.sign_up()
    with pytest.raises(Conflict, match="not begun"):
        world.database.write(operations.mark_absent, answer.signup_id, now=NOW)
    start = world.event["starts_at"]
    for _ in range(2):
        world.database.write(operations.mark_absent, answer.signup_id, now=start)
    assert len(world.messages("signup.absent")) == 1
    late = world.database.write(operations.check_in, answer.signup_id, now=start + timedelta(minutes=20))
    assert late.status is SignupStatus.ATTENDED


def test_nobody_is_checked_in_without_a_place(world: World) -> None:
    _first, _second, waiting = (world.sign_up() for _ in range(3))
    with pytest.raises(Conflict, match="waitlist"):
        world.database.write(operations.check_in, waiting.signup_id, now=world.event["starts_at"])


def test_nobody_leaves_who_never_came(world: World) -> None:
    answer = world.sign_up()
    with pytest.raises(Conflict, match="not been checked in"):
        world.database.write(operations.check_out, answer.signup_id, now=NOW)


def test_who_withdrew_is_not_checked_in(world: World) -> None:
    answer = world.sign_up()
    world.database.write(operations.withdraw, answer.signup_id, reason=None, now=NOW)
    with pytest.raises(Conflict):
        world.database.write(operations.check_in, answer.signup_id, now=NOW)


def test_each_step_can_be_taken_back_and_only_once(world: World) -> None:
    answer = world.sign_up()
    start = world.event["starts_at"]

    def do(operation: Any, minutes: int = 0) -> Signup:
        return world.database.write(operation, answer.signup_id, now=start + timedelta(minutes=minutes))

    do(operations.check_in)
    do(operations.check_out, 120)
    for _ in range(2):
        signup = do(operations.undo_check_out)
        assert (signup.status, signup.minutes) == (SignupStatus.ATTENDED, None)
    for _ in range(2):
        signup = do(operations.undo_check_in)
        assert (signup.status, signup.checked_in_at) == (SignupStatus.CONFIRMED, None)
    do(operations.mark_absent)
    for _ in range(2):
        assert do(operations.undo_absence).status is SignupStatus.CONFIRMED
    assert [message["version"] for message in world.messages()] == list(range(1, 8))


def test_what_somebody_else_has_noted_meanwhile_is_not_taken_back(world: World) -> None:
    answer = world.sign_up()
    start = world.event["starts_at"]
    world.database.write(operations.mark_absent, answer.signup_id, now=start)
    world.database.write(operations.check_in, answer.signup_id, now=start)
    with pytest.raises(Conflict, match="meanwhile"):
        world.database.write(operations.undo_absence, answer.signup_id, now=start)
    with pytest.raises(Conflict, match="not been checked in"):
        world.database.write(operations.undo_check_out, world.sign_up().signup_id, now=start)
