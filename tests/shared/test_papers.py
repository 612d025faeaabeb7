"""Papers: their font has the characters of names, and travels with its licence."""

from datetime import UTC, datetime

import pytest
from fontTools.ttLib import TTFont

from shared.papers.paper import FONT, Column, Paper
from tests.papers import text_of

RARE = "喆堃旻嫚䶮㛃犇昇𬭛𬘡龘·"
"""Characters that are in people's names and not in many fonts."""


@pytest.fixture(scope="module")
def signs() -> set[int]:
    with TTFont(FONT, lazy=True) as font:
        return set(font.getBestCmap())


def test_the_font_has_every_character_that_a_name_may_have(signs):
    unified, extension = range(0x4E00, 0x9FA6), range(0x3400, 0x4DB6)  # GB 18030-2000
    assert [chr(sign) for sign in [*map(ord, RARE), *unified, *extension] if sign not in signs] == []


def test_the_font_travels_with_its_licence():
    licence = (FONT.parent / "LICENSE").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence
    assert "Adobe" in licence


def test_a_table_has_its_head_on_every_page_and_the_foot_counts_them():
    paper = Paper(
        title="花名册", foot="编号 1", pages="第 {page} 页 共 {nb} 页", made_at=datetime(2027, 6, 1, tzinfo=UTC)
    )
    paper.grid([Column("姓名", 1), Column("时长", 1, "RIGHT")], [[RARE, "90"]] * 80, total=("合计", "7200"))
    text = text_of(paper.bytes()).replace("\n", "")
    pages = paper.page_no()
    assert pages > 1
    assert text.count("姓名") == pages
    assert text.count(RARE) == 80
    assert all(f"第 {number} 页 共 {pages} 页" in text for number in range(1, pages + 1))
