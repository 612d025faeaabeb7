"""What units still have to bring, who is meant by a mailing, and what an organizer writes to them."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.partners import audiences, operations
from services.partners.letters import KINDS
from services.partners.models import Kind
from services.partners.notices import composer
from shared.config import Config
from shared.errors import Unready
from shared.notices import mailings, stops
from shared.notices.kinds import Topic, Urgency
from shared.notices.queue import Letter
from shared.notices.tables import Notice, NoticeState
from tests.partners.conftest import DESK, NOW, World, person
from tests.partners.test_handlers import handle

CONFIG = Config(service="partners", origin="https://steward.example", secret_key="k" * 40)
compose = composer(CONFIG)
SAID = {
    "zh-CN": {"subject": "停车", "body": "当天请把车停在学校操场。"},
    "en": {"subject": "Parking", "body": "Please park in the school yard."},
}


def letter(world: World, notice: Notice, days: float = 1) -> Letter | None:
    return world.database.write(compose, notice, NOW + timedelta(days=days))


def bring(world: World, **changes: Any) -> Any:
    return world.pledge(**{"kind": Kind.SUPPLIES, "shift_id": None, "quantity": 20, "note": "矿泉水"} | changes)


def milestone(world: World, **changes: Any) -> dict[str, Any]:
    return {
        "event_id": world.event_id,
        "version": 1,
        "milestone": "supplies",
        "rule": "supplies-P2D",
        "occurrence": 0,
        "due_at": NOW + timedelta(days=6),
        "expires_at": world.event["starts_at"],
    } | changes


def told(world: World) -> set[Any]:
    return {notice.person_id for notice in world.notices("supplies_due")}


def found(world: World, **audience: Any) -> set[Any]:
    select = audiences.find({"event": str(world.event_id)} | audience)
    return world.database.read(lambda session: set(session.scalars(select)))


def broadcast(world: World, audience: Mapping[str, Any], said: Mapping[str, Any] = SAID) -> list[Notice]:
    mailing_id = world.database.write(
        mailings.start,
        audiences.find,
        {"event": str(world.event_id), **audience},
        kind="broadcast",
        event_id=world.event_id,
        rule=str(uuid4()),
        params=said,
        due_at=NOW,
        now=NOW,
    )
    return [notice for notice in world.notices("broadcast") if notice.mailing_id == mailing_id]


def test_units_that_still_have_to_bring_something_are_told_once(world: World) -> None:
    rooms, people, brought, late = (world.add_unit(name) for name in ("卫生站", "派出所", "超市", "银行"))
    bring(world)
    bring(world, unit=rooms, kind=Kind.VENUE)
    world.pledge(unit=people)
    delivered = bring(world, unit=brought)
    world.database.write(operations.deliver_pledge, delivered, 20, scope=DESK, now=NOW)
    bring(world, unit=late, now=NOW + timedelta(days=6, minutes=1))
    for _ in range(2):
        handle(world, "milestone.reached", milestone(world))
    assert told(world) == {world.unit.contact_id, rooms.contact_id}
    assert len(world.notices("supplies_due")) == 2


def test_the_letter_says_what_to_bring_when_and_where(world: World) -> None:
    world.pledge()
    bring(world, arrives_at=NOW + timedelta(days=7))
    bring(world, need_id=world.need(due_at=NOW + timedelta(days=7, hours=2)), note="", now=NOW + timedelta(seconds=1))
    handle(world, "milestone.reached", milestone(world))
    written = letter(world, world.notices("supplies_due")[0])
    assert written is not None
    assert written.subject == "请准备认领的物资和场地：端午游园会"
    assert written.body == (
        "李老师，您好！\n"
        "活动临近，朝阳小学认领的物资或场地还没有到位，请您留意安排。\n"
        "\n"
        "活动：端午游园会\n"
        "时间：6月9日（周三）17:00–20:00\n"
        "地点：社区广场（朝阳路1号）\n"
        "\n"
        "请准备：\n"
        "· 矿泉水：20 份，6月8日（周二）17:00送到\n"
        "· 矿泉水：20 箱，请于6月8日（周二）19:00前备好\n"
        "\n"
        "单位页面：https://steward.example/partners/unit\n"
        "如有疑问，请致电：0891-6320000"
    )
    assert written.short == (
        "朝阳小学，请于6月8日（周二）17:00前为端午游园会备好矿泉水（社区广场）：https://steward.example/partners/unit"
    )
    assert written.needed_by == NOW + timedelta(days=7)


def test_nothing_is_asked_for_that_has_come_meanwhile(world: World) -> None:
    pledge_id = bring(world)
    handle(world, "milestone.reached", milestone(world))
    world.database.write(operations.deliver_pledge, pledge_id, 20, scope=DESK, now=NOW)
    assert letter(world, world.notices("supplies_due")[0]) is None


def test_other_milestones_and_those_of_an_earlier_date_are_nothing_to_units(world: World) -> None:
    bring(world)
    for change in ({"milestone": "minimum"}, {"milestone": "something new", "event_id": uuid4()}, {"occurrence": 1}):
        handle(world, "milestone.reached", milestone(world, **change))
    assert told(world) == set()
    for change in ({"event_id": uuid4()}, {"version": 9}):
        with pytest.raises(Unready):
            handle(world, "milestone.reached", milestone(world, **change))


def test_a_moved_event_takes_back_what_was_to_be_brought(world: World) -> None:
    bring(world)
    handle(world, "milestone.reached", milestone(world))
    later = timedelta(days=1)
    world.publish(starts_at=world.event["starts_at"] + later, ends_at=world.event["ends_at"] + later, occurrence=1)
    assert [notice.state for notice in world.notices("supplies_due")] == [NoticeState.CANCELLED]


def test_a_reminder_of_some_shifts_is_the_volunteers(world: World) -> None:
    world.pledge()
    due = milestone(world, rule="PT2H/shift", shift_ids=[world.shift_id])
    del due["milestone"]
    for _ in range(2):
        handle(world, "reminder.due", due)
    assert world.notices("reminder") == []


def test_thanks_come_when_the_event_says_so_or_not_at_all(world: World) -> None:
    world.pledge()
    evening = NOW + timedelta(days=8, hours=9)
    world.publish(status="completed", thanks_at=evening)
    [notice] = world.notices("thanks")
    assert (notice.due_at, notice.next_at) == (evening, evening)


def test_an_event_without_thanks_sends_none(world: World) -> None:
    world.pledge()
    world.publish(status="completed", thanks=False)
    assert world.notices("thanks") == []


def test_an_audience_is_those_who_pledged_were_invited_or_all(world: World) -> None:
    invited, closed, foreign = (world.add_unit(name) for name in ("卫生站", "超市", "派出所"))
    revoked = world.add_unit("银行")
    world.database.write(operations.close_work_unit, closed.id, scope=DESK, now=NOW)
    world.pledge()
    need_id = world.need()
    world.invite(need_id, invited)
    invitation = world.invite(need_id, revoked)
    world.database.write(operations.revoke_invitation, invitation.id, scope=DESK, now=NOW)
    ours = {world.unit.contact_id, invited.contact_id, foreign.contact_id, revoked.contact_id}
    assert found(world, units="pledged") == {world.unit.contact_id}
    assert found(world, units="invited") == {invited.contact_id}
    assert found(world, units="all") == ours
    other = world.event["shifts"][1]["shift_id"]
    assert found(world, units="pledged", shifts=[str(other)]) == set()
    assert found(world, units="pledged", kinds=["people"], states=["pending"]) == {world.unit.contact_id}
    assert found(world, units="pledged", until=(NOW - timedelta(seconds=1)).isoformat()) == set()


def test_what_an_organizer_writes_comes_in_the_contacts_language(world: World) -> None:
    world.pledge()
    [notice] = broadcast(world, {"units": "pledged"})
    written = letter(world, notice)
    assert written is not None
    assert written.subject == "端午游园会：停车"
    assert written.body.startswith(
        "李老师，您好！\n当天请把车停在学校操场。\n\n单位页面：https://steward.example/partners/unit"
    )
    english = person(name="Ms Li", language="en")
    world.database.write(operations.replace_contact, world.unit.id, english, scope=DESK, now=NOW)
    assert letter(world, notice) is None, "whoever has left hears nothing more"
    [notice] = broadcast(world, {"units": "all"})
    written = letter(world, notice)
    assert written is not None
    assert (written.subject, written.short) == ("端午游园会: Parking", "端午游园会: Please park in the school yard.")
    [notice] = broadcast(world, {"units": "pledged"}, {"zh-CN": SAID["zh-CN"]})
    written = letter(world, notice)
    assert written is not None
    assert written.subject == "端午游园会: 停车"


def test_who_withdrew_since_gets_no_broadcast(world: World) -> None:
    pledge_id = world.pledge()
    [notice] = broadcast(world, {"units": "pledged"})
    world.database.write(operations.withdraw_pledge, pledge_id, scope=DESK, now=NOW)
    assert letter(world, notice) is None


def test_every_letter_has_a_link_that_ends_letters_of_its_kind(world: World) -> None:
    bring(world)
    handle(world, "milestone.reached", milestone(world))
    written = letter(world, world.notices("supplies_due")[0])
    assert written is not None
    assert written.stop is not None
    read = stops.read(CONFIG.secret_key, written.stop.rpartition("/")[2])
    assert read == stops.Stop(world.unit.contact_id, Topic.REMINDERS)


def test_only_news_may_come_before_the_morning() -> None:
    news = {name for name, kind in KINDS.items() if kind.urgency is Urgency.NEWS}
    assert news == {"changed", "cancelled"}
    assert all(kind.topic is not None and kind.urgency is not Urgency.AT_ONCE for kind in KINDS.values())
