"""The sender: works through due notices, each in steps that a crash cannot turn into silence.

``sending`` is committed before a channel is called, and the outcome after. A crash between the two leaves the notice
in ``sending``. When its lease ends, it is sent again where its channel recognises it, once; else it becomes
``unknown``, since nobody can tell whether the provider took it, and a second text at night is worse than a gap in the
log.
"""

import threading
import time
from collections.abc import Sequence
from contextvars import copy_context
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from shared import failpoints, tracing
from shared.clock import Clock
from shared.database import Database, change
from shared.notices import queue
from shared.notices.channels import Channel, ChannelError
from shared.notices.pace import Pace
from shared.notices.policy import Policy
from shared.notices.preparing import BACKOFF_FIRST, MAX_ATTEMPTS, Preparation, Ready, backoff
from shared.notices.queue import Composer
from shared.notices.tables import Mailing, MailingState, Notice, NoticeState
from shared.trips import ask

IDLE: Final = 5.0
"""Seconds that a sender rests where nothing is due; what is planned meanwhile ends the rest."""
HELP_AFTER: Final = 60.0
"""Seconds for which a helper waits to be needed before it says that it is still there."""

log = structlog.get_logger()


class Sender:
    """Sends one service's notices; several threads may do so at once, and a crash leaves one of each in doubt."""

    def __init__(
        self,
        database: Database,
        composer: Composer,
        channels: Sequence[Channel],
        clock: Clock,
        *,
        policy: Policy | None = None,
        pace: Pace | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._preparation = Preparation(database.service, composer, channels, policy or Policy(), pace or Pace())
        self._has_work = threading.Event()
        self._is_over = False

    def run_once(self) -> float:
        """Send the next letter that is due; return the seconds to rest before the one after it."""
        return copy_context().run(self._run_once)  # each with the correlation id of its own notice

    def help_out(self) -> float:
        """Send beside ``run_once`` while there is more; a helper asks no database whether there is anything."""
        return self.run_once() if self._has_work.wait(HELP_AFTER) and not self._is_over else 0

    def end(self) -> None:
        """Let helpers wait no more; may be called from any thread."""
        self._is_over = True
        self._has_work.set()

    def _run_once(self) -> float:
        ready = self._prepared()
        if ready is None:
            self._has_work.clear()
            if self._is_over:  # it may have been said in between
                self._has_work.set()
            return IDLE
        self._has_work.set()
        time.sleep(ready.pause)
        self._send(ready)
        return 0

    def _prepared(self) -> Ready | None:
        """Prepare the next letter; whoever has had nothing to do looks first, which takes no transaction."""
        now = self._clock()
        if not self._has_work.is_set() and not self._database.look(ask, queue.any_due(now))[0][0][0]:
            return None
        return self._database.write(self._preparation.prepare, now)

    def _send(self, ready: Ready) -> None:
        begun = time.perf_counter()
        name = ready.channel.name
        try:
            with tracing.span(self._database.service, f"send {name}", "client"):
                receipt = ready.channel.send(ready.notice_ids[0], ready.letter)
        except ChannelError as error:
            self._count(ready, "refused", begun)
            self._log("notice.refused", ready, str(error))
            self._database.write(_refused, ready, error, self._clock())
        except Exception as error:  # noqa: BLE001  (whatever it was, the provider may have taken the notice before)
            self._count(ready, "in_doubt", begun)
            self._log("notice.in_doubt", ready, type(error).__name__)
            self._database.write(_in_doubt, ready, type(error).__name__, self._clock())
        else:
            failpoints.reached("sender.accepted")
            self._count(ready, "sent", begun)
            log.info("notice.sent", notice_id=str(ready.notice_ids[0]), channel=name, notices=len(ready.notice_ids))
            self._database.write(_sent, ready, receipt, self._clock())

    def _count(self, ready: Ready, outcome: str, begun: float) -> None:
        self._database.figures.sent(ready.channel.name, outcome, time.perf_counter() - begun)

    def _log(self, what: str, ready: Ready, reason: str) -> None:
        log.warning(what, notice_id=str(ready.notice_ids[0]), channel=ready.channel.name, reason=reason)


def _sent(session: Session, ready: Ready, receipt: str | None, now: datetime) -> None:
    outcome = {"state": NoticeState.SENT, "lease_until": None, "last_error": None, "sent_at": now, "receipt": receipt}
    notices = change(session, update(Notice).where(*_unsettled(ready)).values(**outcome))
    session.info["figures"].settled(ready.channel.name, NoticeState.SENT.value, notices)


def _in_doubt(session: Session, ready: Ready, reason: str, now: datetime) -> None:
    """Leave them in ``sending``, as a crash does, to be sent again or given up."""
    doubt = {"lease_until": None, "last_error": reason, "next_at": now + BACKOFF_FIRST}
    change(session, update(Notice).where(*_unsettled(ready)).values(**doubt))


def _refused(session: Session, ready: Ready, error: ChannelError, now: datetime) -> None:
    """Queue them for another attempt, or at once for the next channel where this one has had its chance."""
    for notice in session.scalars(select(Notice).where(*_unsettled(ready)).with_for_update()):
        notice.state, notice.carried_by, notice.lease_until = NoticeState.QUEUED, None, None
        notice.last_error = str(error)
        notice.next_at = now + max(backoff(notice.attempts), timedelta(seconds=error.retry_after or 0))
        if error.permanent or notice.attempts % MAX_ATTEMPTS == 0:
            notice.refused_by = [*notice.refused_by, ready.channel.name]
            notice.next_at = now
        if _stopped(session, notice):
            notice.state = NoticeState.CANCELLED


def _stopped(session: Session, notice: Notice) -> bool:
    """Say whether the notice's mailing was stopped while it was being sent."""
    mailing = session.get(Mailing, notice.mailing_id) if notice.mailing_id is not None else None
    return mailing is not None and mailing.state is MailingState.STOPPED


def _unsettled(ready: Ready) -> tuple[ColumnElement[bool], ...]:
    # Whoever knows the outcome corrects a colleague who gave the notice up for unknown meanwhile.
    doubtful = Notice.state.in_((NoticeState.SENDING, NoticeState.UNKNOWN))
    return Notice.id.in_(ready.notice_ids), doubtful
