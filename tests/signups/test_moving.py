"""Moving somebody to another shift of the same event."""

import threading
from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import update

from services.signups import notices, operations
from services.signups.models import Hold, Signup, SignupStatus
from shared.config import Config
from shared.database import change
from shared.errors import Conflict, Invalid, NotFound
from shared.notices.tables import Notice, NoticeState
from tests.signups.conftest import LINKS, NOW, World, a_child, shift_data

ORGANIZER = uuid4()


def add_shifts(world: World, *shifts: dict[str, Any]) -> list[UUID]:
    """Publish more shifts, at a later time than the first unless said otherwise; return the ids of all."""
    later = world.event["ends_at"]
    defaults = {"starts_at": later, "ends_at": later + timedelta(hours=2)}
    world.publish(shifts=[*world.event["shifts"], *(shift_data(**defaults | shift) for shift in shifts)])
    return [shift["shift_id"] for shift in world.event["shifts"]]


def move(world: World, answer: operations.Answer, shift_id: UUID, **changes: Any) -> Signup:
    assert answer.signup_id is not None
    return world.database.write(operations.move_signup, answer.signup_id, shift_id, **{"now": NOW} | changes)


def test_a_move_takes_the_new_place_and_gives_the_old_one_to_who_waits(world: World) -> None:
    guide, clean = add_shifts(world, {"role": "清洁"})
    mover, _second, waiting = (world.sign_up() for _ in range(3))
    moved = move(world, mover, clean)
    assert (moved.id, moved.shift_id, moved.version) == (mover.signup_id, clean, 2)
    assert world.status(waiting) is SignupStatus.CONFIRMED
    assert (world.taken(guide), world.taken(clean)) == (2, 1)
    said = [message for message in world.messages("signup.confirmed") if message["signup_id"] == mover.signup_id]
    assert [(message["shift_id"], message["version"]) for message in said] == [(guide, 1), (clean, 2)]


def test_the_person_is_told_once_however_often_the_move_is_asked_for(world: World) -> None:
    _guide, clean = add_shifts(world, {"role": "清洁"})
    answer = world.sign_up(name="卓玛")
    for _ in range(2):
        assert move(world, answer, clean).version == 2
    [notice] = world.notices("moved_shift")
    compose = notices.composer(Config(service="signups", secret_key=LINKS.secret_key))
    letter = world.read(lambda session: compose(session, notice, NOW))
    assert "卓玛" in letter.body
    assert "清洁" in letter.body


def test_who_is_moved_again_before_they_were_told_hears_of_the_last_shift_only(world: World) -> None:
    _guide, clean, tea = add_shifts(world, {"role": "清洁"}, {"role": "茶水"})
    answer = world.sign_up()
    move(world, answer, clean)
    move(world, answer, tea)
    assert sorted(notice.state for notice in world.notices("moved_shift")) == ["cancelled", "queued"]


def test_who_is_back_on_the_shift_they_know_of_is_told_nothing(world: World) -> None:
    guide, clean, tea = add_shifts(world, {"role": "清洁"}, {"role": "茶水"})
    answer = world.sign_up()
    for shift_id in (clean, tea, guide):
        move(world, answer, shift_id)
    assert {notice.state for notice in world.notices("moved_shift")} == {"cancelled"}


def test_who_was_told_of_another_shift_is_told_when_they_are_moved_back(world: World) -> None:
    guide, clean = add_shifts(world, {"role": "清洁"})
    answer = world.sign_up()
    move(world, answer, clean)
    world.database.write(lambda session: change(session, update(Notice).values(state=NoticeState.DELIVERED)))
    move(world, answer, guide)
    assert sorted(notice.state for notice in world.notices("moved_shift")) == ["delivered", "queued"]


def test_news_queued_by_the_release_before_does_not_stop_another_move(world: World) -> None:
    """It does not say which shift the person knew of, so they are told of the last one, wherever that is."""
    guide, clean = add_shifts(world, {"role": "清洁"})
    answer = world.sign_up()
    move(world, answer, clean)
    world.database.write(lambda session: change(session, update(Notice).values(params={})))
    move(world, answer, guide)
    assert sorted(notice.state for notice in world.notices("moved_shift")) == ["cancelled", "queued"]


def test_who_waited_and_got_a_place_by_two_moves_is_told_of_it(world: World) -> None:
    guide, clean = add_shifts(world, {"role": "清洁"})
    first, _second, waiting = (world.sign_up() for _ in range(3))
    move(world, waiting, clean)
    world.database.write(operations.withdraw, first.signup_id, reason=None, now=NOW)
    move(world, waiting, guide)
    assert sorted(notice.state for notice in world.notices("moved_shift")) == ["cancelled", "queued"]


def test_somebody_who_waits_is_moved_to_a_free_place(world: World) -> None:
    guide, clean = add_shifts(world, {"role": "清洁"})
    _first, _second, waiting = (world.sign_up() for _ in range(3))
    assert move(world, waiting, clean).status is SignupStatus.CONFIRMED
    assert (world.taken(guide), world.taken(clean)) == (2, 1)


def test_a_full_shift_refuses_and_names_those_with_places(world: World) -> None:
    _guide, clean, tea = add_shifts(world, {"role": "清洁", "capacity": 1}, {"role": "茶水", "capacity": 3})
    world.sign_up(shift_id=clean)
    answer = world.sign_up()
    with pytest.raises(Conflict, match=r": 茶水 20:00 \(3\)$"):
        move(world, answer, clean)
    assert world.status(answer) is SignupStatus.CONFIRMED
    assert move(world, answer, tea).shift_id == tea


def test_age_overlap_and_other_events_are_respected(world: World) -> None:
    start, end = world.event["starts_at"], world.event["ends_at"]
    _guide, clean, tea, grown = add_shifts(
        world, {}, {"starts_at": end + timedelta(hours=1), "ends_at": end + timedelta(hours=3)}, {"min_age": 18}
    )
    answer = world.sign_up(phone="+8613900000001", name="卓玛", birth_date=None)
    world.sign_up(phone="+8613900000001", name="卓玛", shift_id=clean)
    with pytest.raises(Conflict, match="overlapping"):
        move(world, answer, tea)
    with pytest.raises(Conflict, match="on that shift already"):
        move(world, answer, clean)
    with pytest.raises(Invalid, match="check the marked"):
        move(world, answer, uuid4())
    young = world.sign_up(birth_date=a_child(16))
    with pytest.raises(Invalid):
        move(world, young, grown)
    with pytest.raises(Conflict, match="is over"):
        move(world, young, tea, now=end + timedelta(days=1))
    with pytest.raises(NotFound):
        world.database.write(operations.move_signup, uuid4(), tea, now=start)


def test_an_unknown_birth_date_is_taken_with_the_move(world: World) -> None:
    _guide, grown = add_shifts(world, {"min_age": 18})
    answer = world.sign_up()
    with pytest.raises(Invalid):
        move(world, answer, grown)
    assert move(world, answer, grown, birth_date=a_child(30)).birth_date == a_child(30)


def test_a_move_within_the_same_hours_is_no_clash_with_oneself(world: World) -> None:
    first = world.event["shifts"][0]
    _guide, same = add_shifts(world, {"starts_at": first["starts_at"], "ends_at": first["ends_at"]})
    assert move(world, world.sign_up(), same).shift_id == same


def test_a_running_shift_still_takes_whom_an_organizer_sends(world: World) -> None:
    _guide, clean = add_shifts(world, {})
    answer = world.sign_up()
    during = world.event["ends_at"] + timedelta(minutes=30)
    assert move(world, answer, clean, now=during).shift_id == clean


def test_who_was_checked_in_is_moved_only_after_that_was_taken_back(world: World) -> None:
    _guide, clean = add_shifts(world, {})
    answer = world.sign_up()
    world.database.write(operations.check_in, answer.signup_id, now=NOW)
    with pytest.raises(Conflict, match="Take back"):
        move(world, answer, clean)
    world.database.write(operations.undo_check_in, answer.signup_id, now=NOW)
    assert move(world, answer, clean).shift_id == clean


def test_a_place_kept_for_a_unit_stays_with_the_unit(world: World) -> None:
    guide, clean = add_shifts(world, {})
    pledge = UUID(int=7)
    world.pledge(1, pledge_id=pledge)
    token = world.read(lambda session: session.get_one(Hold, pledge).claim_token)
    answer = world.sign_up(claim=token)
    moved = move(world, answer, clean)
    assert moved.pledge_id is None
    assert (world.taken(guide), world.taken(clean)) == (0, 1)
    assert [(one["held"], one["claimed"]) for one in world.messages("places.held")][-1] == (1, 0)


def test_what_was_confirmed_counts_on_only_where_the_same_is_asked(world: World) -> None:
    first_aid = {"skills": ["急救"]}
    world.publish(shifts=[world.event["shifts"][0] | first_aid])
    _guide, same, other = add_shifts(world, first_aid, {"training": "消防培训"})
    answer = world.sign_up()
    world.database.write(operations.clear, answer.signup_id, organizer_id=ORGANIZER, now=NOW)
    assert not move(world, answer, same).is_to_clear
    assert move(world, answer, other).is_to_clear


def test_the_last_place_goes_to_exactly_one_of_ten_who_are_moved(world: World) -> None:
    world.publish(shifts=[world.event["shifts"][0] | {"capacity": 10}])
    guide, last = add_shifts(world, {"capacity": 1})
    answers = [world.sign_up() for _ in range(10)]
    outcomes = at_once([lambda answer=answer: move(world, answer, last) for answer in answers])
    assert outcomes == {"done": 1, "Conflict": 9}
    assert (world.taken(guide), world.taken(last)) == (9, 1)


def test_moves_in_all_directions_while_others_withdraw_end_without_a_deadlock(world: World) -> None:
    start, end = world.event["starts_at"], world.event["ends_at"]
    world.publish(shifts=[world.event["shifts"][0] | {"capacity": 6}])
    shifts = add_shifts(world, *({"capacity": 6, "starts_at": start, "ends_at": end} for _ in range(2)))
    seats = {shift: [world.sign_up(shift_id=shift) for _ in range(5)] for shift in shifts}
    waiting = [world.sign_up(shift_id=shift) for shift in shifts for _ in range(3)]
    work: list[Any] = []
    for place, shift in enumerate(shifts):
        target = shifts[(place + 1) % len(shifts)]
        work += [lambda answer=answer, target=target: move(world, answer, target) for answer in seats[shift][:3]]
        work += [
            lambda answer=answer: world.database.write(operations.withdraw, answer.signup_id, reason=None, now=NOW)
            for answer in seats[shift][3:]
        ]
    outcomes = at_once(work)
    assert set(outcomes) <= {"done", "Conflict"}
    for shift in shifts:
        assert world.taken(shift) <= 6
    live = world.read(lambda session: [one for one in session.query(Signup) if one.status is SignupStatus.CONFIRMED])
    assert len(live) == sum(world.taken(shift) for shift in shifts)
    assert waiting


def at_once(work: list[Any]) -> Counter[str]:
    """Do all of it in threads that start together; return how often each thing came of it."""
    outcomes: Counter[str] = Counter()
    start = threading.Barrier(len(work))

    def run(task: Any) -> None:
        start.wait()
        try:
            task()
        except Exception as error:  # noqa: BLE001  (whatever it is, the test says so)
            outcomes[type(error).__name__] += 1
        else:
            outcomes["done"] += 1

    threads = [threading.Thread(target=run, args=(task,)) for task in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes
