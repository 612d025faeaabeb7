"""What a unit has contributed, for its own report, and the letter of thanks."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from services.partners import operations, queries, record
from services.partners.app import service
from services.partners.models import Kind
from services.partners.notices import composer
from shared.database import change
from shared.errors import NotFound
from shared.notices.tables import Notice, NoticeState
from shared.service import build_app
from tests.conftest import ON_SQLITE
from tests.papers import text_of
from tests.partners.conftest import DESK, NOW, World, event_data
from tests.partners.web import CONFIG, Browser, a_contact, an_organizer

AFTER = NOW + timedelta(days=9)


def deliver(world: World, pledge_id: object, quantity: int) -> None:
    world.database.write(operations.deliver_pledge, pledge_id, quantity, scope=DESK, now=NOW)


def contributions(world: World, year: int | None = None, now: object = AFTER) -> list[tuple[str, int]]:
    unit = world.database.read(queries.work_unit, world.unit.id, scope=DESK)
    found = world.database.read(record.of_unit, unit, year=year, now=now)
    return [(one.event.title, record.given(one)) for one in found.pledges]


def test_the_record_holds_what_came_and_nothing_that_did_not(world: World) -> None:
    people, leaves, withdrawn = world.pledge(), world.pledge(kind=Kind.SUPPLIES, shift_id=None), world.pledge()
    world.pledge(kind=Kind.VENUE, shift_id=None)
    world.answer(people, 1, held=5, claimed=4)
    world.database.write(operations.withdraw_pledge, withdrawn, scope=DESK, now=NOW)
    deliver(world, leaves, 3)
    assert contributions(world, now=NOW) == []
    assert sorted(number for _title, number in contributions(world)) == [3, 4]
    deliver(world, people, 2)
    assert sorted(number for _title, number in contributions(world)) == [2, 3]


def test_a_record_can_be_of_one_year(world: World) -> None:
    earlier = event_data(
        title="国庆晚会", starts_at=NOW - timedelta(days=240), ends_at=NOW - timedelta(days=240, hours=-3)
    )
    world.database.write(operations.record_event, earlier, now=NOW)
    for event in (earlier, world.event):
        pledge = world.pledge(
            event_id=event["event_id"], kind=Kind.VENUE, shift_id=None, quantity=1, now=event["starts_at"]
        )
        deliver(world, pledge, 1)
    assert contributions(world) == [("端午游园会", 1), ("国庆晚会", 1)]
    assert contributions(world, 2026) == [("国庆晚会", 1)]
    assert contributions(world, 2020) == []


def test_there_is_nothing_to_thank_for_before_the_end_or_for_nothing(world: World) -> None:
    pledge = world.pledge(kind=Kind.VENUE, shift_id=None, quantity=1)
    unit = world.database.read(queries.work_unit, world.unit.id, scope=DESK)

    def thanks(now: object) -> int:
        return len(world.database.read(record.for_event, unit, world.event_id, now=now))

    with pytest.raises(NotFound):
        thanks(AFTER)
    deliver(world, pledge, 1)
    with pytest.raises(NotFound):
        thanks(NOW)
    assert thanks(AFTER) == 1
    world.publish(status="cancelled", reason="下雨")
    with pytest.raises(NotFound):
        thanks(AFTER)


def test_units_that_gave_something_are_thanked_once_when_the_event_is_completed(world: World) -> None:
    deliver(world, world.pledge(kind=Kind.SUPPLIES, shift_id=None, note="粽叶"), 5)
    world.pledge(unit=world.add_unit("卫生站"), kind=Kind.VENUE, shift_id=None, quantity=1)
    over = {"status": "completed", "starts_at": NOW - timedelta(hours=4), "ends_at": NOW - timedelta(hours=1)}
    for _again in range(2):
        world.publish(**over)
    compose = composer(CONFIG)
    written = [world.database.write(compose, notice, NOW) for notice in world.notices("thanks")]
    assert len(written) == 2
    [letter] = [one for one in written if one is not None]
    assert letter.subject == "感谢支持：端午游园会"
    assert "· 粽叶：5 份" in letter.body
    assert f"/partners/unit/events/{world.event_id}/letter" in letter.body


@ON_SQLITE
def test_record_and_letter_are_for_the_unit_and_its_desk_only(world: World) -> None:
    deliver(world, world.pledge(kind=Kind.SUPPLIES, shift_id=None, note="粽叶"), 5)
    other = world.add_unit("卫生站")
    app = build_app(service, CONFIG, world.database, clock=lambda: AFTER)
    browser = a_contact(app, world)
    letter = f"/partners/unit/events/{world.event_id}/letter"
    assert letter in browser.get("/partners/unit/record")
    shown = browser.get(letter)
    assert "感谢信" in shown
    assert "粽叶" in shown
    assert "朝阳小学" in shown
    desk = f"/partners/desk/units/{world.unit.id}"
    page = an_organizer(app, at=AFTER).get(f"{desk}/record?year=2027")
    assert f"{desk}/letters/{world.event_id}" in page
    assert "感谢信" in an_organizer(app, at=AFTER).get(f"{desk}/letters/{world.event_id}")
    stranger = Browser(app.test_client())
    stranger.client.set_cookie("steward-contact", other.token)
    stranger.get(letter, 404)
    assert "粽叶" not in stranger.get("/partners/unit/record")
    for path in (f"{desk}/record", f"{desk}/letters/{world.event_id}"):
        an_organizer(app, community="曙光社区", at=AFTER).get(path, 404)


@ON_SQLITE
def test_the_units_page_says_what_to_bring_and_what_was_written(app: Flask, world: World) -> None:
    need = world.need()
    world.invite(need)
    [notice] = world.notices("invited")
    assert world.database.write(composer(CONFIG), notice, NOW) is not None
    world.database.write(lambda session: change(session, update(Notice).values(state=NoticeState.SENT, sent_at=NOW)))
    world.pledge(need_id=need, event_id=None, kind=None, shift_id=None, arrives_at=world.event["starts_at"])
    page = a_contact(app, world).get("/partners/unit")
    assert "需要带来的物资" in page
    assert "6月9日（周三）17:00" in page
    assert "邀请支持：端午游园会" in page


@ON_SQLITE
def test_letter_and_record_are_papers_too_in_the_readers_language(world: World) -> None:
    leaves = world.pledge(kind=Kind.SUPPLIES, shift_id=None, note="粽叶")
    tents = world.pledge(kind=Kind.SUPPLIES, shift_id=None, note="帐篷", returnable=True)
    room = world.pledge(kind=Kind.VENUE, shift_id=None, note="多功能厅", quantity=1)
    for pledge, came in ((leaves, 3), (tents, 2), (room, 1)):
        deliver(world, pledge, came)
    signed_up, came = world.pledge(), world.pledge(shift_id=world.event["shifts"][1]["shift_id"])
    world.answer(signed_up, 1, held=5, claimed=4)
    world.answer(came, 1, held=5, claimed=5)
    deliver(world, came, 2)
    app = build_app(service, CONFIG, world.database, clock=lambda: AFTER)
    browsers = {"/partners/unit": a_contact(app, world), "/partners/desk": an_organizer(app, at=AFTER)}
    letters = {
        "/partners/unit": f"events/{world.event_id}/letter",
        "/partners/desk": f"units/{world.unit.id}/letters/{world.event_id}",
    }
    records = {"/partners/unit": "record", "/partners/desk": f"units/{world.unit.id}/record"}
    for home, browser in browsers.items():
        letter = f"{home}/{letters[home]}"
        assert f'href="{letter}.pdf"' in browser.get(letter)
        written = paper(browser, f"{letter}.pdf")
        for words in ("感谢信", "朝阳小学：", "2027年6月9日，“端午游园会”在社区广场举行", "此致敬礼", "2027年6月10日"):
            assert words in written
        for gift in ("粽叶，3 份", "出借设备（帐篷，2 份）", "提供场地（多功能厅）"):
            assert gift in written
        assert "组织人员报名（引导，4 人）" in written
        assert "派出人员（套圈，2 人）" in written
        assert "派出人员（引导" not in written
        kept = paper(browser, f"{home}/{records[home]}.pdf?year=2027")
        assert "支持记录" in kept
        assert kept.count("2027年6月9日") == 5
    english = paper(a_contact(app, world, "en"), f"/partners/unit/events/{world.event_id}/letter.pdf")
    assert "Letter of thanks" in english
    assert "lent equipment (帐篷; Quantity: 2)" in english


def paper(browser: Browser, path: str) -> str:
    """The text of a PDF, in one line; Chinese has no blanks where a line ended."""
    answer = browser.client.get(path, headers={"Accept-Language": browser.language})
    assert answer.content_type == "application/pdf"
    assert "no-store" in answer.headers["Cache-Control"]
    return text_of(answer.data).replace("\n", "" if browser.language == "zh-CN" else " ")
