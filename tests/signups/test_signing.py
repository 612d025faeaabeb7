"""Signing up and withdrawing."""

import threading
from collections import Counter
from datetime import timedelta
from uuid import uuid4

import pytest

from services.signups import operations
from services.signups.idempotency import Request
from services.signups.models import Place, SignupStatus
from shared.errors import Conflict, Invalid, NotFound
from tests.signups.conftest import LINKS, NOW, World, a_child, shift_data


def test_a_place_is_given_and_told_of_in_one_commit(world: World) -> None:
    answer = world.sign_up()
    assert answer.status == "confirmed"
    [message] = world.messages("signup.confirmed")
    assert message["signup_id"] == answer.signup_id
    assert message["version"] == 1


def test_who_comes_after_the_last_place_waits_in_line(world: World) -> None:
    answers = [world.sign_up() for _ in range(5)]
    assert [answer.status for answer in answers] == ["confirmed"] * 2 + ["waitlisted"] * 3
    assert [answer.waitlist_position for answer in answers] == [None, None, 1, 2, 3]


def test_a_full_shift_without_a_waitlist_refuses_and_writes_nothing(world: World) -> None:
    world.publish(waitlist=False)
    world.sign_up()
    world.sign_up()
    with pytest.raises(Conflict, match="just been filled"):
        world.sign_up()
    assert len(world.messages()) == 2


@pytest.mark.parametrize("places", [5, 1])
def test_the_last_places_go_to_exactly_as_many_of_forty(world: World, places: int) -> None:
    world.publish(shifts=[world.event["shifts"][0] | {"capacity": places}])
    outcomes: Counter[str] = Counter()
    start = threading.Barrier(40)
    applications = [world.application() for _ in range(40)]

    def run(application: operations.Application) -> None:
        start.wait()
        request = Request.of(str(uuid4()), {})
        answer = world.database.write(operations.sign_up, application, request=request, links=LINKS, now=NOW)
        outcomes[answer.status] += 1

    threads = [threading.Thread(target=run, args=(application,)) for application in applications]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes == {"confirmed": places, "waitlisted": 40 - places}
    assert world.taken() == places


def test_the_same_key_gives_the_same_answer_and_one_sign_up(world: World) -> None:
    application = world.application()
    request = Request.of("key", {"phone": application.phone})
    first = world.database.write(operations.sign_up, application, request=request, links=LINKS, now=NOW)
    again = world.database.write(operations.sign_up, application, request=request, links=LINKS, now=NOW)
    assert again == first
    assert len(world.messages()) == 1


def test_the_same_key_for_another_body_is_refused(world: World) -> None:
    world.sign_up(key="key")
    with pytest.raises(Invalid, match="check the marked entries"):
        world.sign_up(key="key")


def test_ten_clicks_at_once_make_one_sign_up(world: World) -> None:
    application = world.application()
    request = Request.of("key", {}, patient=True)
    answers: list[operations.Answer] = []

    def run() -> None:
        answers.append(world.database.write(operations.sign_up, application, request=request, links=LINKS, now=NOW))

    threads = [threading.Thread(target=run) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 10
    assert len(set(answers)) == 1
    assert world.taken() == 1


def test_someone_already_on_the_shift_learns_only_that_it_was_received(world: World) -> None:
    world.sign_up(name="张三", phone="+8613800138000")
    again = world.sign_up(name="张 三", phone="+8613800138000")
    assert again == operations.Answer(status="received")
    assert world.taken() == 1


def test_a_family_shares_a_phone(world: World) -> None:
    world.sign_up(name="张三", phone="+8613800138000")
    assert world.sign_up(name="李四", phone="+8613800138000").status == "confirmed"


def test_overlapping_shifts_are_refused_and_back_to_back_ones_are_fine(world: World) -> None:
    [first] = world.event["shifts"]
    overlapping = shift_data(starts_at=first["starts_at"] + timedelta(hours=2))
    following = shift_data(starts_at=first["ends_at"], ends_at=first["ends_at"] + timedelta(hours=1))
    world.publish(shifts=[first, overlapping, following])
    person = {"name": "张三", "phone": "+8613800138000"}
    world.sign_up(**person)
    with pytest.raises(Conflict, match="overlapping"):
        world.sign_up(**person, shift_id=overlapping["shift_id"])
    assert world.sign_up(**person, shift_id=following["shift_id"]).status == "confirmed"


def test_a_person_gets_one_of_two_overlapping_shifts_however_fast_they_click(world: World) -> None:
    [first] = world.event["shifts"]
    second = shift_data()
    world.publish(shifts=[first, second])
    outcomes: list[str] = []

    def run(shift_id: object) -> None:
        try:
            outcomes.append(world.sign_up(name="张三", phone="+8613800138000", shift_id=shift_id).status)
        except Conflict:
            outcomes.append("refused")

    threads = [threading.Thread(target=run, args=(shift["shift_id"],)) for shift in (first, second) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert world.taken(first["shift_id"]) + world.taken(second["shift_id"]) == 1


def test_ages_are_checked_on_the_day_of_the_shift(world: World) -> None:
    world.publish(shifts=[world.event["shifts"][0] | {"min_age": 16}])
    with pytest.raises(Invalid) as missing:
        world.sign_up()
    assert "birth_date" in missing.value.errors
    with pytest.raises(Invalid) as young:
        world.sign_up(birth_date=a_child(15))
    assert "birth_date" in young.value.errors
    assert world.sign_up(birth_date=a_child(16)).status == "confirmed"


def test_a_child_needs_a_guardian(world: World) -> None:
    with pytest.raises(Invalid) as alone:
        world.sign_up(birth_date=a_child(13))
    assert "guardian" in alone.value.errors
    guardian = operations.Guardian("王五", "+8613900139000")
    assert world.sign_up(birth_date=a_child(13), guardian=guardian).status == "confirmed"


@pytest.mark.parametrize(
    ("changes", "words"), [({"status": "cancelled"}, "cancelled"), ({"status": "completed"}, "over")]
)
def test_an_event_that_is_off_takes_nobody(world: World, changes: dict[str, str], words: str) -> None:
    world.publish(**changes)
    with pytest.raises(Conflict, match=words):
        world.sign_up()


def test_a_shift_that_has_begun_takes_nobody(world: World) -> None:
    with pytest.raises(Conflict, match="begun"):
        world.sign_up(now=world.event["starts_at"])
    with pytest.raises(Conflict, match="over"):
        world.sign_up(now=world.event["ends_at"])


def test_an_unknown_shift_is_an_error_beside_the_field(world: World) -> None:
    with pytest.raises(Invalid) as unknown:
        world.sign_up(shift_id=uuid4())
    assert "shift_id" in unknown.value.errors


def test_withdrawing_frees_the_place_for_the_first_who_waits(world: World) -> None:
    first, _second, third, fourth = (world.sign_up() for _ in range(4))
    world.database.write(operations.withdraw, first.signup_id, reason="生病", now=NOW)
    assert world.status(third) is SignupStatus.CONFIRMED
    assert world.status(fourth) is SignupStatus.WAITLISTED
    assert [message["status"] for message in world.messages()[-2:]] == ["withdrawn", "confirmed"]
    [notice] = world.notices("promoted")
    assert notice.event_id == world.event["event_id"]


def test_withdrawing_twice_promotes_only_one(world: World) -> None:
    first, _second, _third, fourth = (world.sign_up() for _ in range(4))
    for _ in range(2):
        world.database.write(operations.withdraw, first.signup_id, reason=None, now=NOW)
    assert world.status(fourth) is SignupStatus.WAITLISTED
    assert len(world.messages("signup.withdrawn")) == 1


def test_twenty_withdrawals_at_once_promote_twenty_in_turn(world: World) -> None:
    world.publish(shifts=[world.event["shifts"][0] | {"capacity": 20}])
    seated = [world.sign_up() for _ in range(20)]
    waiting = [world.sign_up() for _ in range(25)]

    def run(answer: operations.Answer) -> None:
        world.database.write(operations.withdraw, answer.signup_id, reason=None, now=NOW)

    threads = [threading.Thread(target=run, args=(answer,)) for answer in seated]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert world.taken() == 20
    assert [world.status(answer).value for answer in waiting] == ["confirmed"] * 20 + ["waitlisted"] * 5


def test_who_withdrew_may_come_again(world: World) -> None:
    person = {"name": "张三", "phone": "+8613800138000"}
    first = world.sign_up(**person)
    world.database.write(operations.withdraw, first.signup_id, reason=None, now=NOW)
    assert world.sign_up(**person).status == "confirmed"


def test_nobody_withdraws_from_a_shift_that_has_begun(world: World) -> None:
    answer = world.sign_up()
    with pytest.raises(Conflict, match="call the contact"):
        world.database.write(
            operations.withdraw, answer.signup_id, reason=None, now=world.event["starts_at"] + timedelta(minutes=1)
        )


def test_an_unknown_sign_up_cannot_be_withdrawn(world: World) -> None:
    with pytest.raises(NotFound):
        world.database.write(operations.withdraw, uuid4(), reason=None, now=NOW)


def test_a_place_left_free_by_a_rollback_goes_to_who_waited_first(world: World) -> None:
    _a, _b, waiting = (world.sign_up() for _ in range(3))
    world.database.write(
        lambda session: session.add(Place(shift_id=world.shift_id, number=3))
    )  # as if a transaction with the last place in hand had been rolled back
    newcomer = world.sign_up()
    assert world.status(waiting) is SignupStatus.CONFIRMED
    assert newcomer.status == "waitlisted"
