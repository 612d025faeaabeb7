"""The life of a pledge."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest

from services.partners import operations
from services.partners.models import Kind, PledgeStatus
from services.partners.scope import Scope
from shared.errors import Conflict, Invalid, NotFound
from tests.partners.conftest import DESK, NOW, Unit, World, event_data, shift_data

OVER = NOW + timedelta(days=9)


def reduce(world: World, pledge_id: object, quantity: int, **rest: object) -> None:
    world.database.write(
        operations.reduce_pledge, pledge_id, quantity, **{"scope": world.unit.scope, "now": NOW} | rest
    )


def withdraw(world: World, pledge_id: object, **rest: object) -> None:
    world.database.write(operations.withdraw_pledge, pledge_id, **{"scope": world.unit.scope, "now": NOW} | rest)


def deliver(world: World, pledge_id: object, quantity: int) -> None:
    world.database.write(operations.deliver_pledge, pledge_id, quantity, scope=DESK, now=NOW)


def need(world: World, **changes: object) -> object:
    asked = {"event_id": world.event_id, "kind": Kind.SUPPLIES, "quantity": 20, "unit": "箱", "description": "矿泉水"}
    request = operations.Request(**asked | changes)
    return world.database.write(operations.post_need, request, scope=DESK, now=NOW).id


def test_a_pledge_of_people_asks_the_sign_up_service_for_places(world: World) -> None:
    pledge = world.find(world.pledge(note="都是老师"))
    assert (pledge.status, pledge.quantity, pledge.held, pledge.claimed) == (PledgeStatus.PENDING, 5, 0, 0)
    [message] = world.messages("pledge.made")
    assert message == {
        "pledge_id": pledge.id,
        "version": 1,
        "event_id": world.event_id,
        "shift_id": world.shift_id,
        "need_id": None,
        "work_unit_id": world.unit.id,
        "work_unit": "朝阳小学",
        "kind": "people",
        "quantity": 5,
        "waits": False,
        "release_at": world.event["starts_at"] - timedelta(hours=48),
        "claim_link": 0,
    }


@pytest.mark.parametrize(
    ("held", "status"),
    [(5, PledgeStatus.HELD), (6, PledgeStatus.HELD), (2, PledgeStatus.PARTLY_HELD), (0, PledgeStatus.REFUSED)],
)
def test_the_answer_decides_where_the_pledge_stands(world: World, held: int, status: PledgeStatus) -> None:
    pledge_id = world.pledge()
    world.answer(pledge_id, 1, held=held)
    assert world.find(pledge_id).status is status


def test_a_whole_life_is_told_by_its_history(world: World) -> None:
    pledge_id = world.pledge()
    world.answer(pledge_id, 1, held=3)
    reduce(world, pledge_id, 3, reason="两位老师请假")
    world.answer(pledge_id, 2, held=3, claimed=1, requested=3)
    deliver(world, pledge_id, 3)
    deliver(world, pledge_id, 2)
    deliver(world, pledge_id, 2)
    pledge = world.find(pledge_id)
    assert (pledge.status, pledge.quantity, pledge.delivered) == (PledgeStatus.DELIVERED, 3, 2)
    assert [(step.by, step.action, step.quantity) for step in pledge.steps] == [
        ("contact", "made", 5),
        ("signups", "partly_held", 3),
        ("contact", "reduced", 3),
        ("organizer", "delivered", 3),
        ("organizer", "delivered", 2),
    ]
    assert pledge.steps[2].reason == "两位老师请假"


def test_reducing_to_what_is_held_makes_the_pledge_held(world: World) -> None:
    pledge_id = world.pledge()
    world.answer(pledge_id, 1, held=3)
    reduce(world, pledge_id, 3)
    assert world.find(pledge_id).status is PledgeStatus.HELD
    [message] = world.messages("pledge.reduced")
    assert (message["quantity"], message["version"]) == (3, 2)


def test_a_pledge_cannot_grow(world: World) -> None:
    pledge_id = world.pledge()
    with pytest.raises(Invalid) as refused:
        reduce(world, pledge_id, 6)
    assert list(refused.value.errors) == ["quantity"]


def test_a_pledge_keeps_those_who_have_a_name(world: World) -> None:
    pledge_id = world.pledge()
    world.answer(pledge_id, 1, held=5, claimed=3)
    with pytest.raises(Invalid):
        reduce(world, pledge_id, 2)
    reduce(world, pledge_id, 3)
    assert world.find(pledge_id).quantity == 3


def test_reducing_to_the_same_quantity_changes_nothing(world: World) -> None:
    pledge_id = world.pledge()
    reduce(world, pledge_id, 4)
    reduce(world, pledge_id, 4)
    assert world.find(pledge_id).version == 2
    assert len(world.messages("pledge.reduced")) == 1


def test_withdrawing_twice_is_told_once(world: World) -> None:
    pledge_id = world.pledge()
    withdraw(world, pledge_id, reason="当天有考试")
    withdraw(world, pledge_id)
    pledge = world.find(pledge_id)
    assert (pledge.status, pledge.quantity) == (PledgeStatus.WITHDRAWN, 0)
    [message] = world.messages("pledge.withdrawn")
    assert (message["quantity"], message["version"]) == (0, 2)


def test_nothing_follows_a_withdrawal(world: World) -> None:
    pledge_id = world.pledge()
    withdraw(world, pledge_id)
    for act in (reduce, deliver):
        with pytest.raises(Conflict):
            act(world, pledge_id, 2)
    world.answer(pledge_id, 1, held=2, claimed=2)
    pledge = world.find(pledge_id)
    assert (pledge.status, pledge.held, pledge.claimed) == (PledgeStatus.WITHDRAWN, 2, 2)


def test_what_was_delivered_cannot_be_withdrawn_or_reduced(world: World) -> None:
    pledge_id = world.pledge(kind=Kind.SUPPLIES, shift_id=None)
    deliver(world, pledge_id, 5)
    with pytest.raises(Conflict):
        withdraw(world, pledge_id)
    with pytest.raises(Conflict):
        reduce(world, pledge_id, 2)


def test_a_refused_pledge_has_nothing_to_deliver(world: World) -> None:
    pledge_id = world.pledge()
    world.answer(pledge_id, 1, held=0)
    with pytest.raises(Conflict):
        deliver(world, pledge_id, 1)


def test_a_refused_pledge_is_held_once_there_are_places(world: World) -> None:
    pledge_id = world.pledge()
    world.answer(pledge_id, 1, held=0)
    world.answer(pledge_id, 2, held=5)
    assert world.find(pledge_id).status is PledgeStatus.HELD


def test_supplies_stay_pending_until_they_are_there(world: World) -> None:
    pledge_id = world.pledge(kind=Kind.SUPPLIES, shift_id=None, quantity=20, note="矿泉水")
    assert world.find(pledge_id).status is PledgeStatus.PENDING
    deliver(world, pledge_id, 18)
    pledge = world.find(pledge_id)
    assert (pledge.status, pledge.delivered) == (PledgeStatus.DELIVERED, 18)


def test_a_unit_may_pledge_twice_for_one_shift(world: World) -> None:
    assert world.pledge() != world.pledge()
    assert len(world.messages("pledge.made")) == 2


def test_pressing_the_button_twice_makes_one_pledge(world: World) -> None:
    key = uuid4()
    assert world.pledge(pledge_id=key) == world.pledge(pledge_id=key) == key
    assert len(world.messages("pledge.made")) == 1


def test_a_button_pressed_eight_times_at_once_makes_one_pledge(world: World) -> None:
    key = uuid4()
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: world.pledge(pledge_id=key), range(8)))
    assert set(made) == {key}
    assert len(world.messages("pledge.made")) == 1


def test_a_form_of_another_unit_cannot_be_used_again(world: World) -> None:
    key = world.pledge()
    with pytest.raises(Conflict):
        world.pledge(unit=world.add_unit("卫生站"), pledge_id=key)


def test_a_need_says_what_its_pledges_are_for(world: World) -> None:
    need_id = need(world)
    pledge_id = world.pledge(need_id=need_id, event_id=None, kind=None, shift_id=None, quantity=8)
    pledge = world.find(pledge_id)
    assert (pledge.event_id, pledge.kind, pledge.need_id) == (world.event_id, Kind.SUPPLIES, need_id)
    assert world.messages("need.posted")[0]["description"] == "矿泉水"


def test_a_pledge_for_people_wanted_anywhere_still_needs_a_shift(world: World) -> None:
    need_id = need(world, kind=Kind.PEOPLE)
    with pytest.raises(Invalid) as refused:
        world.pledge(need_id=need_id, event_id=None, kind=None, shift_id=None)
    assert list(refused.value.errors) == ["shift_id"]
    world.pledge(need_id=need_id, event_id=None, kind=None)


def test_a_pledge_must_agree_with_its_need(world: World) -> None:
    need_id = need(world)
    with pytest.raises(Invalid) as refused:
        world.pledge(need_id=need_id, kind=Kind.VENUE, shift_id=None)
    assert list(refused.value.errors) == ["kind"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"event_id": None}, "event_id"),
        ({"event_id": uuid4()}, "event_id"),
        ({"kind": None}, "kind"),
        ({"shift_id": None}, "shift_id"),
        ({"shift_id": uuid4()}, "shift_id"),
        ({"need_id": uuid4()}, "need_id"),
        ({"quantity": 501}, "quantity"),
    ],
)
def test_what_does_not_fit_is_said_beside_its_field(world: World, changes: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        world.pledge(**changes)
    assert list(refused.value.errors) == [field]
    assert world.messages("pledge.made") == []


def test_a_shift_taken_out_of_the_event_takes_no_pledge(world: World) -> None:
    gone = world.shift_id
    world.publish(shifts=[shift_data()])
    with pytest.raises(Invalid):
        world.pledge(shift_id=gone)


def test_a_shift_that_has_begun_takes_no_people_but_its_event_still_takes_supplies(world: World) -> None:
    begun = world.event["starts_at"] + timedelta(minutes=1)
    with pytest.raises(Conflict):
        world.pledge(now=begun)
    world.pledge(kind=Kind.SUPPLIES, shift_id=None, now=begun)


def test_an_event_that_is_over_takes_no_pledge_and_changes_none(world: World) -> None:
    pledge_id = world.pledge()
    with pytest.raises(Conflict):
        world.pledge(now=OVER)
    with pytest.raises(Conflict):
        reduce(world, pledge_id, 2, now=OVER)
    with pytest.raises(Conflict):
        withdraw(world, pledge_id, now=OVER)


@pytest.mark.parametrize("status", ["draft", "cancelled", "completed"])
def test_an_event_that_is_off_takes_no_pledge_and_no_need(world: World, status: str) -> None:
    world.publish(status=status, reason="下雨")
    with pytest.raises(Conflict):
        world.pledge()
    with pytest.raises(Conflict):
        need(world)


def test_a_need_after_the_end_or_for_a_foreign_shift_is_refused(world: World) -> None:
    for field, value in {"due_at": OVER, "shift_id": uuid4(), "event_id": uuid4()}.items():
        with pytest.raises(Invalid) as refused:
            need(world, **{field: value})
        assert list(refused.value.errors) == [field]


def test_a_unit_neither_sees_nor_touches_what_another_has_pledged(world: World) -> None:
    pledge_id, other = world.pledge(), world.add_unit("卫生站")
    for act, rest in ((reduce, (2,)), (withdraw, ())):
        with pytest.raises(NotFound):
            act(world, pledge_id, *rest, scope=other.scope)
    with pytest.raises(NotFound):
        world.pledge(unit=world.unit, scope=other.scope)
    assert world.find(pledge_id).version == 1


def test_another_community_neither_sees_nor_touches_anything(world: World) -> None:
    pledge_id, elsewhere = world.pledge(), Scope("曙光社区")
    with pytest.raises(NotFound):
        withdraw(world, pledge_id, scope=elsewhere)
    with pytest.raises(NotFound):
        world.pledge(scope=elsewhere)
    theirs = event_data(community="曙光社区")
    world.database.write(operations.record_event, theirs, now=NOW)
    with pytest.raises(Invalid) as refused:
        world.pledge(event_id=theirs["event_id"], shift_id=theirs["shifts"][0]["shift_id"])
    assert list(refused.value.errors) == ["event_id"]


def test_a_closed_unit_pledges_nothing_until_it_is_reopened(world: World) -> None:
    world.database.write(operations.close_work_unit, world.unit.id, scope=DESK, now=NOW)
    with pytest.raises(Conflict):
        world.pledge(scope=DESK)
    with pytest.raises(NotFound):
        world.pledge()
    world.database.write(operations.reopen_work_unit, world.unit.id, scope=DESK, now=NOW)
    world.pledge()


def test_an_organizer_pledges_on_behalf_of_a_unit(world: World) -> None:
    pledge = world.find(world.pledge(scope=DESK))
    assert [(step.by, step.action) for step in pledge.steps] == [("organizer", "made")]


def test_a_unit_of_another_desk_is_nobody(world: World) -> None:
    with pytest.raises(NotFound) as refused:
        world.pledge(unit=Unit(uuid4(), uuid4(), ""), scope=DESK)
    assert list(refused.value.errors) == ["work_unit_id"]
