"""What events ask of partners, and units that take the last of it at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask

from services.partners import operations, wanted
from services.partners.models import Kind, Need
from services.partners.scope import Scope
from shared.errors import Conflict, DomainError, Invalid, NotFound
from tests.conftest import ON_SQLITE
from tests.partners.conftest import DESK, NOW, Unit, World, event_data
from tests.partners.web import Browser, a_contact, an_organizer


def change(world: World, need_id: UUID, **changes: object) -> Need:
    said = {"quantity": 20, "unit": "箱", "description": "矿泉水", "due_at": None}
    return world.database.write(
        operations.change_need, need_id, operations.Change(**said | changes), scope=DESK, now=NOW
    )


def take(world: World, need_id: UUID, quantity: int, unit: Unit | None = None, **rest: object) -> UUID:
    return world.pledge(unit=unit, need_id=need_id, event_id=None, kind=None, shift_id=None, quantity=quantity, **rest)


def board(world: World, scope: Scope | None = None, now: object = NOW) -> list[tuple[str, int]]:
    found = world.database.read(wanted.board, scope=scope, now=now)
    return [(one.need.description, one.open) for one in found]


def take_over(world: World, *supplies: UUID) -> list[str]:
    made, _left_out = world.database.write(operations.take_over_supplies, world.event_id, supplies, scope=DESK, now=NOW)
    return [need.description for need in made]


def test_nobody_takes_more_than_is_wanted(world: World) -> None:
    need = world.need()
    other = world.add_unit("卫生站")
    take(world, need, 15)
    with pytest.raises(Invalid) as refused:
        take(world, need, 6, other)
    assert list(refused.value.errors) == ["quantity"]
    take(world, need, 5, other)
    with pytest.raises(Conflict):
        take(world, need, 1, other)


def test_of_six_units_that_take_the_last_piece_at_once_exactly_one_gets_it(world: World) -> None:
    need = world.need(quantity=1, kind=Kind.VENUE, unit="间")
    units = [world.add_unit(f"单位{number}") for number in range(6)]

    def outcome(unit: Unit) -> str:
        try:
            take(world, need, 1, unit)
        except DomainError as error:
            return type(error).__name__
        return "got it"

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(outcome, units)) == ["Conflict"] * 5 + ["got it"]


def test_what_a_unit_gives_back_is_wanted_again(world: World) -> None:
    need = world.need()
    pledge = take(world, need, 20)
    assert board(world) == []
    world.database.write(operations.withdraw_pledge, pledge, scope=DESK, now=NOW)
    assert board(world) == [("矿泉水", 20)]
    take(world, need, 20, world.add_unit("卫生站"))


def test_after_the_deadline_only_the_office_notes_what_comes(world: World) -> None:
    due = NOW + timedelta(days=2)
    need = world.need(due_at=due)
    assert board(world, now=due) == []
    with pytest.raises(Conflict):
        take(world, need, 2, now=due)
    take(world, need, 2, scope=DESK, now=due)


def test_the_board_shows_each_community_its_own_and_strangers_what_is_published(world: World) -> None:
    world.need()
    theirs = event_data(community="曙光社区")
    world.database.write(operations.record_event, theirs, now=NOW)
    asked = operations.Request(event_id=theirs["event_id"], kind=Kind.VENUE, quantity=1, description="教室")
    world.database.write(operations.post_need, asked, scope=Scope("曙光社区"), now=NOW)
    assert board(world, world.unit.scope) == [("矿泉水", 20)]
    assert sorted(board(world)) == [("教室", 1), ("矿泉水", 20)]
    world.publish(status="cancelled")
    assert board(world) == [("教室", 1)]


def test_a_need_is_changed_down_to_what_is_pledged_and_told_each_time(world: World) -> None:
    need = world.need()
    take(world, need, 8)
    with pytest.raises(Invalid) as refused:
        change(world, need, quantity=7)
    assert list(refused.value.errors) == ["quantity"]
    assert change(world, need).version == 1
    change(world, need, quantity=8)
    assert board(world) == []
    told = [(one["version"], one["quantity"]) for one in world.messages("need.posted")]
    assert told == [(1, 20), (2, 8)]
    for scope in (Scope("曙光社区"), DESK):
        with pytest.raises(NotFound):
            world.database.write(
                operations.change_need,
                need if scope != DESK else uuid4(),
                operations.Change(quantity=1, unit="", description="水", due_at=None),
                scope=scope,
                now=NOW,
            )


def test_the_events_own_list_is_taken_over_once(world: World) -> None:
    leaves = world.event["supplies"][0]["supply_id"]
    assert take_over(world, leaves) == ["粽叶"]
    assert take_over(world, leaves) == []
    [told] = world.messages("need.posted")
    assert (told["quantity"], told["unit"], told["kind"]) == (200, "套", "supplies")
    assert world.database.read(wanted.supplies_to_ask, world.event_id) == []
    with pytest.raises(Invalid):
        take_over(world, uuid4())


def test_the_list_follows_the_event(world: World) -> None:
    rice = {"supply_id": uuid4(), "label": "糯米", "quantity": 30, "unit": "斤"}
    world.publish(supplies=[rice, world.event["supplies"][0] | {"quantity": 100}])
    found = world.database.read(wanted.supplies_to_ask, world.event_id)
    assert [(one.name, one.quantity) for one in found] == [("糯米", 30), ("粽叶", 100)]
    world.publish(supplies=[])
    assert world.database.read(wanted.supplies_to_ask, world.event_id) == []


def test_only_things_are_lent(world: World) -> None:
    world.need(returnable=True, description="帐篷")
    world.need(kind=Kind.VENUE, returnable=True)
    assert [one["returnable"] for one in world.messages("need.posted")] == [True, False]


def test_rows_of_the_list_that_count_money_are_left_out(world: World) -> None:
    money = {"supply_id": uuid4(), "label": "奖金", "quantity": 500, "unit": "元"}
    world.publish(supplies=[money, *world.event["supplies"]])
    made, left_out = world.database.write(
        operations.take_over_supplies,
        world.event_id,
        [one["supply_id"] for one in world.event["supplies"]],
        scope=DESK,
        now=NOW,
    )
    assert ([one.description for one in made], [one.name for one in left_out]) == (["粽叶"], ["奖金"])
    need = world.need()
    for ask in (lambda: world.need(unit="元"), lambda: change(world, need, unit="￥")):
        with pytest.raises(Invalid) as refused:
            ask()
        assert list(refused.value.errors) == ["unit"]


@ON_SQLITE
def test_money_is_never_asked_for(app: Flask, world: World) -> None:
    browser, form = an_organizer(app), f"/partners/desk/events/{world.event_id}/needs/new"
    asked = {"kind": "supplies", "description": "赞助", "quantity": "500"}
    for unit in ("元", "RMB", "￥"):
        answer = browser.send(form, form, asked | {"unit": unit})
        assert (answer.status_code, "这里不收钱款" in answer.text) == (422, True), unit


@ON_SQLITE
def test_a_unit_takes_from_the_open_board_what_nobody_has(app: Flask, world: World) -> None:
    need = world.need()
    assert "请打开社区发给您单位的链接" in Browser(app.test_client()).get("/partners/board")
    browser = a_contact(app, world)
    link = f"/partners/unit/events/{world.event_id}/pledge?need={need}"
    assert link in browser.get("/partners/board")
    fields = {"key": str(uuid4()), "kind": "supplies", "need_id": str(need), "quantity": "21", "note": ""}
    answer = browser.send(link, link.partition("?")[0], fields)
    assert (answer.status_code, "还需要 20" in answer.text) == (422, True)
    assert browser.send(link, link.partition("?")[0], fields | {"quantity": "20"}).status_code == 303
    assert "目前什么都不缺" in browser.get("/partners/board")


@ON_SQLITE
def test_the_desk_takes_supplies_over_and_changes_a_need(app: Flask, world: World) -> None:
    browser, page = an_organizer(app), f"/partners/desk/events/{world.event_id}"
    assert "粽叶" in browser.get(page)
    for chosen in ({}, {"supplies": "x"}, {"supplies": str(uuid4())}):
        assert browser.send(page, f"{page}/needs/take-over", chosen).status_code == 422
    leaves = str(world.event["supplies"][0]["supply_id"])
    browser.send(page, f"{page}/needs/take-over", {"supplies": leaves})
    [told] = world.messages("need.posted")
    need = f"/partners/desk/needs/{told['need_id']}"
    money = {"supply_id": uuid4(), "label": "奖金", "quantity": 500, "unit": "元"}
    world.publish(supplies=[money, *world.event["supplies"]])
    browser.send(page, f"{page}/needs/take-over", {"supplies": str(money["supply_id"])})
    assert "这里不收钱款" in browser.get(page)
    assert len(world.messages("need.posted")) == 1
    assert need in browser.get(page)
    fields = {"quantity": "150", "unit": "套", "description": "粽叶和糯米", "due_at": "2027-06-09T08:00"}
    assert browser.send(need, f"{need}/change", fields | {"quantity": ""}).status_code == 422
    assert browser.send(need, f"{need}/change", fields).status_code == 303
    assert "粽叶和糯米" in browser.get(need)
    an_organizer(app, community="曙光社区").get(need, 404)
