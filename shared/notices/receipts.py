"""What providers say later of notices that they took."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import update
from sqlalchemy.orm import Session

from shared.notices.tables import Notice, NoticeState

OPEN_TO: Final = {
    True: (NoticeState.SENT, NoticeState.UNKNOWN, NoticeState.FAILED),
    False: (NoticeState.SENT, NoticeState.UNKNOWN),
}
"""Whether it was delivered -> states of a notice to which that is news."""


def note(session: Session, receipt: str, *, delivered: bool, reason: str | None, now: datetime) -> bool:
    """Note that what goes by the receipt was delivered, or was not; say whether that changed anything.

    Word that something was delivered is final, whatever is said before or after it; a letter of several reminders is
    known by one receipt. ``reason`` is the provider's, kept where it was not delivered.
    """
    theirs = Notice.receipt == receipt, Notice.state.in_(OPEN_TO[delivered])
    outcome: dict[str, Any] = {"state": NoticeState.FAILED, "last_error": reason or "not delivered"}
    if delivered:
        outcome = {"state": NoticeState.DELIVERED, "delivered_at": now, "last_error": None}
    changed = session.scalars(
        update(Notice).where(*theirs).values(**outcome).returning(Notice.channel),
        execution_options={"synchronize_session": False},
    ).all()
    for channel in changed:
        session.info["figures"].settled(channel, outcome["state"].value)
    return bool(changed)
