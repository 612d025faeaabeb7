"""Several people or shifts in one go: all or nothing, exactly once, and what the shifts asked is kept."""

import threading
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from services.signups import operations
from services.signups.idempotency import Answer, Request
from services.signups.models import Signup, Volunteer
from services.signups.operations import Application
from shared.errors import Conflict, Invalid
from tests.signups.conftest import LINKS, NOW, World, a_child, shift_data

PHONE = "+8613900000001"
SIZE = {"key": "size", "kind": "choice", "label": "尺码", "options": ["S", "M"], "required": True}
YEARS = {"key": "years", "kind": "number", "label": "年数", "options": [], "required": False}
DRIVES = {"key": "drives", "kind": "yes_no", "label": "会开车吗", "options": [], "required": False}


def together(world: World, applications: Sequence[Application], *, key: str | None = None, **changes: Any) -> Answer:
    world.people += 1
    given: dict[str, Any] = {"may_wait": False, "code": None, "now": NOW + timedelta(milliseconds=world.people)}
    request = Request.of(key or str(uuid4()), {"names": [one.name for one in applications]}, patient=True)
    return world.database.write(
        operations.sign_up_together, applications, request=request, links=LINKS, **given | changes
    )


def family(world: World, *names: str, shifts: Sequence[UUID] = (), **changes: Any) -> list[Application]:
    return [
        world.application(
            name=name,
            phone=PHONE,
            shift_id=shift_id,
            answers=changes.get("answers", {}),
            **{field: value for field, value in changes.items() if field != "answers"},
        )
        for name in names
        for shift_id in shifts or [world.shift_id]
    ]


def add_shift(world: World, **changes: Any) -> UUID:
    """A shift after the first, or at another time."""
    first = world.event["shifts"][0]
    later = shift_data(starts_at=first["ends_at"], ends_at=first["ends_at"] + timedelta(hours=1)) | changes
    world.publish(shifts=[*world.event["shifts"], later])
    return UUID(str(later["shift_id"]))


def rows(world: World) -> int:
    return int(world.read(lambda session: session.scalar(select(func.count()).select_from(Signup))))


def test_two_people_get_two_shifts_in_one_go_and_a_repeat_gets_the_same_answer(world: World) -> None:
    tea = add_shift(world)
    wanted = family(world, "卓玛", "扎西", shifts=[world.shift_id, tea])
    first, again = together(world, wanted, key="k"), together(world, wanted, key="k")
    assert [one.status for one in first.all] == ["confirmed"] * 4
    assert again == first
    assert (rows(world), world.taken(), world.taken(tea)) == (4, 2, 2)
    names = world.read(lambda session: [session.get_one(Signup, one.signup_id).volunteer.name for one in first.all])
    assert names == ["卓玛", "卓玛", "扎西", "扎西"]
    assert len(world.messages("signup.confirmed")) == 4


def test_where_places_are_too_few_nobody_is_entered_unless_they_may_wait(world: World) -> None:
    world.sign_up()
    wanted = family(world, "卓玛", "扎西", "格桑")
    with pytest.raises(Conflict) as refused:
        together(world, wanted)
    assert list(refused.value.errors) == ["may_wait"]
    assert (rows(world), len(world.messages())) == (1, 1)
    assert world.read(lambda session: session.scalar(select(func.count()).select_from(Volunteer))) == 1
    answer = together(world, wanted, may_wait=True)
    assert [(one.status, one.waitlist_position) for one in answer.all] == [
        ("confirmed", None),
        ("waitlisted", 1),
        ("waitlisted", 2),
    ]


def test_one_shift_that_takes_nobody_spoils_all(world: World) -> None:
    tea = add_shift(world, capacity=1)
    world.sign_up(shift_id=tea)
    world.publish(waitlist=False)
    with pytest.raises(Conflict, match="卓玛") as refused:
        together(world, family(world, "卓玛", shifts=[world.shift_id, tea]))
    assert list(refused.value.errors) == ["shift_id"]
    assert world.taken() == 0


def test_shifts_that_overlap_or_belong_to_two_events_cannot_be_chosen_together(world: World) -> None:
    same_time = add_shift(world, starts_at=world.event["starts_at"], ends_at=world.event["ends_at"])
    with pytest.raises(Invalid) as refused:
        together(world, family(world, "卓玛", shifts=[world.shift_id, same_time]))
    assert list(refused.value.errors) == ["shift_id"]
    back_to_back = add_shift(world)
    assert together(world, family(world, "卓玛", shifts=[world.shift_id, back_to_back])).status == "confirmed"


def test_somebody_who_is_on_the_shift_already_is_told_no_more_and_the_others_are_entered(world: World) -> None:
    together(world, family(world, "卓玛"))
    answer = together(world, family(world, "卓玛", "扎西"))
    assert [one.status for one in answer.all] == ["received", "confirmed"]
    assert answer.signup_id is None


def test_one_person_cannot_be_named_twice(world: World) -> None:
    with pytest.raises(Invalid) as refused:
        together(world, family(world, "扎西·多吉", "扎西·多吉 "))
    assert list(refused.value.errors["companions"]) == [0]


def test_a_guardian_is_noted_for_the_children_only(world: World) -> None:
    guardian = operations.Guardian("王五", PHONE)
    parent, child = family(world, "王五", "王小明", guardian=guardian)
    child = world.application(name="王小明", phone=PHONE, guardian=guardian, birth_date=a_child(8), answers={})
    answer = together(world, [parent, child])
    noted = world.read(lambda session: [session.get_one(Signup, one.signup_id).guardian_name for one in answer.all])
    assert noted == [None, "王五"]
    world.publish(shifts=[world.event["shifts"][0] | {"min_age": 16}])
    grown = {"birth_date": a_child(30)}
    with pytest.raises(Invalid) as refused:
        together(world, [*family(world, "李四", **grown), *family(world, "李小四", birth_date=a_child(15))])
    assert list(refused.value.errors["companions"][0]) == ["birth_date"]


def test_what_the_shift_asks_is_kept_as_it_was_asked(world: World) -> None:
    world.publish(shifts=[world.event["shifts"][0] | {"questions": [SIZE, YEARS, DRIVES], "skills": ["急救"]}])
    answers = {"size": "M", "years": "１2", "drives": False}
    answer = together(world, family(world, "卓玛", answers=answers, skilled=True))
    world.publish(shifts=[world.event["shifts"][0] | {"questions": []}])
    signup = world.read(lambda session: session.get_one(Signup, answer.signup_id))
    assert signup.answers == [
        {"key": "size", "label": "尺码", "kind": "choice", "value": "M"},
        {"key": "years", "label": "年数", "kind": "number", "value": 12},
        {"key": "drives", "label": "会开车吗", "kind": "yes_no", "value": False},
    ]
    assert signup.skilled
    assert signup.cleared_at is None


@pytest.mark.parametrize(
    ("answers", "wrong"),
    [
        ({}, "size"),
        ({"size": None}, "size"),
        ({"size": " "}, "size"),
        ({"size": "XXL"}, "size"),
        ({"size": "M", "years": -1}, "years"),
        ({"size": "M", "years": 10**9}, "years"),
        ({"size": "M", "years": "多年"}, "years"),
        ({"size": "M", "drives": "也许"}, "drives"),
        ({"size": "长" * 500}, "size"),
        ({"size": ["M"]}, "size"),
        ({"size": "M", "shoe": "42"}, "shoe"),
    ],
)
def test_an_answer_that_is_missing_or_makes_no_sense_is_refused_beside_its_question(
    world: World, answers: dict[str, Any], wrong: str
) -> None:
    world.publish(shifts=[world.event["shifts"][0] | {"questions": [SIZE, YEARS, DRIVES]}])
    with pytest.raises(Invalid) as refused:
        together(world, family(world, "卓玛", answers=answers))
    assert list(refused.value.errors["answers"]) == [wrong]
    assert rows(world) == 0


def test_families_who_want_the_same_shifts_at_once_are_each_entered_whole_or_not_at_all(world: World) -> None:
    world.publish(shifts=[world.event["shifts"][0] | {"capacity": 7}])
    tea = add_shift(world, capacity=7)
    outcomes: list[str] = []
    start = threading.Barrier(6)

    def run(number: int) -> None:
        names = [f"家{number}人{person}" for person in (range(3) if number % 2 else reversed(range(3)))]
        shifts = [world.shift_id, tea] if number % 3 else [tea, world.shift_id]
        wanted = family(world, *names, shifts=shifts)
        start.wait()
        try:
            together(world, wanted)
        except Conflict:
            outcomes.append("refused")
        else:
            outcomes.append("in")

    threads = [threading.Thread(target=run, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes) == 6
    assert outcomes.count("in") <= 2
    assert rows(world) == outcomes.count("in") * 6
    assert world.taken() == world.taken(tea) == outcomes.count("in") * 3
