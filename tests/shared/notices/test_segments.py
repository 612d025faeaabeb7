"""How many text messages a text takes."""

import pytest

from shared.notices.segments import segments


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("", 1),
        ("雨" * 70, 1),
        ("雨" * 71, 2),
        ("雨" * 134, 2),
        ("雨" * 135, 3),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 159 + "雨", 3),
        ("€" * 80, 1),  # takes two places of GSM's alphabet
        ("€" * 81, 2),
        ("🌧" * 35, 1),  # takes two of UTF-16
        ("🌧" * 36, 2),
    ],
)
def test_seventy_chinese_signs_or_a_hundred_and_sixty_of_gsm_are_one_message(text, number):
    assert segments(text) == number
