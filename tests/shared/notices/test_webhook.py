"""Notices handed to a program of the office's own."""

import threading
from base64 import b64encode
from collections.abc import Iterator
from uuid import uuid4

import pytest
import urllib3
from standardwebhooks import Webhook

from shared.notices.channels import ChannelError, WebhookChannel, posting
from shared.notices.queue import Letter
from tests.shared.notices.receiver import Receiver, free_port, own_certificate, receiving

SECRET, OLD = b"n" * 32, b"o" * 32
LETTER = Letter("端午提醒", "您好！\n明天见。", "+8613800138000", None, "zh-CN", short="明天见", kind="reminder")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as started:
        yield started


@pytest.fixture
def webhook(receiver: Receiver) -> WebhookChannel:
    return WebhookChannel(receiver.url("/notices?of=steward"), [SECRET, OLD])


def failure(channel: WebhookChannel) -> Exception:
    with pytest.raises(Exception) as raised:  # noqa: PT011 - the tests below look at it
        channel.send(uuid4(), LETTER)
    assert "13800138000" not in str(raised.value)
    return raised.value


def test_a_notice_is_posted_with_all_that_a_gateway_needs(receiver, webhook):
    notice_id = uuid4()
    assert webhook.send(notice_id, LETTER) is None
    [request] = receiver.requests
    assert request.path == "/notices?of=steward"
    assert request.headers["content-type"] == "application/json"
    assert request.json == {
        "id": str(notice_id),
        "kind": "reminder",
        "to": {"phone": "+8613800138000", "email": None},
        "language": "zh-CN",
        "subject": "端午提醒",
        "body": "您好！\n明天见。",
        "short": "明天见",
    }


@pytest.mark.parametrize("secret", [SECRET, OLD])
def test_it_is_signed_as_standard_webhooks_says_with_the_new_secret_and_the_old(receiver, webhook, secret):
    notice_id = uuid4()
    webhook.send(notice_id, LETTER)
    [request] = receiver.requests
    Webhook(f"whsec_{b64encode(secret).decode()}").verify(request.body, dict(request.headers))
    assert request.headers["webhook-id"] == str(notice_id)
    assert webhook.repeats


def test_the_receipt_is_what_the_answer_calls_the_notice(receiver, webhook):
    receiver.will_say(202, {"receipt": "sms-4711"})
    assert webhook.send(uuid4(), LETTER) == "sms-4711"


@pytest.mark.parametrize(
    "body", [b"", b"OK", b"[1]", b"\xff", b"[" * 5000, {"receipt": 7}, {"receipt": ""}, {"receipt": "x" * 201}]
)
def test_an_answer_without_one_is_fine(receiver, webhook, body):
    receiver.will_say(200, body)
    assert webhook.send(uuid4(), LETTER) is None


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 413, 422])
def test_what_the_receiver_refuses_is_refused_for_good(receiver, webhook, status):
    receiver.will_say(status)
    error = failure(webhook)
    assert isinstance(error, ChannelError)
    assert (error.permanent, str(error)) == (True, f"HTTP {status}")


@pytest.mark.parametrize("status", [302, 408, 425, 429, 500, 502, 503])
def test_trouble_that_passes_is_a_refusal_for_now(receiver, webhook, status):
    """Also where it may have been taken: the receiver recognises the repeat."""
    receiver.will_say(status)
    error = failure(webhook)
    assert isinstance(error, ChannelError)
    assert not error.permanent


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("120", 120), ("86400", 3600), ("9" * 5000, None), ("Fri, 31 Dec 2027 23:59:59 GMT", None), ("-1", None)],
)
def test_a_receiver_may_say_when_to_come_again(receiver, webhook, written, seconds):
    receiver.will_say(503, Retry_After=written)
    error = failure(webhook)
    assert isinstance(error, ChannelError)
    assert error.retry_after == seconds


def test_redirections_are_not_followed(receiver, webhook):
    with receiving() as other:
        receiver.will_say(307, Location=other.url("/elsewhere"))
        assert isinstance(failure(webhook), ChannelError)
        assert other.requests == []


def test_a_receiver_that_is_away_is_a_refusal_for_now():
    error = failure(WebhookChannel(f"http://127.0.0.1:{free_port()}/", [SECRET]))
    assert isinstance(error, ChannelError)
    assert not error.permanent


def test_nobody_can_tell_of_a_receiver_that_hangs_up(receiver, webhook):
    receiver.will_hang_up()
    assert not isinstance(failure(webhook), ChannelError)
    assert len(receiver.requests) == 1, "it is not sent again behind the sender's back"


def test_nor_of_one_that_does_not_answer_in_time(receiver, webhook, monkeypatch):
    monkeypatch.setattr(posting, "TIMEOUT", urllib3.Timeout(connect=5, read=0.05))
    receiver.waiting.clear()
    assert not isinstance(failure(webhook), ChannelError)


def test_an_answer_without_end_is_not_read_to_its_end(receiver, webhook):
    receiver.will_say(200, b" " * 1_000_000 + b'{"receipt": "x"}')
    assert webhook.send(uuid4(), LETTER) is None
    webhook.send(uuid4(), LETTER)
    assert len(receiver.requests) == 2


def test_many_notices_take_one_connection(receiver, webhook):
    for _ in range(20):
        webhook.send(uuid4(), LETTER)
    assert len({request.connection for request in receiver.requests}) == 1


def test_several_threads_may_send_at_once(receiver, webhook):
    threads = [threading.Thread(target=lambda: [webhook.send(uuid4(), LETTER) for _ in range(5)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({request.headers["webhook-id"] for request in receiver.requests}) == 20


def test_a_certificate_that_nobody_vouches_for_is_a_refusal_for_now(tmp_path):
    with receiving(own_certificate(tmp_path)) as receiver:
        error = failure(WebhookChannel(receiver.url().replace("http:", "https:"), [SECRET]))
        assert isinstance(error, ChannelError)
        assert not error.permanent
        assert receiver.requests == []


def test_it_reaches_whoever_has_a_phone_or_an_e_mail_address(webhook):
    assert webhook.reaches(LETTER)
    assert webhook.reaches(Letter("x", "x", None, "wang@example.org", "zh-CN"))
    assert not webhook.reaches(Letter("x", "x", None, None, "zh-CN", robot="https://open.feishu.cn/x"))
