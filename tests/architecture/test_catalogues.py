"""Texts and their translations."""

from tools.messages import problems


def test_every_text_is_translated_and_no_translation_is_left_over():
    assert list(problems()) == []
