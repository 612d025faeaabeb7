"""E-mail over SMTP."""

import re
import smtplib
import ssl
import threading
from email.headerregistry import BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, Policy
from html import escape
from typing import Any, Final
from urllib.parse import unquote, urlsplit
from uuid import UUID

from shared.clock import utc_now
from shared.notices.channels.protocol import ChannelError
from shared.notices.channels.texts import LINK
from shared.notices.queue import Letter

TIMEOUT: Final = 20
PERMANENT: Final = 500
CLOSING: Final = 421
"""The server ends the connection (RFC 5321, 3.8): it has sent enough through it, or is going down."""
PAGE: Final = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
</head>
<body style="font: 16px/1.6 sans-serif; max-width: 36em; margin: 0 auto; padding: 1em">
{paragraphs}
</body>
</html>
"""
"""It names no colours, so that readers show it light or dark as their owner likes, and it fetches nothing."""


class _Unfolded(UnstructuredHeader, BaseHeader):
    """A header that holds an address: folded and encoded as a text of its length is, it would lead nowhere."""

    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}: {self}{policy.linesep}"


HEADERS: Final = HeaderRegistry()
HEADERS.map_to_type("list-unsubscribe", _Unfolded)
POLICY: Final = SMTP.clone(header_factory=HEADERS)


class _Connection(smtplib.SMTP):
    """Notes when a mail's content begins to go out: a server that breaks off before has surely not taken it."""

    handed_over = False

    def data(self, msg: Any) -> tuple[int, bytes]:
        self.handed_over = True
        return super().data(msg)

    def __del__(self) -> None:
        """Close the connection with the thread that kept it."""
        self.close()


class _Encrypted(_Connection, smtplib.SMTP_SSL):
    """The same, with TLS from the start."""


class EmailChannel:
    """Sends e-mail; ``smtps://`` is TLS from the start, ``smtp://`` upgrades where the server offers it.

    A repeat has the same Message-ID. Some mail servers and readers show such a mail once, others show both: a repeat
    never says anything else, but it may be seen twice.

    Each thread keeps its connection open for its next mail, so that 1,000 reminders are not 1,000 handshakes.
    """

    name = "email"
    repeats = True

    def __init__(self, url: str, sender: str) -> None:
        self._url = urlsplit(url)
        self._sender = sender
        self._kept = threading.local()

    def reaches(self, letter: Letter) -> bool:
        """Whoever left an address."""
        return letter.email is not None

    def send(self, notice_id: UUID, letter: Letter) -> None:
        """Send one message, over the connection of the last one where the server still takes it."""
        message = written(notice_id, letter, self._sender)
        server = self._kept.__dict__.pop("server", None)
        sent = server is not None and self._sent(server, message)
        if not sent and not self._sent(self._connect(), message):
            raise ChannelError("the server broke off", permanent=False)

    def _sent(self, server: _Connection, message: EmailMessage) -> bool:
        """Send it; return False where the server broke off before it could have taken the mail."""
        server.handed_over = taken = False
        try:
            server.send_message(message)
            taken = True
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _words in error.recipients.values()]
            raise ChannelError("refused", permanent=min(codes) >= PERMANENT) from None
        except smtplib.SMTPResponseException as error:
            if error.smtp_code == CLOSING and not server.handed_over:
                return False
            raise ChannelError(f"SMTP {error.smtp_code}", permanent=error.smtp_code >= PERMANENT) from None
        except smtplib.SMTPNotSupportedError:
            raise ChannelError("the server takes no such address", permanent=True) from None
        except OSError:
            if server.handed_over:
                raise
            return False
        finally:
            if taken:
                self._kept.server = server
            else:
                server.close()
        return True

    def _connect(self) -> _Connection:
        try:
            return self._connected()
        except OSError as error:  # a wrong password too: whoever runs Steward can mend it
            raise ChannelError(f"no connection: {type(error).__name__}", permanent=False) from None

    def _connected(self) -> _Connection:
        host, context = self._url.hostname or "localhost", ssl.create_default_context()
        server: _Connection
        if self._url.scheme == "smtps":
            server = _Encrypted(host, self._url.port or 465, timeout=TIMEOUT, context=context)
        else:
            server = _Connection(host, self._url.port or 25, timeout=TIMEOUT)
        try:
            server.ehlo()
            if self._url.scheme != "smtps" and server.has_extn("starttls"):
                server.starttls(context=context)
            if self._url.username:
                server.login(unquote(self._url.username), unquote(self._url.password or ""))
        except BaseException:
            server.close()
            raise
        return server


def written(notice_id: UUID, letter: Letter, sender: str) -> EmailMessage:
    """Return the mail, as text and as a page; written again it has the same Message-ID.

    Where the letter says how to stop such letters, mail programs offer that as one press (RFC 8058).
    """
    message = EmailMessage(policy=POLICY)
    message["From"] = sender
    message["To"] = letter.email
    message["Subject"] = " ".join(letter.subject.split())
    message["Message-ID"] = f"<{notice_id}@{message['From'].addresses[0].domain}>"
    message["Date"] = utc_now()
    message["Auto-Submitted"] = "auto-generated"  # nobody's out-of-office answers it (RFC 3834)
    if letter.stop is not None:
        message["List-Unsubscribe"] = f"<{letter.stop}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(letter.body, cte="base64")
    message.add_alternative(_page(letter), subtype="html", cte="base64")
    message["Content-Language"] = letter.language  # last: setting the content takes away what describes it
    return message


def _page(letter: Letter) -> str:
    paragraphs = re.split(r"\n\s*\n", letter.body.strip())
    return PAGE.format(
        language=escape(letter.language),
        title=escape(letter.subject),
        paragraphs="\n".join(f"<p>{_marked_up(one)}</p>" for one in paragraphs),
    )


def _marked_up(paragraph: str) -> str:
    """Return a paragraph as HTML, its lines kept and its addresses made links."""
    parts, end = [], 0
    for found in LINK.finditer(paragraph):
        link = escape(found[0])
        parts += [escape(paragraph[end : found.start()]), f'<a href="{link}">{link}</a>']
        end = found.end()
    return "".join([*parts, escape(paragraph[end:])]).replace("\n", "<br>\n")
