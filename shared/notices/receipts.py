"""What providers report of notices after they took them."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from shared.database import change
from shared.notices.tables import Notice, NoticeState


def note(session: Session, receipt: str, *, delivered: bool, reason: str | None, now: datetime) -> bool:
    """Enter that a notice was delivered, or that it failed after all; return whether that is news.

    A report that nothing belongs to changes nothing, and neither does one after the first.
    """
    outcome = (
        {"state": NoticeState.DELIVERED, "delivered_at": now}
        if delivered
        else {"state": NoticeState.FAILED, "last_error": reason or "not delivered"}
    )
    sent = Notice.receipt == receipt, Notice.state == NoticeState.SENT
    return change(session, update(Notice).where(*sent).values(**outcome)) > 0
