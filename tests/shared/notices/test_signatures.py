"""Signatures of Standard Webhooks, checked by the package that the standard's makers publish."""

from base64 import b64encode
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook

from shared.clock import utc_now
from shared.notices.channels.signatures import HEADERS, holds, signed

SECRET, OTHER = b"s" * 32, b"o" * 32
BODY = '{"receipt": "收据"}'.encode()
NOW = datetime(2027, 6, 1, 9, 0, 0, 500_000, tzinfo=UTC)


def test_the_standards_own_package_finds_them_right():
    headers = dict(signed([OTHER, SECRET], "msg-1", BODY, utc_now()))
    Webhook(f"whsec_{b64encode(SECRET).decode()}").verify(BODY, headers)


def test_what_that_package_signs_holds():
    signature = Webhook(SECRET).sign("msg-1", NOW, BODY.decode())
    headers = dict(zip(HEADERS, ("msg-1", str(int(NOW.timestamp())), signature), strict=True))
    assert holds([SECRET], headers, BODY, NOW)


def test_while_a_secret_is_changed_either_holds_on_either_side():
    assert holds([OTHER, SECRET], signed([SECRET], "msg-1", BODY, NOW), BODY, NOW)
    assert holds([OTHER], signed([OTHER, SECRET], "msg-1", BODY, NOW), BODY, NOW)


def test_nothing_holds_without_a_secret():
    assert not holds([], signed([SECRET], "msg-1", BODY, NOW), BODY, NOW)
    assert not holds([], dict.fromkeys(HEADERS, ""), BODY, NOW)


@pytest.mark.parametrize("minutes", [-5.1, 5.1])
def test_what_was_signed_more_than_five_minutes_off_may_be_a_copy(minutes):
    assert not holds([SECRET], signed([SECRET], "msg-1", BODY, NOW + timedelta(minutes=minutes)), BODY, NOW)


@pytest.mark.parametrize("minutes", [-4.9, 4.9])
def test_clocks_may_differ_by_less(minutes):
    assert holds([SECRET], signed([SECRET], "msg-1", BODY, NOW + timedelta(minutes=minutes)), BODY, NOW)


@pytest.mark.parametrize(
    "change",
    [
        {"webhook-id": "msg-2"},
        {"webhook-id": ""},
        {"webhook-timestamp": str(int(NOW.timestamp()) + 1)},
        {"webhook-timestamp": ""},
        {"webhook-timestamp": "now"},
        {"webhook-timestamp": "1e9"},
        {"webhook-timestamp": "９" * 10},
        {"webhook-timestamp": "9" * 400},
        {"webhook-signature": ""},
        {"webhook-signature": "v1,"},
        {"webhook-signature": "nonsense v1a,签 ,,, "},
    ],
)
def test_a_header_that_was_changed_is_found_out(change):
    headers = {**signed([SECRET], "msg-1", BODY, NOW), **change}
    assert not holds([SECRET], headers, BODY, NOW)


def test_a_body_that_was_changed_is_found_out():
    headers = signed([SECRET], "msg-1", BODY, NOW)
    assert not holds([SECRET], headers, BODY + b" ", NOW)
    assert not holds([SECRET], headers, b"", NOW)
