"""What people got: the mail server of this run, which can hang and can end a connection, and the file of notices."""

import asyncio
import json
import threading
from collections import Counter
from email import message_from_bytes, policy
from pathlib import Path
from uuid import UUID

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from shared.native.parts import LOOPBACK, free_port


class MailServer:
    """Takes every letter and writes down which; while it ``hangs`` it takes none and says nothing."""

    def __init__(self) -> None:
        self.taken: Counter[UUID] = Counter()
        self.hangs = threading.Event()
        self.port = free_port()
        self._controller = Controller(self, hostname=LOOPBACK, port=self.port)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        """Take one letter."""
        while self.hangs.is_set():  # noqa: ASYNC110  (another thread ends it)
            await asyncio.sleep(0.1)
        letter = message_from_bytes(bytes(envelope.original_content or b""), policy=policy.default)
        self.taken[UUID(letter["Message-ID"].strip("<>").partition("@")[0])] += 1
        return "250 taken"

    def start(self) -> None:
        """Begin to answer."""
        self._controller.start()

    def stop(self) -> None:
        """Take nothing more."""
        self.hangs.clear()
        self._controller.stop()


def written_down(file: Path) -> Counter[UUID]:
    """Return how often each letter stands in the file of notices."""
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return Counter(UUID(json.loads(line)["id"]) for line in lines)
