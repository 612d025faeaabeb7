"""One fault from its beginning to the comparison: load, fault, recovery, rest."""

import sys
import time
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from shared import clock
from shared.database import change
from shared.notices.queue import LEASE
from shared.notices.tables import Notice, NoticeState
from tools.faults import comparing
from tools.faults.clients import People
from tools.faults.comparing import Finding
from tools.faults.faults import Fault
from tools.faults.journal import Journal
from tools.faults.load import Load
from tools.faults.stack import WITHIN, Stack
from tools.faults.table import Row

WARM: Final = 3.0
"""Seconds of load before the fault, and at least as many after it."""
LEASED: Final = 10.0
"""Seconds after which what a killed sender has in hand is given to another: its lease of five minutes is cut short."""


class Trial:
    """A stack with everything that was promised on it so far; each fault is told only what is new."""

    def __init__(self, stack: Stack) -> None:
        self.journal = Journal()
        self._stack = stack
        self._people = People()
        self._told: set[Finding] = set()
        self._doubts = 0

    def run(self, fault: Fault, seconds: float, lasting: float) -> Row:
        """Let the fault happen in ``seconds`` of load or more, ``lasting`` so long where it lasts."""
        answers = self.journal.answers.copy()
        with Load(self._stack.site, self.journal, self._people, seconds):
            began = time.monotonic()
            time.sleep(WARM)
            missed = self._let_happen(fault, lasting)
            recovered = self._recovery()
            time.sleep(max(seconds - (time.monotonic() - began), WARM))
        self._rest()
        findings = missed | comparing.compare(self._stack.parts, self.journal, self._stack.seen())
        fresh, doubts = findings - self._told, comparing.in_doubt(self._stack.parts)
        row = Row(
            fault.name,
            fault.about,
            acknowledged=self.journal.answers["acknowledged"] - answers["acknowledged"],
            errors=self.journal.answers["5xx"] - answers["5xx"],
            in_doubt=doubts - self._doubts,
            recovered=recovered,
            spotless=fault.spotless,
            deadly=fault.deadly,
            findings=sorted(fresh),
        )
        self._told |= findings
        self._doubts = doubts
        return row

    def _let_happen(self, fault: Fault, lasting: float) -> set[Finding]:
        """Let the fault happen; return what itself found missing."""
        try:
            fault.act(self._stack, self.journal, lasting)
        except AssertionError as error:
            return {Finding("lost", fault.name, str(error))}
        return set()

    def _recovery(self) -> float:
        """Return the seconds until all is well again, while the load goes on."""
        began = time.monotonic()
        while not self._stack.has_recovered() and time.monotonic() - began < WITHIN:
            time.sleep(0.1)
        return time.monotonic() - began

    def _rest(self) -> None:
        """Wait until nothing is on its way any more; what is there after a long time is stuck."""
        began = time.monotonic()
        while (passed := time.monotonic() - began) < WITHIN:
            try:
                if passed > LEASED:
                    self._end_leases()
                if self._is_at_rest():
                    return
            except DBAPIError as error:
                sys.stderr.write(f"{type(error).__name__}\n")
            time.sleep(0.3)

    def _is_at_rest(self) -> bool:
        parts = self._stack.parts
        on_their_way = {*comparing.stuck(parts, self.journal), *comparing.undelivered(parts)}
        return not on_their_way and self._stack.queues_are_empty()

    def _end_leases(self) -> None:
        """Let the time pass in which a sender might still come back to the letter that it had in hand."""
        for part in self._stack.parts:
            part.database.write(_end_leases, clock.utc_now())


def _end_leases(session: Session, now: datetime) -> None:
    long_ago = now + LEASE - timedelta(seconds=LEASED)
    left = Notice.state.in_((NoticeState.SENDING, NoticeState.QUEUED)), Notice.lease_until.between(now, long_ago)
    change(session, update(Notice).where(*left).values(lease_until=now))
