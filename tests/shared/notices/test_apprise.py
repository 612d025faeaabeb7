"""Notices by Apprise: an address of another service, with the person's own put in."""

import logging
from collections.abc import Iterator
from uuid import uuid4

import pytest

from shared.notices.channels import ChannelError
from shared.notices.channels.notify import AppriseChannel
from shared.notices.queue import Letter
from tests.shared.notices.receiver import Receiver, receiving

pytestmark = pytest.mark.filterwarnings("ignore:.imghdr:DeprecationWarning")  # one of Apprise's modules uses it
LETTER = Letter("端午提醒", "您好！\n明天见。", "+8613800138000", "wang+1@example.org", "zh-CN", short="明天见")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as started:
        yield started


def test_a_phone_is_told_the_short_text(receiver):
    AppriseChannel(f"json://127.0.0.1:{receiver.port}/send/{{phone}}").send(uuid4(), LETTER)
    [request] = receiver.requests
    assert request.path == "/send/+8613800138000"
    assert (request.json["title"], request.json["message"]) == ("", "明天见")


def test_an_e_mail_address_is_told_everything(receiver):
    AppriseChannel(f"json://127.0.0.1:{receiver.port}/?-to={{email}}").send(uuid4(), LETTER)
    [request] = receiver.requests
    assert request.path.endswith("?to=wang%2B1%40example.org")
    assert (request.json["title"], request.json["message"]) == ("端午提醒", "您好！\n明天见。")


def test_it_reaches_whoever_has_what_the_address_asks_for():
    assert AppriseChannel("json://x/{phone}").reaches(LETTER)
    assert not AppriseChannel("json://x/{phone}").reaches(Letter("x", "x", None, "wang@example.org", "zh-CN"))
    assert not AppriseChannel("json://x/{email}").reaches(Letter("x", "x", "+8613800138000", None, "zh-CN"))


def test_a_no_leaves_open_what_happened_and_names_nobody(receiver, caplog):
    receiver.will_say(500)
    with caplog.at_level(logging.DEBUG), pytest.raises(Exception) as raised:  # noqa: PT011
        AppriseChannel(f"json://127.0.0.1:{receiver.port}/{{phone}}").send(uuid4(), LETTER)
    assert not isinstance(raised.value, ChannelError)
    assert "13800138000" not in caplog.text
    assert len(receiver.requests) == 1


def test_an_address_of_nothing_is_refused():
    with pytest.raises(ChannelError):
        AppriseChannel("nonsense://{phone}").send(uuid4(), LETTER)


def test_two_notices_do_not_wait_for_each_other(receiver):
    channel = AppriseChannel(f"json://127.0.0.1:{receiver.port}/{{phone}}")
    for _ in range(2):
        channel.send(uuid4(), LETTER)
    assert len(receiver.requests) == 2
