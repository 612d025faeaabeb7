"""Notices written into a file, where nothing else is set up."""

import json
import threading
from pathlib import Path
from typing import Final
from uuid import UUID

from shared.clock import utc_now
from shared.notices.channels.protocol import ChannelError
from shared.notices.queue import Letter


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
