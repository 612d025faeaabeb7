"""Dates in templates, in the reader's language."""

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import render_template_string

from tests.shared.web.conftest import EN, ZH

STARTS = datetime(2027, 6, 19, 6, tzinfo=UTC)
VALUES = {"starts": STARTS, "ends": STARTS + timedelta(hours=3), "day": date(2027, 6, 19)}


@pytest.mark.parametrize(
    ("template", "zh", "en"),
    [
        ("{{ starts|date }}", "6月19日（周六）", "Sat 19 June"),
        ("{{ day|date }}", "6月19日（周六）", "Sat 19 June"),
        ("{{ starts|time }}", "14:00", "14:00"),
        ("{{ starts|moment }}", "6月19日（周六）14:00", "Sat 19 June, 14:00"),
        ("{{ starts|moment('Asia/Tokyo') }}", "6月19日（周六）15:00", "Sat 19 June, 15:00"),
        ("{{ starts|date_range(ends) }}", "6月19日（周六）14:00–17:00", "Sat 19 June, 14:00–17:00"),
        ("{{ starts|date_range(ends, 'Europe/Berlin') }}", "6月19日（周六）08:00–11:00", "Sat 19 June, 08:00–11:00"),
        (
            "{{ _('Please use at most %(n)s characters.', n='<b>') }}",
            "请不要超过 &lt;b&gt; 个字。",
            "Please use at most &lt;b&gt; characters.",
        ),
    ],
)
def test_filters_write_in_the_readers_language(app, template, zh, en):
    for headers, text in ((ZH, zh), (EN, en)):
        with app.test_request_context(headers=headers):
            assert render_template_string(template, **VALUES) == text


@pytest.mark.parametrize(
    ("wanted", "lang"),
    [
        ("zh", "zh-CN"),
        ("zh-Hant-HK", "zh-CN"),
        ("en-US,en;q=0.8,zh;q=0.5", "en"),
        ("bo,zh;q=0.9", "zh-CN"),
        ("de-DE", "zh-CN"),
        ("*", "zh-CN"),
        ("", "zh-CN"),
        (";;;q=x", "zh-CN"),
    ],
)
def test_the_browsers_wish_counts_as_far_as_it_can_be_met(client, wanted, lang):
    assert f'<html lang="{lang}"' in client.get("/board/notes/new", headers={"Accept-Language": wanted}).text
