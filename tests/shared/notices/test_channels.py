"""The ways a notice reaches a person."""

import asyncio
import json
import re
import stat
import threading
from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from uuid import UUID, uuid4

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from shared import config
from shared.notices.channels import ChannelError, EmailChannel, FileChannel, from_config
from shared.notices.channels.mail import written
from shared.notices.queue import Letter
from tests.shared.notices.receiver import free_port
from tests.shared.test_config import ENOUGH

STOP = f"https://steward.community.example/signups/stop/{'aB3_-' * 12}"
LETTER = Letter(
    "【小管家】端午包粽子：明天下午两点，社区广场见，请带好围裙和一颗爱热闹的心，下雨就改到一楼活动室",
    "您好！\n明天见。",
    None,
    "wang@example.org",
    "zh-CN",
)


class Post:
    """A mail server whose answers the test decides."""

    def __init__(self) -> None:
        self.mail = self.rcpt = self.data = ""
        self.raw = b""
        self.mails: list[EmailMessage] = []
        self.connections: set[tuple[str, int]] = set()
        self.seen = 0

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.seen += 1
        if self.mail == "hang up":
            self.mail = ""
            assert server.transport is not None
            server.transport.abort()
            await asyncio.sleep(0)
        if self.mail:
            answer, self.mail = self.mail, ""
            return answer
        self.connections.add(session.peer)
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if not self.rcpt:
            envelope.rcpt_tos.append(address)
        return self.rcpt or "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.raw = bytes(envelope.content or b"")
        mail = message_from_bytes(self.raw, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        if self.data == "hang up":
            assert server.transport is not None
            server.transport.abort()
            await asyncio.sleep(0)
        return self.data or "250 OK"


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
def email(post: Post) -> Iterator[EmailChannel]:
    controller = Controller(post, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield EmailChannel(f"smtp://127.0.0.1:{controller.port}", "小管家 <steward@community.example>")
    controller.stop()


def refusal(channel: EmailChannel, letter: Letter = LETTER) -> ChannelError:
    with pytest.raises(ChannelError) as raised:
        channel.send(uuid4(), letter)
    assert "wang" not in str(raised.value)
    return raised.value


def test_an_email_arrives_as_it_was_written(post, email):
    notice_id = uuid4()
    email.send(notice_id, LETTER)
    [mail] = post.mails
    assert mail["Subject"] == LETTER.subject
    assert mail["To"] == "wang@example.org"
    assert mail["From"] == "小管家 <steward@community.example>"
    assert mail["Content-Language"] == "zh-CN"
    assert mail["Message-ID"] == f"<{notice_id}@community.example>"
    assert mail["Date"] is not None
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Unsubscribe"] is None
    assert mail.get_content_type() == "multipart/alternative"
    text, page = mail.iter_parts()
    assert text.get_content().splitlines() == ["您好！", "明天见。"]
    assert page.get_content_type() == "text/html"
    assert '<html lang="zh-CN">' in page.get_content()
    assert "<p>您好！<br>\r\n明天见。</p>" in page.get_content()


def test_the_page_holds_links_and_nothing_that_was_meant_as_words(post, email):
    body = "<b>王芳</b> & co.：\n\n签到码：https://steward.example/s/Ab_1?x=1&y=2，别忘了。"
    email.send(uuid4(), Letter("<i>端午</i>\n Bcc: x@example.org", body, None, "wang@example.org", "zh-CN"))
    [mail] = post.mails
    assert mail["Subject"] == "<i>端午</i> Bcc: x@example.org"
    assert mail["Bcc"] is None
    page = mail.get_body(("html",)).get_content()
    assert "<p>&lt;b&gt;王芳&lt;/b&gt; &amp; co.：</p>" in page
    link = "https://steward.example/s/Ab_1?x=1&amp;y=2"
    assert f'<p>签到码：<a href="{link}">{link}</a>，别忘了。</p>' in page
    assert "<i>" not in page
    assert re.findall(r"<(img|link|script|iframe)|url\(|src=", page) == []


def test_a_subject_of_any_length_travels_in_lines_that_every_server_takes():
    raw = written(uuid4(), replace(LETTER, subject="端午" * 200, stop=STOP), "steward@community.example").as_bytes()
    assert raw.isascii()
    assert max(len(line) for line in raw.splitlines() if b"List-Unsubscribe" not in line) <= 78


def test_whoever_may_stop_such_letters_can_do_so_with_one_press(post, email):
    email.send(uuid4(), replace(LETTER, stop=STOP))
    [mail] = post.mails
    assert mail["List-Unsubscribe"] == f"<{STOP}>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert f"List-Unsubscribe: <{STOP}>\r\n".encode() in post.raw, "no mail program decodes or unfolds it"


def test_a_repeat_can_be_told_by_its_id(post, email):
    notice_id = uuid4()
    email.send(notice_id, LETTER)
    email.send(notice_id, LETTER)
    first, second = post.mails
    assert email.repeats
    assert first["Message-ID"] == second["Message-ID"]


def test_many_mails_take_one_connection(post, email):
    for _ in range(20):
        email.send(uuid4(), LETTER)
    assert len(post.mails) == 20
    assert len(post.connections) == 1


def test_each_thread_has_a_connection_of_its_own(post, email):
    threads = [threading.Thread(target=lambda: [email.send(uuid4(), LETTER) for _ in range(5)]) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({mail["Message-ID"] for mail in post.mails}) == 15
    assert len(post.connections) == 3


@pytest.mark.parametrize("how", ["hang up", "421 enough for now"])
def test_a_connection_that_the_server_has_closed_is_opened_anew(post, email, how):
    email.send(uuid4(), LETTER)
    post.mail = how
    email.send(uuid4(), LETTER)
    assert len(post.mails) == 2
    assert len(post.connections) == 2
    assert post.seen == 3


def test_a_new_connection_that_breaks_off_at_once_is_a_refusal_for_now(post, email):
    post.mail = "hang up"
    assert not refusal(email).permanent
    assert post.seen == 1
    assert post.mails == []


def test_after_a_refusal_the_next_mail_goes_out(post, email):
    post.rcpt = "550 no such user"
    refusal(email)
    post.rcpt = ""
    email.send(uuid4(), LETTER)
    assert len(post.mails) == 1


def test_an_email_goes_only_to_who_left_an_address(email):
    assert email.reaches(LETTER)
    assert not email.reaches(Letter("x", "x", "+8613800138000", None, "zh-CN"))


def test_an_address_that_does_not_exist_is_refused_for_good(post, email):
    post.rcpt = "550 no such user"
    assert refusal(email).permanent


def test_a_full_mailbox_is_refused_for_now(post, email):
    post.rcpt = "452 mailbox full"
    assert not refusal(email).permanent


@pytest.mark.parametrize(("answer", "permanent"), [("554 spam", True), ("451 try later", False)])
def test_a_mail_that_is_refused_after_it_was_read_tells_for_how_long(post, email, answer, permanent):
    post.data = answer
    error = refusal(email)
    assert (error.permanent, str(error)) == (permanent, f"SMTP {answer[:3]}")


def test_an_address_that_the_server_cannot_take_is_refused_for_good(post):
    controller = Controller(post, hostname="127.0.0.1", port=free_port(), enable_SMTPUTF8=False)
    controller.start()
    channel = EmailChannel(f"smtp://127.0.0.1:{controller.port}", "steward@community.example")
    assert refusal(channel, Letter("x", "x", None, "王@例子.例", "zh-CN")).permanent
    controller.stop()


def test_a_server_that_is_away_is_refused_for_now():
    error = refusal(EmailChannel(f"smtp://127.0.0.1:{free_port()}", "steward@community.example"))
    assert not error.permanent


def test_a_server_that_hangs_up_before_its_answer_leaves_it_open_whether_it_took_the_mail(post, email):
    post.data = "hang up"
    with pytest.raises(Exception) as raised:  # noqa: PT011 - any exception but a refusal means that nobody can tell
        email.send(uuid4(), LETTER)
    assert not isinstance(raised.value, ChannelError)


def test_a_wrong_password_is_refused_for_now(post):
    """Whoever runs Steward can mend it: the notices wait."""
    controller = Controller(
        post,
        hostname="127.0.0.1",
        port=free_port(),
        authenticator=lambda *_: AuthResult(success=False, handled=False),
        auth_require_tls=False,
    )
    controller.start()
    error = refusal(EmailChannel(f"smtp://steward:geheim-9@127.0.0.1:{controller.port}", "steward@community.example"))
    controller.stop()
    assert not error.permanent
    assert "geheim" not in str(error)


def test_a_password_may_hold_any_character(post):
    seen: list[object] = []

    def authenticate(_server, _session, _envelope, _mechanism, data):
        seen.append((data.login, data.password))
        return AuthResult(success=True)

    controller = Controller(
        post, hostname="127.0.0.1", port=free_port(), authenticator=authenticate, auth_require_tls=False
    )
    controller.start()
    EmailChannel(f"smtp://st%40eward:p%2F%3Aw@127.0.0.1:{controller.port}", "s@community.example").send(uuid4(), LETTER)
    controller.stop()
    assert seen == [(b"st@eward", b"p/:w")]


def test_a_notice_in_the_file_is_one_line_that_only_its_owner_can_read(tmp_path):
    file = tmp_path / "var" / "notices.log"
    channel, notice_id = FileChannel(file), uuid4()
    channel.send(notice_id, LETTER)
    channel.send(uuid4(), Letter("a", "line\nbreak", "+8613800138000", "x@example.org", "en"))
    first, second = (json.loads(line) for line in file.read_text(encoding="utf-8").splitlines())
    assert (UUID(first["id"]), first["to"], first["subject"]) == (notice_id, "wang@example.org", LETTER.subject)
    assert (second["to"], second["body"]) == ("+8613800138000", "line\nbreak")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_lines_of_many_threads_do_not_mix(tmp_path):
    channels = [FileChannel(tmp_path / "notices.log") for _ in range(8)]
    threads = [
        threading.Thread(target=lambda channel=channel: [channel.send(uuid4(), LETTER) for _ in range(20)])
        for channel in channels
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lines = (tmp_path / "notices.log").read_text(encoding="utf-8").splitlines()
    assert len([json.loads(line) for line in lines]) == 160


def test_a_file_that_cannot_be_written_is_a_refusal_for_now(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ChannelError) as raised:
        FileChannel(tmp_path / "file" / "notices.log").send(uuid4(), LETTER)
    assert not raised.value.permanent


def test_channels_are_tried_in_one_order_and_the_file_last():
    assert [one.name for one in from_config(config.load("signups", ENOUGH))] == ["chat", "file"]
    everything = {
        **ENOUGH,
        "STEWARD_SMTP_URL": "smtp://localhost",
        "STEWARD_WEBHOOK_URL": "https://notices.example/in",
        "STEWARD_WEBHOOK_SECRET": "whsec_" + "A" * 32,
        "STEWARD_SMS_URL": "tencent://id:key@sms.tencentcloudapi.com/1400006666",
        "STEWARD_SMS_TEMPLATES": "*=1",
        "STEWARD_APPRISE_URL": "json://localhost/{phone}",
    }
    names = [one.name for one in from_config(config.load("signups", everything))]
    assert names == ["webhook", "sms", "apprise", "email", "chat", "file"]


def test_somebody_with_an_e_mail_address_only_is_written_to_by_e_mail_and_not_into_a_group():
    with_mail = {**ENOUGH, "STEWARD_SMTP_URL": "smtp://localhost"}
    channels = from_config(config.load("signups", with_mail))
    assert [one.name for one in channels if one.reaches(LETTER)] == ["email", "file"]
