"""What units' contacts are written, and when nothing is written any more."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import update

from services.partners import operations
from services.partners.models import Kind
from services.partners.notices import composer
from shared.config import Config
from shared.database import change
from shared.notices.queue import Letter
from shared.notices.tables import Notice, NoticeState
from tests.partners.conftest import DESK, NOW, Unit, World, person

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


def move(world: World, days: int, **changes: object) -> None:
    """Move the event so many days from where it was first."""
    starts_at = NOW + timedelta(days=8 + days)
    shifts = [
        one | {"starts_at": starts_at, "ends_at": starts_at + timedelta(hours=3)} for one in world.event["shifts"]
    ]
    moved = {"starts_at": starts_at, "ends_at": starts_at + timedelta(hours=3), "shifts": shifts}
    world.publish(**moved | {"occurrence": world.event["occurrence"] + 1} | changes)


def test_two_moves_before_it_is_sent_tell_what_the_contact_knew_first(world: World) -> None:
    world.pledge()
    move(world, 1, venue={"name": "小学操场", "address": "朝阳路2号"})
    move(world, 2)
    written = letter(world, "changed")
    assert written is not None
    assert "时间：6月11日（周五）17:00–20:00" in written.body
    assert "原定时间：6月9日（周三）17:00–20:00" in written.body
    assert "原定地点：社区广场（朝阳路1号）" in written.body
    assert "岗位原定时间：6月9日（周三）17:00–20:00" in written.body
    assert written.short is not None
    assert written.short.startswith(
        "端午游园会有变动：现定于6月11日（周五）17:00–20:00，小学操场（原定6月9日（周三）17:00–20:00）。"
    )
    assert written.needed_by == NOW + timedelta(days=8), "whoever does not hear of it comes on the old day"


def test_a_move_after_one_that_was_told_tells_what_was_told(world: World) -> None:
    world.pledge()
    move(world, 1)
    sent = update(Notice).where(Notice.kind == "changed").values(state=NoticeState.SENT)
    world.database.write(lambda session: change(session, sent))
    move(world, 2)
    written = letter(world, "changed")
    assert written is not None
    assert "原定时间：6月10日（周四）17:00–20:00" in written.body


def test_a_move_back_before_it_was_told_is_not_told(world: World) -> None:
    world.pledge()
    move(world, 1)
    move(world, 0)
    assert letter(world, "changed") is None


def test_changes_of_two_shifts_are_one_letter(world: World) -> None:
    world.pledge()
    hour = timedelta(hours=1)
    for _ in range(2):
        first, second = world.event["shifts"]
        world.publish(shifts=[first | {"starts_at": first["starts_at"] + hour / 4}, second])
    earlier, later = sorted(world.notices("changed"), key=lambda notice: notice.rule)
    assert world.database.read(compose, earlier, NOW) is None
    written = world.database.read(compose, later, NOW)
    assert written is not None
    assert "· 引导（6月9日（周三）17:30–20:00）" in written.body
    assert "岗位原定时间：6月9日（周三）17:00–20:00" in written.body
    assert written.short is not None
    assert "现定于6月9日（周三）17:30–20:00，社区广场（原定6月9日（周三）17:00–20:00）" in written.short


def test_a_text_message_of_another_place_names_the_old_one(world: World) -> None:
    world.pledge()
    world.publish(venue={"name": "小学操场", "address": "朝阳路2号"})
    written = letter(world, "changed")
    assert written is not None
    assert written.short is not None
    assert "，小学操场（原定社区广场）" in written.short


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_text_message_has_two_parts_at_most_however_long_the_names_are(world: World, language: str) -> None:
    contact = person(language=language)
    unit = world.database.write(
        operations.add_work_unit, name="朝阳区第一实验小学" * 8, kind="school", contact=contact, scope=DESK, now=NOW
    )
    world.unit = Unit(unit.unit.id, unit.contact.id, unit.token)
    world.publish(title="端午游园会" * 20, venue={"name": "社区广场" * 20, "address": "朝阳路1号"})
    pledge_id = world.pledge()
    world.answer(pledge_id, 1, held=5)
    remind(world)
    world.database.write(operations.remind_of_names, NOW + timedelta(days=5))
    world.invite(world.need(description="矿泉水" * 30))
    move(world, 1)
    for kind in ("reminder", "names_missing", "invited", "changed"):
        notice = world.notices(kind)[-1]
        notice.occurrence = world.event["occurrence"]
        written = world.database.write(compose, notice, NOW + timedelta(days=1))
        assert written is not None, kind
        assert written.short is not None
        link = written.short.rpartition("https://")[2]
        words = len(written.short) - len(link)
        assert words <= (110 if language == "zh-CN" else 150), written.short
