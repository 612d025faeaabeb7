"""Text messages, through the provider's own SDK against a server that answers as theirs does."""

from collections.abc import Iterator
from dataclasses import replace
from uuid import uuid4

import pytest

from shared.notices.channels import ChannelError, SmsChannel
from shared.notices.channels.sms import provider
from shared.notices.queue import Letter
from tests.shared.notices.receiver import Receiver, free_port, receiving

LETTER = Letter("端午提醒", "您好！明天见。", "+8613800138000", None, "zh-CN", short="明天见", kind="reminder")
TEMPLATES = {"reminder": "1234567", "code": "1234568"}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as started:
        yield started


def channel(port: int, templates: dict[str, str] = TEMPLATES) -> SmsChannel:
    return SmsChannel(provider(f"tencent://AKID:k%2Fey@127.0.0.1:{port}/1400006666", "小管家"), templates)


@pytest.fixture
def sms(receiver: Receiver) -> SmsChannel:
    return channel(receiver.port)


def status(code: str = "Ok", serial: str = "2019:538-1"):
    one = {"SerialNo": serial, "PhoneNumber": "+8613800138000", "Fee": 1, "SessionContext": "", "Code": code}
    return {"Response": {"SendStatusSet": [one | {"Message": "words", "IsoCode": "CN"}], "RequestId": "r"}}


def error(code: str):
    return {"Response": {"Error": {"Code": code, "Message": "+8613800138000 is wrong"}, "RequestId": "r"}}


def failure(sms: SmsChannel, letter: Letter = LETTER) -> Exception:
    with pytest.raises(Exception) as raised:  # noqa: PT011 - the tests below look at it
        sms.send(uuid4(), letter)
    assert "13800138000" not in str(raised.value)
    return raised.value


def test_a_message_is_sent_by_the_kinds_template_and_its_serial_number_is_the_receipt(receiver, sms):
    receiver.will_say(200, status())
    notice_id = uuid4()
    assert sms.send(notice_id, LETTER) == "2019:538-1"
    [request] = receiver.requests
    assert request.json == {
        "PhoneNumberSet": ["+8613800138000"],
        "SmsSdkAppId": "1400006666",
        "SignName": "小管家",
        "TemplateId": "1234567",
        "TemplateParamSet": ["明天见"],
        "SessionContext": str(notice_id),
    }
    assert request.headers["x-tc-action"] == "SendSms"
    assert request.headers["authorization"].startswith("TC3-HMAC-SHA256 Credential=AKID/")
    assert not sms.repeats


def test_without_a_short_text_the_body_is_sent(receiver, sms):
    receiver.will_say(200, status())
    sms.send(uuid4(), replace(LETTER, short=None))
    assert receiver.requests[0].json["TemplateParamSet"] == ["您好！明天见。"]


def test_a_kind_without_a_template_and_a_person_without_a_phone_are_not_reached(receiver, sms):
    assert sms.reaches(LETTER)
    assert not sms.reaches(replace(LETTER, kind="thanks"))
    assert not sms.reaches(replace(LETTER, phone=None))
    assert channel(receiver.port, {"*": "1"}).reaches(replace(LETTER, kind="thanks"))
    assert failure(sms, replace(LETTER, kind="thanks")).permanent


def test_one_template_may_do_for_all_other_kinds(receiver):
    receiver.will_say(200, status())
    channel(receiver.port, {"*": "9", "code": "1"}).send(uuid4(), LETTER)
    assert receiver.requests[0].json["TemplateId"] == "9"


@pytest.mark.parametrize(
    ("code", "permanent"),
    [
        ("FailedOperation.PhoneNumberInBlacklist", True),
        ("InvalidParameterValue.IncorrectPhoneNumber", True),
        ("FailedOperation.TemplateIncorrectOrUnapproved", True),
        ("LimitExceeded.PhoneNumberDailyLimit", False),
        ("FailedOperation.InsufficientBalanceInSmsPackage", False),
        ("SomethingNew.OfTheirs", False),
    ],
)
@pytest.mark.parametrize("answer", [status, error])
def test_a_refusal_says_for_how_long(receiver, sms, answer, code, permanent):
    """A message of its own is refused in its status, a whole request as an error."""
    receiver.will_say(200, answer(code))
    raised = failure(sms)
    assert isinstance(raised, ChannelError)
    assert (raised.permanent, str(raised)) == (permanent, code)


def test_a_key_that_is_not_right_is_a_refusal_for_now(receiver, sms):
    """Whoever runs Steward can mend it: the notices wait."""
    receiver.will_say(200, error("AuthFailure.SecretIdNotFound"))
    assert failure(sms).permanent is False


@pytest.mark.parametrize(
    ("http", "body"),
    [
        (200, status("InternalError.Timeout")),
        (200, error("InternalError.SendAndRecvFail")),
        (502, b"bad gateway"),
        (200, b"<html>"),
        (200, {"Response": {"SendStatusSet": [], "RequestId": "r"}}),
        (200, {}),
    ],
)
def test_nobody_can_tell_after_an_answer_that_is_none(receiver, sms, http, body):
    receiver.will_say(http, body)
    assert not isinstance(failure(sms), ChannelError)
    assert len(receiver.requests) == 1


def test_nor_after_a_hang_up(receiver, sms):
    receiver.will_hang_up()
    assert not isinstance(failure(sms), ChannelError)
    assert len(receiver.requests) == 1


def test_a_provider_that_cannot_be_reached_is_a_refusal_for_now():
    raised = failure(channel(free_port()))
    assert isinstance(raised, ChannelError)
    assert not raised.permanent


def test_a_text_that_is_too_long_loses_words_and_never_its_link(receiver, sms):
    receiver.will_say(200, status())
    link = "https://steward.example/s/abc"
    sms.send(uuid4(), replace(LETTER, short=f"{'明天见。' * 200}请看 {link} 。"))
    [text] = receiver.requests[0].json["TemplateParamSet"]
    assert text.endswith(f"… {link} 。")
    assert len(f"【小管家】{text}") == 500


def test_a_link_that_is_too_long_by_itself_is_refused_for_good(receiver, sms):
    assert failure(sms, replace(LETTER, short=f"请看 https://steward.example/{'x' * 500}")).permanent
    assert receiver.requests == []
