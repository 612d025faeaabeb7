"""What units' contacts are written, and when nothing is written any more."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from services.partners import operations
from services.partners.models import Kind
from services.partners.notices import composer
from shared.config import Config
from shared.notices.queue import Letter
from shared.notices.tables import Notice
from tests.partners.conftest import DESK, NOW, World, person

compose = composer(Config(service="partners", origin="https://steward.example"))


def letter(world: World, kind: str) -> Letter | None:
    """The newest notice of a kind, written a day later."""
    notice = world.notices(kind)[-1]
    return world.database.read(compose, notice, NOW + timedelta(days=1))


def remind(world: World) -> None:
    reminder = {
        "event_id": world.event_id,
        "version": 1,
        "rule": "P1D",
        "occurrence": world.event["occurrence"],
        "due_at": NOW + timedelta(days=7),
        "expires_at": world.event["starts_at"],
    }
    world.database.write(operations.remind_units, reminder, now=NOW)


def test_a_reminder_says_what_when_where_and_what_was_pledged(world: World) -> None:
    people = world.pledge()
    world.answer(people, 1, held=4, claimed=2)
    world.pledge(
        kind=Kind.SUPPLIES, shift_id=None, quantity=20, note="矿泉水\n冰的更好", now=NOW + timedelta(minutes=1)
    )
    remind(world)
    written = letter(world, "reminder")
    assert written is not None
    assert (written.phone, written.email, written.language) == ("+8613900001111", None, "zh-CN")
    assert written.subject == "活动提醒：端午游园会"
    assert written.body == (
        "李老师，您好！\n"
        "朝阳小学参与的活动就要开始了，感谢您和大家的支持。\n"
        "\n"
        "活动：端午游园会\n"
        "时间：6月9日（周三）17:00–20:00\n"
        "地点：社区广场（朝阳路1号）\n"
        "\n"
        "您单位的认领：\n"
        "· 引导（6月9日（周三）17:00–20:00）：5 人，已预留 4 个名额，其中 2 个已填姓名\n"
        "· 矿泉水：20 份\n"
        "\n"
        "单位页面：https://steward.example/partners/unit\n"
        "如有疑问，请致电：0891-6320000"
    )


def test_a_contact_who_reads_english_gets_an_english_letter(world: World) -> None:
    contact = person(name="Ms Li", language="en")
    world.database.write(operations.replace_contact, world.unit.id, contact, scope=DESK, now=NOW)
    world.pledge(scope=DESK)
    remind(world)
    written = letter(world, "reminder")
    assert written is not None
    assert written.subject == "Reminder: 端午游园会"
    assert written.body.startswith("Dear Ms Li,\nthe event that 朝阳小学 helps with begins soon.")


def test_news_of_a_move_says_what_was_planned_before(world: World) -> None:
    world.pledge()
    later = timedelta(days=1)
    world.publish(
        starts_at=world.event["starts_at"] + later, ends_at=world.event["ends_at"] + later, occurrence=1, shifts=[]
    )
    written = letter(world, "changed")
    assert written is not None
    assert "时间：6月10日（周四）17:00–20:00" in written.body
    assert "原定时间：6月9日（周三）17:00–20:00" in written.body
    assert "· 引导：活动已取消这个岗位" in written.body


def test_news_of_a_cancellation_says_why(world: World) -> None:
    world.pledge()
    world.publish(status="cancelled", reason="暴雨预警")
    written = letter(world, "cancelled")
    assert written is not None
    assert written.subject == "活动取消：端午游园会"
    assert "原因：暴雨预警" in written.body


@pytest.mark.parametrize(
    "change",
    [
        lambda world, pledge_id: world.database.write(operations.withdraw_pledge, pledge_id, scope=DESK, now=NOW),
        lambda world, _: world.database.write(operations.close_work_unit, world.unit.id, scope=DESK, now=NOW),
        lambda world, _: world.database.write(operations.replace_contact, world.unit.id, person(), scope=DESK, now=NOW),
        lambda world, _: world.publish(status="cancelled"),
        lambda world, _: world.publish(status="completed"),
        lambda world, _: world.publish(occurrence=1),
    ],
    ids=["withdrawn", "unit closed", "contact replaced", "event cancelled", "event completed", "event moved"],
)
def test_a_reminder_that_no_longer_applies_is_not_written(
    world: World, change: Callable[[World, object], object]
) -> None:
    pledge_id = world.pledge()
    remind(world)
    change(world, pledge_id)
    assert letter(world, "reminder") is None


def test_a_notice_of_an_unknown_person_is_not_written(world: World) -> None:
    world.pledge()
    remind(world)
    [notice] = world.notices("reminder")
    stray = Notice(id=notice.id, person_id=notice.id, event_id=notice.event_id, kind="reminder", occurrence=0)
    assert world.database.read(compose, stray, NOW) is None
