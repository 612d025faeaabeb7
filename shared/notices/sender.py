"""The sender: works through due notices, each in steps that a crash cannot turn into silence.

``sending`` is committed before a channel is called, and the outcome after. A crash between the two leaves the notice
in ``sending``; when its lease ends it becomes ``unknown``, since nobody can tell whether the provider took it, and a
second text at night is worse than a gap in the log.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import structlog
from sqlalchemy import update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from shared.clock import Clock
from shared.database import Database, change
from shared.notices import queue
from shared.notices.channels import Channel, ChannelError
from shared.notices.queue import Composer, Letter
from shared.notices.tables import Notice, NoticeState

IDLE: Final = 0.5
SKIPPED_AT_ONCE: Final = 200
"""Notices that one transaction settles without sending them."""
MAX_ATTEMPTS: Final = 12
BACKOFF_FIRST: Final = timedelta(seconds=10)
BACKOFF_MAX: Final = timedelta(minutes=10)
"""Twelve attempts from 10 s, doubling up to 10 min, are about an hour: longer than a mail server's restart."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Ready:
    """A notice that is about to go out."""

    notice_id: UUID
    attempts: int
    letter: Letter
    channel: Channel


class Sender:
    """Sends one service's notices, one after the other, so that a crash leaves at most one in doubt."""

    def __init__(self, database: Database, composer: Composer, channels: Sequence[Channel], clock: Clock) -> None:
        self._database = database
        self._composer = composer
        self._channels = channels
        self._clock = clock

    def run_once(self) -> float:
        """Send the next notice that is due; return the seconds to rest before the one after it."""
        ready = self._database.write(self._prepare, self._clock())
        if ready is None:
            return IDLE
        self._send(ready)
        return 0

    def _prepare(self, session: Session, now: datetime) -> Ready | None:
        """Find the next notice that goes out and note that it is about to; settle those before it that do not."""
        for _ in range(SKIPPED_AT_ONCE):
            notice = queue.claim(session, now)
            if notice is None:
                return None
            ready = self._decide(session, notice, now)
            if ready is not None:
                return ready
        return None

    def _decide(self, session: Session, notice: Notice, now: datetime) -> Ready | None:
        if notice.state is NoticeState.SENDING:
            notice.state = NoticeState.UNKNOWN
            notice.last_error = "interrupted while it was being sent"
            return None
        if notice.expires_at is not None and now >= notice.expires_at:
            notice.state = NoticeState.SKIPPED_LATE
            return None
        notice.attempts += 1
        try:
            with session.begin_nested():
                letter = self._composer(session, notice, now)
        except Exception as error:
            if isinstance(error, DBAPIError) and error.connection_invalidated:
                raise
            log.exception("notice.not_written", notice_id=str(notice.id), kind=notice.kind)
            refusal = ChannelError(type(error).__name__, permanent=False)
            for name, value in _after_refusal(notice.attempts, refusal, now).items():
                setattr(notice, name, value)
            return None
        if letter is None:
            notice.state = NoticeState.SKIPPED
            return None
        channel = next((channel for channel in self._channels if channel.reaches(letter)), None)
        if channel is None:
            notice.state = NoticeState.FAILED
            notice.last_error = "no channel reaches this person"
            return None
        notice.state = NoticeState.SENDING
        notice.channel = channel.name
        return Ready(notice.id, notice.attempts, letter, channel)

    def _send(self, ready: Ready) -> None:
        try:
            ready.channel.send(ready.notice_id, ready.letter)
        except ChannelError as error:
            self._log("notice.refused", ready, str(error))
            self._database.write(_note, ready.notice_id, **_after_refusal(ready.attempts, error, self._clock()))
        except Exception as error:  # noqa: BLE001  (whatever it was, the provider may have taken the notice before)
            self._log("notice.unknown", ready, type(error).__name__)
            self._database.write(
                _note, ready.notice_id, state=NoticeState.UNKNOWN, lease_until=None, last_error=type(error).__name__
            )
        else:
            self._database.write(
                _note, ready.notice_id, state=NoticeState.SENT, lease_until=None, last_error=None, sent_at=self._clock()
            )

    def _log(self, what: str, ready: Ready, reason: str) -> None:
        log.warning(what, notice_id=str(ready.notice_id), channel=ready.channel.name, reason=reason)


def _after_refusal(attempts: int, error: ChannelError, now: datetime) -> dict[str, Any]:
    if error.permanent or attempts >= MAX_ATTEMPTS:
        return {"state": NoticeState.FAILED, "lease_until": None, "last_error": str(error)}
    again = now + min(BACKOFF_FIRST * 2 ** (attempts - 1), BACKOFF_MAX)
    return {"state": NoticeState.QUEUED, "lease_until": None, "last_error": str(error), "next_at": again}


def _note(session: Session, notice_id: UUID, /, **outcome: object) -> None:
    # Whoever knows the outcome corrects a colleague who gave the notice up for unknown meanwhile.
    doubtful = Notice.state.in_((NoticeState.SENDING, NoticeState.UNKNOWN))
    change(session, update(Notice).where(Notice.id == notice_id, doubtful).values(**outcome))
