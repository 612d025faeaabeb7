"""Supplies: who brings what when, what came, what did not, and what has to go back."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from services.partners import ledger, operations, wanted
from services.partners.models import Kind, Movement
from services.partners.notices import composer
from shared.contracts import decode
from shared.errors import Conflict, Invalid, NotFound
from tests.conftest import ON_SQLITE
from tests.partners.conftest import DESK, NOW, World
from tests.partners.web import CONFIG, Browser, a_contact, an_organizer


def bring(world: World, need_id: UUID | None = None, quantity: int = 20, **changes: object) -> UUID:
    about = {"event_id": None, "kind": None} if need_id else {"kind": Kind.SUPPLIES, "note": "桌椅"}
    return world.pledge(need_id=need_id, shift_id=None, quantity=quantity, **about | changes)


def deliver(world: World, pledge_id: UUID, quantity: int, **rest: object) -> None:
    world.database.write(operations.deliver_pledge, pledge_id, quantity, **{"scope": DESK, "now": NOW} | rest)


def give_back(world: World, pledge_id: UUID, quantity: int, **rest: object) -> None:
    world.database.write(operations.return_pledge, pledge_id, quantity, **{"scope": DESK, "now": NOW} | rest)


def sums(world: World) -> list[dict[str, int]]:
    """What the ledger comes to, line by line, without what is nothing."""
    lines = world.database.read(ledger.lines, world.event_id, scope=DESK)
    found = []
    for line in lines:
        said = {entry.value: number for entry, number in line.sums.items()}
        said |= {"missing": line.missing, "on_loan": line.on_loan}
        found.append({name: number for name, number in said.items() if number})
    return found


def written(world: World) -> list[tuple[str, int, str]]:
    query = select(Movement).order_by(Movement.id)
    found = world.database.read(lambda session: session.scalars(query).all())
    return [(one.entry.value, one.quantity, one.by) for one in found]


def test_the_ledger_follows_a_need_from_the_request_to_the_end(world: World) -> None:
    need = world.need(quantity=20)
    assert sums(world) == [{"needed": 20, "missing": 20}]
    pledge = bring(world, need, 15)
    assert sums(world) == [{"needed": 20, "pledged": 15, "missing": 5}]
    world.database.write(operations.reduce_pledge, pledge, 12, scope=world.unit.scope, now=NOW)
    deliver(world, pledge, 10)
    assert sums(world) == [{"needed": 20, "pledged": 12, "received": 10, "short": 2, "missing": 10}]
    deliver(world, pledge, 13)
    deliver(world, pledge, 13)
    assert sums(world) == [{"needed": 20, "pledged": 12, "received": 13, "surplus": 1, "missing": 7}]
    assert written(world) == [
        ("needed", 20, "organizer"),
        ("pledged", 15, "contact"),
        ("pledged", -3, "contact"),
        ("received", 10, "organizer"),
        ("short", 2, "organizer"),
        ("received", 3, "organizer"),
        ("short", -2, "organizer"),
        ("surplus", 1, "organizer"),
    ]


def test_what_is_taken_back_is_missing_again(world: World) -> None:
    pledge = bring(world, world.need(quantity=20))
    assert sums(world) == [{"needed": 20, "pledged": 20}]
    world.database.write(operations.withdraw_pledge, pledge, scope=DESK, now=NOW)
    assert sums(world) == [{"needed": 20, "missing": 20}]


def test_what_did_not_come_is_wanted_on_the_board_again(world: World) -> None:
    need = world.need(quantity=20)
    deliver(world, bring(world, need), 15)
    [open_need] = world.database.read(wanted.board, scope=None, now=NOW)
    assert open_need.open == 5
    assert [one.open for one in world.database.read(wanted.missing, scope=DESK, now=NOW)[world.event_id]] == [5]


def test_people_and_rooms_are_no_supplies(world: World) -> None:
    world.pledge()
    deliver(world, world.pledge(kind=Kind.VENUE, shift_id=None), 1)
    assert written(world) == []


def test_more_than_was_promised_is_told_apart_in_the_history(world: World) -> None:
    pledge_id = bring(world, quantity=8)
    deliver(world, pledge_id, 10)
    pledge = world.find(pledge_id)
    assert (pledge.delivered, pledge.surplus) == (10, 2)
    assert [(step.action, step.quantity) for step in pledge.steps[1:]] == [("delivered", 10), ("surplus", 2)]


def test_what_is_lent_goes_back_and_no_more_than_came(world: World) -> None:
    tents = bring(world, world.need(description="帐篷", unit="顶", quantity=4, returnable=True), 4)
    with pytest.raises(Conflict):
        give_back(world, tents, 1)
    deliver(world, tents, 3)
    assert sums(world)[0]["on_loan"] == 3
    with pytest.raises(Invalid):
        give_back(world, tents, 4)
    for _again in range(2):
        give_back(world, tents, 2, scope=world.unit.scope)
    assert sums(world)[0] | {"on_loan": 1, "returned": 2} == sums(world)[0]
    with pytest.raises(Invalid):
        deliver(world, tents, 1)
    give_back(world, tents, 3)
    assert "on_loan" not in sums(world)[0]
    assert [one for one in written(world) if one[0] == "returned"] == [
        ("returned", 2, "contact"),
        ("returned", 1, "organizer"),
    ]


def test_eight_taps_at_once_write_one_line(world: World) -> None:
    chairs = bring(world, returnable=True)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: deliver(world, chairs, 20), range(8)))
        list(pool.map(lambda _: give_back(world, chairs, 20), range(8)))
    assert written(world) == [("pledged", 20, "contact"), ("received", 20, "organizer"), ("returned", 20, "organizer")]
    assert [step.action for step in world.find(chairs).steps] == ["made", "delivered", "returned"]


def test_what_was_given_does_not_go_back(world: World) -> None:
    leaves = bring(world, world.need(description="粽叶", quantity=200, unit="套"), 200)
    deliver(world, leaves, 200)
    with pytest.raises(Conflict):
        give_back(world, leaves, 1)
    assert sums(world) == [{"needed": 200, "pledged": 200, "received": 200}]


def test_a_unit_notes_its_own_and_nobody_elses(world: World) -> None:
    pledge, other = bring(world, returnable=True), world.add_unit("卫生站")
    deliver(world, pledge, 20, scope=world.unit.scope)
    for act in (deliver, give_back):
        with pytest.raises(NotFound):
            act(world, pledge, 5, scope=other.scope)
    assert world.find(pledge).returned == 0


def test_the_first_to_arrive_stands_first_in_the_list(world: World) -> None:
    noon = world.event["starts_at"]
    late = bring(world, arrives_at=noon)
    early = bring(world, arrives_at=noon - timedelta(hours=2))
    open_end = bring(world)
    found = world.database.read(ledger.bringing, world.event_id, scope=DESK)
    assert [one.id for one in found] == [early, late, open_end]
    with pytest.raises(Invalid) as refused:
        bring(world, arrives_at=world.event["ends_at"] + timedelta(minutes=1))
    assert list(refused.value.errors) == ["arrives_at"]


def test_deadlines_and_arrivals_move_with_the_event(world: World) -> None:
    noon = world.event["starts_at"]
    need = world.need(due_at=noon - timedelta(hours=4))
    pledge = bring(world, need, 5, arrives_at=noon - timedelta(hours=1))
    world.invite(need)
    a_week = timedelta(days=7)
    world.publish(starts_at=noon + a_week, ends_at=world.event["ends_at"] + a_week)
    assert world.find(pledge).arrives_at == noon + a_week - timedelta(hours=1)
    assert [(one["version"], one["due_at"]) for one in world.messages("need.posted")] == [
        (1, noon - timedelta(hours=4)),
        (2, noon + a_week - timedelta(hours=4)),
    ]
    [asked] = world.database.read(wanted.asked_for, need, scope=DESK)
    assert asked.invitation.expires_at == world.event["ends_at"]


def test_a_reminder_says_what_to_bring_and_what_is_still_missing(world: World) -> None:
    noon = world.event["starts_at"]
    bring(world, world.need(), 8, arrives_at=noon - timedelta(hours=2))
    reminder = {"event_id": world.event_id, "version": 1, "rule": "P1D", "occurrence": 0, "due_at": NOW}
    world.database.write(operations.remind_units, reminder | {"expires_at": noon}, now=NOW)
    [notice] = world.notices("reminder")
    letter = world.database.write(composer(CONFIG), notice, NOW)
    assert letter is not None
    assert "· 矿泉水：8 箱，6月9日（周三）15:00送到" in letter.body
    assert "· 矿泉水：12 箱" in letter.body


def test_an_answer_to_wait_is_told_and_ends_when_all_places_are_there(world: World) -> None:
    pledge_id = world.pledge()
    wait = {"scope": world.unit.scope, "now": NOW}
    with pytest.raises(Conflict):
        world.database.write(operations.wait_for_rest, pledge_id, waits=True, **wait)
    world.answer(pledge_id, 1, held=3)
    for _again in range(2):
        world.database.write(operations.wait_for_rest, pledge_id, waits=True, **wait)
    told = [(one["version"], one["waits"]) for one in world.messages("pledge.made")]
    assert told == [(1, False), (2, True)]
    world.answer(pledge_id, 2, held=5)
    pledge = world.find(pledge_id)
    assert (pledge.status.value, pledge.waits) == ("held", False)
    assert [step.action for step in pledge.steps] == ["made", "partly_held", "waits", "held"]


def test_whoever_keeps_what_there_is_waits_no_more(world: World) -> None:
    pledge_id = world.pledge()
    world.answer(pledge_id, 1, held=3)
    wait = {"scope": world.unit.scope, "now": NOW}
    world.database.write(operations.wait_for_rest, pledge_id, waits=True, **wait)
    world.database.write(operations.reduce_pledge, pledge_id, 4, **wait)
    assert world.find(pledge_id).waits
    world.database.write(operations.reduce_pledge, pledge_id, 3, **wait)
    assert not world.find(pledge_id).waits
    assert [one["waits"] for one in world.messages("pledge.reduced")] == [True, False]


def test_a_pledge_of_before_says_nothing_of_waiting(world: World) -> None:
    world.pledge()
    [message] = world.messages("pledge.made")
    old = {name: str(value) if name.endswith("_id") and value else value for name, value in message.items()}
    del old["waits"]
    assert decode("pledge.made", old)["waits"] is False


@ON_SQLITE
def test_the_desk_takes_things_in_and_gives_them_back_with_one_tap(app: Flask, world: World) -> None:
    need = world.need(description="帐篷", unit="顶", quantity=4, returnable=True)
    tents = bring(world, need, 4, arrives_at=world.event["starts_at"])
    desk, page = an_organizer(app), f"/partners/desk/events/{world.event_id}/supplies"
    at = f"/partners/desk/pledges/{tents}"
    assert f'action="{at}/deliver"' in desk.get(page)
    for _again in range(2):
        answer = desk.send(page, f"{at}/deliver", {"delivered": "4", "_from": "supplies"})
        assert answer.location == page
    assert "待归还：4" in desk.get(page)
    answer = desk.send(at, f"{at}/return", {"returned": "5"})
    assert (answer.status_code, "只送来了 4" in answer.text) == (422, True)
    assert desk.send(page, f"{at}/return", {"returned": "4", "_from": "supplies"}).location == page
    assert "待归还：" not in desk.get(page)
    assert "帐篷" in desk.get(f"{page}/list")
    elsewhere = an_organizer(app, community="曙光社区")
    for path in (page, f"{page}/list"):
        elsewhere.get(path, 404)


@ON_SQLITE
def test_a_contact_says_when_things_come_and_hands_them_over(app: Flask, world: World) -> None:
    chairs, browser = bring(world, returnable=True), a_contact(app, world)
    page = f"/partners/unit/pledges/{chairs}"
    assert browser.send(page, f"{page}/arrival", {"arrives_at": "2027-07-01T08:00"}).status_code == 422
    assert browser.send(page, f"{page}/arrival", {"arrives_at": "2027-06-09T08:00"}).status_code == 303
    assert "6月9日（周三）08:00" in browser.get(page)
    assert browser.send(page, f"{page}/deliver", {"delivered": "25", "_from": "supplies"}).location == page
    assert "超出认领：5" in browser.get(page)
    assert browser.send(page, f"{page}/return", {"returned": "25"}).status_code == 303
    stranger = Browser(app.test_client())
    stranger.client.set_cookie("steward-contact", world.add_unit("卫生站").token)
    for action, fields in (("arrival", {}), ("return", {"returned": "1"}), ("wait", {"waits": "true"})):
        assert stranger.send("/partners/unit", f"{page}/{action}", fields).status_code == 404


@ON_SQLITE
def test_a_contact_waits_for_the_rest_or_keeps_what_there_is(app: Flask, world: World) -> None:
    pledge_id, browser = world.pledge(), a_contact(app, world)
    world.answer(pledge_id, 1, held=3)
    page = f"/partners/unit/pledges/{pledge_id}"
    assert browser.send(page, f"{page}/wait", {"waits": "true"}).status_code == 303
    assert "正在等候其余名额：2" in browser.get(page)
    assert browser.send(page, f"{page}/wait", {"waits": "false"}).status_code == 303
    assert browser.send(page, f"{page}/reduce", {"quantity": "3"}).status_code == 303
    assert world.find(pledge_id).status.value == "held"
