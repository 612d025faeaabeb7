"""What is still on its way between the services, and what will not arrive by itself."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shared.messaging import inbox, outbox
from shared.messaging.tables import UNPUBLISHED, InboxStatus, Outgoing
from shared.messaging.transport import REFUSED, UNROUTABLE


@dataclass(frozen=True, slots=True)
class Traffic:
    """How many messages of one service wait to be published, were refused by the broker, are tried again, are dead."""

    waiting: int
    oldest: float
    """Age in seconds of what waits longest."""
    refused: int
    retried: int
    dead: int

    @property
    def is_fine(self) -> bool:
        """Whether everything will arrive by itself."""
        return not (self.refused or self.dead)

    def numbers(self) -> dict[str, Any]:
        """Return it as plain numbers."""
        return asdict(self)


def traffic(session: Session, now: datetime) -> Traffic:
    """Return what is on its way from and to the session's service."""
    waiting, oldest = outbox.backlog(session, now)
    refused = session.scalar(
        select(func.count(Outgoing.seq)).where(UNPUBLISHED, Outgoing.last_error.in_([REFUSED, UNROUTABLE]))
    )
    unsettled = inbox.count(session)
    return Traffic(waiting, round(oldest, 1), refused or 0, unsettled[InboxStatus.RETRY], unsettled[InboxStatus.DEAD])
