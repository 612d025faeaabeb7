"""What volunteers are told, and what they are spared."""

from datetime import timedelta

import pytest

from services.signups import letters, operations
from services.signups.letters.wordings import KINDS, WORDINGS
from services.signups.notices import composer
from services.signups.own_words import NOTICES
from shared import catalogues
from shared.notices.queue import Letter
from shared.notices.tables import Notice
from tests.signups.conftest import LINKS, NOW, World
from tests.signups.web import CONFIG

LINK = f"{CONFIG.origin}/signups/s/"


def written(world: World, kind: str) -> list[Letter | None]:
    """What the planned notices of a kind say now."""
    compose = composer(CONFIG)

    def letter(notice: Notice) -> Letter | None:
        return world.database.write(lambda session: compose(session, session.get_one(Notice, notice.id), NOW))

    return [letter(notice) for notice in world.notices(kind)]


@pytest.fixture
def reminded(world: World) -> World:
    """One volunteer, whose reminder is queued."""
    answer = world.sign_up(name="扎西·多吉", email="zhaxi@example.com")
    reminder = {
        "event_id": world.event["event_id"],
        "version": 1,
        "rule": "P1D",
        "occurrence": 0,
        "due_at": NOW + timedelta(days=7),
        "expires_at": world.event["starts_at"],
        "shift_ids": [],
    }
    world.database.write(operations.remind, reminder, now=NOW)
    world.people = answer.signup_id  # type: ignore[assignment]  # the only one there is
    return world


def test_a_reminder_says_what_where_and_when_with_the_person_s_own_link(reminded: World) -> None:
    [letter] = written(reminded, "reminder")
    assert letter.subject == "活动提醒：端午包粽子"
    for words in ("扎西·多吉", "引导", "6月9日（周三）17:00–20:00", "社区广场", LINK):
        assert words in letter.body
    assert LINK + LINKS.short_token(reminded.people) in letter.body
    assert letter.email == "zhaxi@example.com"


def test_every_notice_has_its_words_on_the_page_of_one_s_own_data() -> None:
    assert {*KINDS} - {*NOTICES} == {"code", "own_link"}


@pytest.mark.parametrize("tag", ["zh-CN", "en"])
def test_every_text_message_is_one_with_a_short_link(tag: str) -> None:
    language = catalogues.language("signups", tag)
    filling = {
        "name": "张伟",
        "event": "中秋游园会暨邻里节志愿服务活动",
        "when": "9月25日（周五）18:30",
        "role": "引导",
    }
    filling |= dict.fromkeys(("until", "shifts", "venue", "place", "time", "reason", "unit"), "9月25日")
    for kind, wording in WORDINGS.items():
        link = f"u.cn/{'x' * 22}" if wording.asks is not None else None
        letter = letters.letter(wording, filling, language, letters.Address(None, None), link=link)
        assert letters.messages(letter.short) <= (1 if tag == "zh-CN" else 2), kind


def test_who_withdrew_is_not_reminded(reminded: World) -> None:
    reminded.database.write(operations.withdraw, reminded.people, reason=None, now=NOW)
    assert written(reminded, "reminder") == [None]


def test_a_reminder_of_the_old_time_is_not_sent_after_a_move(reminded: World) -> None:
    reminded.publish(occurrence=1)
    assert written(reminded, "reminder") == [None]


def test_a_change_is_told_in_the_person_s_language(world: World) -> None:
    world.sign_up(language="en")
    world.publish(venue={"name": "礼堂", "address": ""})
    [letter] = written(world, "changed")
    assert letter.language == "en"
    assert "Wed 9 June" in letter.body
    assert "礼堂" in letter.body


def test_a_cancellation_gives_the_reason(world: World) -> None:
    world.sign_up()
    world.publish(status="cancelled", reason="下雨")
    [letter] = written(world, "cancelled")
    assert "下雨" in letter.body


def test_good_news_is_true_when_it_is_sent(world: World) -> None:
    first, _second, third = (world.sign_up() for _ in range(3))
    world.database.write(operations.withdraw, first.signup_id, reason=None, now=NOW)
    [letter] = written(world, "promoted")
    assert letter.subject == "候补成功：端午包粽子"
    world.database.write(operations.withdraw, third.signup_id, reason=None, now=NOW)
    assert written(world, "promoted") == [None]


def test_a_shift_taken_out_is_explained_although_the_sign_up_is_gone(world: World) -> None:
    world.sign_up()
    world.publish(shifts=[])
    [letter] = written(world, "shift_removed")
    assert "不再设引导这个岗位" in letter.body
