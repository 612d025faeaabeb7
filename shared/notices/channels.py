"""The ways a notice reaches a person, behind one small interface."""

import contextlib
import json
import smtplib
import ssl
import threading
from collections.abc import Sequence
from email.message import EmailMessage
from email.utils import make_msgid
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import unquote, urlsplit
from uuid import UUID

from shared.clock import utc_now
from shared.config import Config
from shared.notices.queue import Letter

SMTP_TIMEOUT: Final = 20
SMTP_PERMANENT: Final = 500


class ChannelError(Exception):
    """The notice was not taken. ``permanent`` means that trying again through this channel will not help."""

    def __init__(self, reason: str, *, permanent: bool) -> None:
        super().__init__(reason)
        self.permanent = permanent


class Channel(Protocol):
    """One way to reach a person."""

    @property
    def name(self) -> str:
        """What the delivery log calls it."""
        ...

    @property
    def repeats(self) -> bool:
        """Whether a notice may be handed over twice, since its receiver recognises it by its id."""
        ...

    def reaches(self, letter: Letter) -> bool:
        """Tell whether the letter has an address for this way."""
        ...

    def send(self, notice_id: UUID, letter: Letter) -> str | None:
        """Hand the letter over; return the provider's receipt, by which it says later what became of it, if it has one.

        Raises ChannelError where the letter was not taken. Any other exception means that nobody can tell.
        """
        ...


class FileChannel:
    """Writes each notice as a JSON line into a file, where whoever tries Steward out can read it."""

    name = "file"
    repeats = False
    _lock: Final = threading.Lock()

    def __init__(self, path: Path) -> None:
        self._path = path

    def reaches(self, letter: Letter) -> bool:  # noqa: ARG002  (everybody can be written down)
        """Everybody."""
        return True

    def send(self, notice_id: UUID, letter: Letter) -> None:
        """Append one line; the file is readable by its owner only, since it holds addresses."""
        line = json.dumps(
            {
                "at": utc_now().isoformat(timespec="seconds"),
                "id": str(notice_id),
                "to": letter.phone or letter.email,
                "subject": letter.subject,
                "body": letter.body,
            },
            ensure_ascii=False,
        )
        try:
            with self._lock:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                self._path.touch(mode=0o600)
                with self._path.open("a", encoding="utf-8") as file:
                    file.write(line + "\n")
        except OSError as error:
            raise ChannelError(type(error).__name__, permanent=False) from None


class EmailChannel:
    """Sends e-mail over SMTP; ``smtps://`` is TLS from the start, ``smtp://`` upgrades where the server offers it."""

    name = "email"
    repeats = True

    def __init__(self, url: str, sender: str) -> None:
        self._url = urlsplit(url)
        self._sender = sender

    def reaches(self, letter: Letter) -> bool:
        """Whoever left an address."""
        return letter.email is not None

    def send(self, notice_id: UUID, letter: Letter) -> None:
        """Send one message; its Message-ID comes from the notice, so that a repeat can be told."""
        message = EmailMessage()
        message["From"] = self._sender
        message["To"] = letter.email
        message["Subject"] = letter.subject
        message["Message-ID"] = make_msgid(str(notice_id), domain=self._sender.rpartition("@")[2])
        message["Date"] = utc_now()
        message.set_content(letter.body)
        message["Content-Language"] = letter.language  # last: setting the content takes away what describes it
        try:
            server = self._connect()
        except (smtplib.SMTPException, OSError) as error:  # a wrong password too: whoever runs Steward can mend it
            raise ChannelError(f"no connection: {type(error).__name__}", permanent=False) from None
        try:
            server.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _words in error.recipients.values()]
            raise ChannelError("refused", permanent=min(codes) >= SMTP_PERMANENT) from None
        except smtplib.SMTPResponseException as error:
            permanent = error.smtp_code >= SMTP_PERMANENT
            raise ChannelError(f"SMTP {error.smtp_code}", permanent=permanent) from None
        except smtplib.SMTPNotSupportedError:
            raise ChannelError("the server takes no such address", permanent=True) from None
        finally:
            # What happens after the server has answered changes nothing: it must not look like a refusal.
            with contextlib.suppress(smtplib.SMTPException, OSError):
                server.quit()
            server.close()

    def _connect(self) -> smtplib.SMTP:
        host, context = self._url.hostname or "localhost", ssl.create_default_context()
        server: smtplib.SMTP
        if self._url.scheme == "smtps":
            server = smtplib.SMTP_SSL(host, self._url.port or 465, timeout=SMTP_TIMEOUT, context=context)
        else:
            server = smtplib.SMTP(host, self._url.port or 25, timeout=SMTP_TIMEOUT)
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


def from_config(config: Config) -> Sequence[Channel]:
    """Return the channels that are set up, in the order they are tried."""
    channels: list[Channel] = []
    if config.smtp_url:
        channels.append(EmailChannel(config.smtp_url, config.notice_sender))
    channels.append(FileChannel(Path(config.notices_file)))
    return channels
