"""Providers report what became of a notice that they took."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update
from werkzeug.test import TestResponse

from shared.config import Config
from shared.notices.channels.signatures import signed
from shared.notices.tables import Notice, NoticeState
from shared.web import application, receipts
from tests.shared.notices.conftest import NOW, Office

SECRET, OLD = b"n" * 32, b"o" * 32
CONFIG = Config(service="signups", secret_key="s" * 40, webhook_secrets=(SECRET, OLD))
DELIVERED = {"receipt": "sms-4711", "state": "delivered"}
FAILED = {"receipt": "sms-4711", "state": "failed", "reason": "UNDELIV"}

Report = Callable[..., TestResponse]


@pytest.fixture
def report(office: Office) -> Report:
    """One notice has gone out, whose receipt is sms-4711; returns how its provider reports."""
    office.plan()
    office.work()
    office.database.write(lambda session: session.execute(update(Notice).values(receipt="sms-4711")))
    return reporting(office, CONFIG)


def reporting(office: Office, config: Config) -> Report:
    app = application.build(config, office.database, office.clock, public=[receipts.entrance("signups")], organizer=[])

    def report(body: Any, *, secret: bytes = SECRET, minutes: int = 0, **headers: str) -> TestResponse:
        data = json.dumps(body).encode()
        sent = {**signed([secret], "msg-1", data, office.clock() + timedelta(minutes=minutes)), **headers}
        return app.test_client().post(
            "/signups/api/v1/notices/receipts", data=data, headers=sent, content_type="application/json"
        )

    return report


def test_what_was_delivered_is_entered_with_its_moment(office, report):
    office.clock.pass_by(seconds=7)
    assert report(DELIVERED).status_code == 202
    [notice] = office.notices()
    assert (notice.state, notice.delivered_at) == (NoticeState.DELIVERED, NOW + timedelta(seconds=7))


def test_what_did_not_arrive_has_failed_with_the_providers_reason(office, report):
    assert report(FAILED).status_code == 202
    [notice] = office.notices()
    assert (notice.state, notice.last_error) == (NoticeState.FAILED, "UNDELIV")


@pytest.mark.parametrize("again", [DELIVERED, FAILED])
def test_a_second_report_is_taken_and_changes_nothing(office, report, again):
    report(DELIVERED)
    office.clock.pass_by(seconds=60)
    assert report(again).status_code == 202
    [notice] = office.notices()
    assert (notice.state, notice.delivered_at) == (NoticeState.DELIVERED, NOW)


def test_whether_a_receipt_is_known_is_not_told(office, report):
    known, unknown = report(DELIVERED), report(DELIVERED | {"receipt": "sms-1"})
    assert (known.status_code, known.json) == (unknown.status_code, unknown.json) == (202, {})
    assert office.states() == ["delivered"]


def test_while_the_secret_is_changed_the_old_one_holds_too(office, report):
    assert report(DELIVERED, secret=OLD).status_code == 202
    assert office.states() == ["delivered"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"secret": b"x" * 32},
        {"minutes": -6},
        {"minutes": 6},
        {"webhook-signature": ""},
        {"webhook-id": "msg-2"},
        {"webhook-timestamp": "9" * 5000},
    ],
)
def test_a_report_that_is_not_signed_as_agreed_is_401(office, report, wrong):
    answer = report(DELIVERED, **wrong)
    assert answer.status_code == 401
    assert answer.json["title"] == "没有按约定签名"
    assert office.states() == ["sent"]


def test_nothing_is_read_of_what_is_not_signed(report):
    assert report("nonsense", secret=b"x" * 32).status_code == 401
    assert report("nonsense").status_code == 422


@pytest.mark.usefixtures("report")
def test_without_a_secret_nobody_can_report(office):
    closed = reporting(office, replace(CONFIG, webhook_secrets=()))
    assert closed(DELIVERED, secret=b"").status_code == 401
    assert office.states() == ["sent"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"state": "delivered"}, "receipt"),
        ({"receipt": "sms-4711"}, "state"),
        (DELIVERED | {"state": "sending"}, "state"),
        (DELIVERED | {"reason": "x" * 81}, "reason"),
        (DELIVERED | {"phone": "13800138000"}, "phone"),
    ],
)
def test_a_report_that_says_something_else_is_422_beside_its_field(office, report, body, field):
    answer = report(body)
    assert answer.status_code == 422
    assert answer.json["errors"].keys() == {field}
    assert office.states() == ["sent"]
