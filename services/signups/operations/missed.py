"""Mailings are planned once more, for people whose sign-up was being written at that very moment."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import update
from sqlalchemy.orm import Session

from shared.database import change
from shared.notices.tables import Mailing, MailingState

LOOKED_BACK: Final = timedelta(minutes=30)
"""How old a mailing may be: no sign-up takes longer to be written, by far."""


def plan_for_missed(session: Session, now: datetime) -> int:
    """Begin the latest mailings anew, which reaches whom they have not reached and nobody twice.

    Returns 0 whatever it found: it finds the same mailings each time, and a task that did something runs again at once.
    """
    latest = Mailing.state == MailingState.FINISHED, Mailing.created_at > now - LOOKED_BACK
    change(session, update(Mailing).where(*latest).values(state=MailingState.RUNNING, after=None, ended_at=None))
    return 0
