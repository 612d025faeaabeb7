"""Several letters to one person become one."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared import catalogues
from shared.notices import letters
from shared.notices.queue import Letter
from tests.shared.notices.conftest import NOW

DUMPLINGS = Letter(
    "活动提醒：端午包粽子", "包粽子。\n\nhttp://a/1", "+8613800138000", None, "zh-CN", short="包粽子 a/1"
)
TOSS = replace(DUMPLINGS, subject="活动提醒：套圈游戏", body="套圈。\n\nhttp://a/2", short=None, needed_by=NOW)
SHOW = replace(DUMPLINGS, subject="活动提醒：文艺汇演", needed_by=NOW - timedelta(hours=1))
CHINESE, ENGLISH = (catalogues.language("signups", tag) for tag in ("zh-CN", "en"))


def test_a_letter_alone_stays_as_it_is() -> None:
    assert letters.joined([DUMPLINGS], CHINESE) is DUMPLINGS


def test_several_are_one_below_the_other_with_all_their_links() -> None:
    whole = letters.joined([DUMPLINGS, TOSS, SHOW], CHINESE)
    assert whole.subject == "3 条提醒：端午包粽子、套圈游戏和文艺汇演"
    assert whole.body.index("http://a/1") < whole.body.index("http://a/2")
    assert whole.short == "包粽子 a/1\n套圈。\n\nhttp://a/2\n包粽子 a/1"
    assert whole.needed_by == NOW - timedelta(hours=1)
    assert whole.phone == DUMPLINGS.phone


@pytest.mark.parametrize(
    ("subjects", "whole"),
    [
        (["Reminder: Clean-up", "Reminder: Ring toss"], "2 reminders: Clean-up and Ring toss"),
        (["Reminder: Clean-up", "Reminder: Clean-up"], "2 reminders: Clean-up"),
        (["Reminder: Clean-up", "Bring along: Tables"], "2 reminders: Reminder: Clean-up and Bring along: Tables"),
        (["Reminder: Show: songs", "Reminder: Show: dances"], "2 reminders: Show: songs and Show: dances"),
        ([f"Reminder: {one}" for one in "ABCDE"], "5 reminders: A, B, and C…"),
    ],
)
def test_its_subject_names_each_of_them_once(subjects: list[str], whole: str) -> None:
    assert letters.joined([replace(DUMPLINGS, subject=one) for one in subjects], ENGLISH).subject == whole


@pytest.mark.parametrize("other", [{"phone": None}, {"email": "wang@example.org"}, {"language": "en"}])
def test_letters_to_another_address_or_in_another_language_are_kept_apart(other: dict[str, str]) -> None:
    assert letters.for_the_same(DUMPLINGS, TOSS)
    assert not letters.for_the_same(DUMPLINGS, replace(TOSS, **other))  # type: ignore[arg-type]
