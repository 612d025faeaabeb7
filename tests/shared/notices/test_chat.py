"""Notices said in a group by its robot: taken is only what the robot says 0 to."""

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest

from shared.config import Config
from shared.notices.channels import ChannelError, ChatChannel
from shared.notices.channels.chat import is_robot
from shared.notices.queue import Letter
from tests.shared.notices.receiver import Receiver, free_port, receiving

WECOM = "/cgi-bin/webhook/send?key=abc"
DINGTALK = "/robot/send?access_token=abc"
FEISHU = "/open-apis/bot/v2/hook/abc"
SECRET = "SEC4711"
HOSTS = Config(service="partners").chat_hosts


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as started:
        yield started


@pytest.fixture
def chat() -> ChatChannel:
    return ChatChannel(["127.0.0.1"])


def letter(receiver: Receiver, path: str, **changes: str) -> Letter:
    return replace(Letter("端午提醒", "明天见。", None, None, "zh-CN", robot=receiver.url(path)), **changes)


def mac(key: str, text: str) -> str:
    return b64encode(hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()).decode()


def refusal(chat: ChatChannel, to: Letter) -> ChannelError:
    with pytest.raises(ChannelError) as raised:
        chat.send(uuid4(), to)
    assert "abc" not in str(raised.value)
    return raised.value


def test_a_robot_of_wecom_says_it(receiver, chat):
    receiver.will_say(200, {"errcode": 0, "errmsg": "ok"})
    assert chat.send(uuid4(), letter(receiver, WECOM)) is None
    [request] = receiver.requests
    assert request.path == WECOM
    assert request.json == {"msgtype": "text", "text": {"content": "端午提醒\n\n明天见。"}}


def test_a_robot_of_dingtalk_says_what_is_signed(receiver, chat):
    receiver.will_say(200, {"errcode": 0, "errmsg": "ok"})
    chat.send(uuid4(), letter(receiver, f"{DINGTALK}#{SECRET}"))
    [request] = receiver.requests
    asked = {name: value for name, [value] in parse_qs(urlsplit(request.path).query).items()}
    assert asked == {
        "access_token": "abc",
        "timestamp": asked["timestamp"],
        "sign": mac(SECRET, f"{asked['timestamp']}\n{SECRET}"),
    }
    assert request.json == {"msgtype": "text", "text": {"content": "端午提醒\n\n明天见。"}}


def test_a_robot_of_feishu_says_what_is_signed(receiver, chat):
    receiver.will_say(200, {"code": 0, "msg": "success"})
    chat.send(uuid4(), letter(receiver, f"{FEISHU}#{SECRET}"))
    [request] = receiver.requests
    assert request.path == FEISHU
    said = request.json
    assert said.pop("sign") == mac(f"{said.pop('timestamp')}\n{SECRET}", "")
    assert said == {"msg_type": "text", "content": {"text": "端午提醒\n\n明天见。"}}


@pytest.mark.parametrize("path", [DINGTALK, FEISHU])
def test_a_robot_without_a_secret_wants_no_signature(receiver, chat, path):
    receiver.will_say(200, {"errcode": 0} if path == DINGTALK else {"code": 0})
    chat.send(uuid4(), letter(receiver, path))
    [request] = receiver.requests
    assert "sign" not in request.path
    assert "sign" not in request.json


@pytest.mark.parametrize(
    ("path", "answer", "permanent"),
    [
        (WECOM, {"errcode": 93000, "errmsg": "invalid webhook url"}, True),
        (WECOM, {"errcode": 45009, "errmsg": "api freq out of limit"}, False),
        (WECOM, {"errcode": -1, "errmsg": "system busy"}, False),
        (DINGTALK, {"errcode": 310000, "errmsg": "sign not match"}, True),
        (DINGTALK, {"errcode": 130101, "errmsg": "send too fast"}, False),
        (FEISHU, {"code": 19001, "msg": "param invalid: incoming webhook access token invalid"}, True),
        (FEISHU, {"code": 11232, "msg": "frequency limited"}, False),
    ],
)
def test_a_refusal_that_comes_as_http_200_is_a_refusal(receiver, chat, path, answer, permanent):
    receiver.will_say(200, answer)
    error = refusal(chat, letter(receiver, path))
    assert error.permanent is permanent
    assert str(answer.get("errcode", answer.get("code"))) in str(error)


@pytest.mark.parametrize(("status", "permanent"), [(400, True), (404, True), (429, False)])
@pytest.mark.parametrize("body", [b"no", {"code": 9499, "msg": "Bad Request"}])
def test_a_client_error_is_a_refusal_with_or_without_a_code(receiver, chat, status, permanent, body):
    receiver.will_say(status, body)
    assert refusal(chat, letter(receiver, FEISHU)).permanent is permanent


@pytest.mark.parametrize(
    ("status", "body"), [(200, b"<html>"), (200, {"ok": True}), (502, b""), (200, {"errcode": "0"})]
)
def test_nobody_can_tell_what_an_answer_without_a_code_means(receiver, chat, status, body):
    receiver.will_say(status, body)
    with pytest.raises(Exception) as raised:  # noqa: PT011 - any exception but a refusal means that nobody can tell
        chat.send(uuid4(), letter(receiver, WECOM))
    assert not isinstance(raised.value, ChannelError)


def test_nor_after_a_hang_up_and_no_repeat_is_recognised(receiver, chat):
    receiver.will_hang_up()
    with pytest.raises(Exception) as raised:  # noqa: PT011
        chat.send(uuid4(), letter(receiver, WECOM))
    assert not isinstance(raised.value, ChannelError)
    assert len(receiver.requests) == 1
    assert not chat.repeats


def test_every_notice_has_a_connection_of_its_own_since_one_that_was_kept_breaks_off_unseen(receiver, chat):
    for _ in range(3):
        receiver.will_say(200, {"errcode": 0})
        chat.send(uuid4(), letter(receiver, WECOM))
    assert len({request.connection for request in receiver.requests}) == 3


def test_a_robot_that_cannot_be_reached_is_a_refusal_for_now(chat):
    away = Letter("x", "x", None, None, "zh-CN", robot=f"http://127.0.0.1:{free_port()}{WECOM}")
    assert not refusal(chat, away).permanent


def test_redirections_are_not_followed(receiver, chat):
    with receiving() as other:
        receiver.will_say(302, b"", Location=other.url(WECOM))
        with pytest.raises(Exception):  # noqa: B017, PT011
            chat.send(uuid4(), letter(receiver, WECOM))
        assert other.requests == []


def test_a_long_text_loses_words_and_never_its_link(receiver, chat):
    receiver.will_say(200, {"errcode": 0})
    link = "https://steward.example/s/abc"
    chat.send(uuid4(), letter(receiver, WECOM, body=f"{'明天见。' * 300}请看 {link}"))
    said = receiver.requests[0].json["text"]["content"]
    assert said.endswith(f"… {link}")
    assert 2040 < len(said.encode()) <= 2048


@pytest.mark.parametrize("path", [WECOM, DINGTALK, FEISHU, f"{FEISHU}#{SECRET}"])
@pytest.mark.parametrize("host", HOSTS)
def test_robots_of_the_three_services_are_called(host, path):
    assert is_robot(f"https://{host}{path}", HOSTS)
    assert is_robot(f"https://{host}:443{path}", HOSTS)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "x",
        f"http://qyapi.weixin.qq.com{WECOM}",
        f"ftp://qyapi.weixin.qq.com{WECOM}",
        f"https://qyapi.weixin.qq.com:22{WECOM}",
        f"https://qyapi.weixin.qq.com:x{WECOM}",
        "https://qyapi.weixin.qq.com/cgi-bin/user/delete?userid=x",
        "https://qyapi.weixin.qq.com/",
        "https://qyapi.weixin.qq.com/cgi-bin/webhook/send/../../user/delete?userid=x",
        "https://open.feishu.cn/open-apis/bot/v2/hook/abc/../../../../x",
        "https://open.feishu.cn/open-apis/bot/v2/hook/%2e%2e",
        f"https://qyapi.weixin.qq.com.evil.example{WECOM}",
        f"https://qyapi.weixin.qq.com@evil.example{WECOM}",
        f"https://evil.example\\@qyapi.weixin.qq.com{WECOM}",
        f"https://user@qyapi.weixin.qq.com{WECOM}",
        f"https://evil.example{WECOM}",
        f"https://evil.example/?https://qyapi.weixin.qq.com{WECOM}",
        f"https://127.0.0.1:5432{WECOM}",
        f"http://localhost:8001{WECOM}",
        f"http://169.254.169.254{WECOM}",
        f"https://[::1]{WECOM}",
        f"https://[{WECOM}",
        f"https://qyapi.weixin.qq.com{WECOM}\r\nX: y",
        f"https://qyapi.weixin.qq.com{WECOM} ",
        f"https://ｑyapi.weixin.qq.com{WECOM}",
        f"https://qyapi.weixin.qq.com/x/../{WECOM}",
    ],
)
def test_no_other_address_is_ever_called(address):
    assert not is_robot(address, HOSTS)
    channel = ChatChannel(HOSTS)
    sent_there = Letter("x", "x", None, None, "zh-CN", robot=address)
    assert not channel.reaches(sent_there)
    assert refusal(channel, sent_there).permanent


def test_whoever_names_no_robot_is_not_reached(chat):
    assert not chat.reaches(Letter("x", "x", "+8613800138000", "wang@example.org", "zh-CN"))
