"""What a text message costs."""

import pytest

from shared.notices.segments import parts


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("", 0),
        ("a", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("a" * 152 + "€" * 8, 2),
        ("中" * 70, 1),
        ("中" * 71, 2),
        ("中" * 134, 2),
        ("中" * 135, 3),
        ("a" * 70 + "中", 2),
        ("`" * 71, 2),
        ("🐉" * 35, 1),
        ("🐉" * 36, 2),
    ],
)
def test_parts_are_counted_as_phones_divide_them(text, number):
    assert parts(text) == number


def test_no_sign_is_divided_between_two_parts():
    assert parts("🐉" * 66) == 2, "33 in each: the 34th would be cut in half"
    assert parts("🐉" * 67) == 3
    assert parts("€" * 152) == 2, "76 in each, with one sign left over"
    assert parts("€" * 153) == 3


def test_the_signature_counts_and_makes_every_message_chinese():
    assert parts("中" * 65, "小管家") == 1
    assert parts("中" * 66, "小管家") == 2
    assert parts("a" * 66, "小管家") == 2
    assert parts("", "小管家") == 1
