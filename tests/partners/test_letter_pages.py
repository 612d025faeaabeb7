"""The desk's page of an event's letters to units, as they will be read."""

from flask import Flask
from sqlalchemy import func, select

from services.partners import queries, words
from services.partners.letters import KINDS
from services.partners.letters.samples import sample
from services.partners.models import Contact, InvitationLink, Pledge, WorkUnit
from shared import catalogues
from shared.notices import segments
from tests.partners.conftest import DESK, NOW, World
from tests.partners.web import CONFIG, a_contact, an_organizer


def page(world: World) -> str:
    return f"/partners/desk/events/{world.event_id}/letters"


def test_every_kind_is_shown_in_every_language_with_a_made_up_reader(app: Flask, world: World) -> None:
    world.pledge()
    browser = an_organizer(app)
    assert page(world) in browser.get(f"/partners/desk/events/{world.event_id}")
    shown = browser.get(page(world))
    assert "张老师，您好！" in shown
    assert "Dear Ms Zhang," in shown
    assert "李老师" not in shown
    for title in ("邀请支援", "补填名单", "物资场地提醒", "活动提醒", "时间地点变动", "活动取消", "感谢", "社区通知"):
        assert title in shown
    assert "每人短信条数：2" in shown
    assert words.LETTER_KINDS.keys() == KINDS.keys() == words.LETTERS.keys()


def test_a_look_at_them_writes_nothing(app: Flask, world: World) -> None:
    def counted(table: type[object]) -> int:
        return world.database.read(lambda session: session.scalars(select(func.count()).select_from(table)).one())

    tables = (Contact, WorkUnit, Pledge, InvitationLink)
    before = [counted(table) for table in tables]
    an_organizer(app).get(page(world))
    assert [counted(table) for table in tables] == before


def test_an_event_without_shifts_has_letters_too(app: Flask, world: World) -> None:
    world.publish(shifts=[])
    an_organizer(app, "en").get(page(world))


def test_others_do_not_see_them(app: Flask, world: World) -> None:
    an_organizer(app, community="别的社区").get(page(world), 404)
    a_contact(app, world).get(page(world), 403)


def test_a_text_message_of_usual_names_has_two_parts_at_most(world: World) -> None:
    event = world.database.read(queries.event, world.event_id, scope=DESK)
    for kind in KINDS:
        for language in catalogues.languages("partners").values():
            short = sample(kind, language, event, CONFIG, NOW).short
            assert short is not None
            assert segments.parts(short, "小管家") <= (2 if language.tag == "zh-CN" else 3), short
