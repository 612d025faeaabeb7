"""One-time codes: whoever signs up for an event that asks for one shows that the phone or the address is theirs."""

import hmac
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from services.signups import queries
from services.signups.links import Links
from services.signups.models import Code
from shared import sealing
from shared.database import change, insert
from shared.notices import queue

LIFE: Final = timedelta(minutes=10)
AGAIN_AFTER: Final = timedelta(seconds=60)
ATTEMPTS: Final = 5
"""Wrong codes that may be typed; then a new one has to be sent, which takes a minute."""


class Proof(StrEnum):
    """What the code that somebody typed proves."""

    GIVEN = "given"
    MISSING = "code_missing"
    WRONG = "code_wrong"
    EXPIRED = "code_expired"


def send_code(session: Session, shift_id: UUID, *, phone: str, email: str | None, language: str, now: datetime) -> None:
    """Queue a code for the event of the shift, to the e-mail address if there is one, else to the phone.

    It replaces the one before. Within a minute of that nothing is sent, and the one before counts.
    """
    event_id = queries.shift(session, shift_id).event_id
    keys = _keys(session, phone)
    of_phone = (Code.event_id == event_id, Code.phone_key.in_(keys))
    change(session, delete(Code).where(*of_phone, Code.sent_at <= now - AGAIN_AFTER))
    code_id = session.scalar(
        insert(session, Code)
        .values(
            id=uuid4(),
            event_id=event_id,
            phone=phone,
            phone_key=keys[0],
            email=email,
            language=language,
            attempts=0,
            sent_at=now,
            expires_at=now + LIFE,
        )
        .on_conflict_do_nothing()
        .returning(Code.id)
    )
    if code_id is not None:
        queue.plan(session, kind="code", person_id=code_id, event_id=event_id, expires_at=now + LIFE, now=now)


def prove(session: Session, event_id: UUID, phone: str, typed: str | None, *, links: Links, now: datetime) -> Proof:
    """Spend the code that was sent to the phone for the event; a wrong one is counted, so the caller has to commit."""
    if typed is None:
        return Proof.MISSING
    code = session.scalars(
        select(Code).where(Code.event_id == event_id, Code.phone_key.in_(_keys(session, phone))).with_for_update()
    ).first()
    if code is None or now >= code.expires_at or code.attempts >= ATTEMPTS:
        return Proof.EXPIRED
    if not hmac.compare_digest(links.code(code.id), typed):
        code.attempts += 1
        return Proof.WRONG
    session.delete(code)
    return Proof.GIVEN


def forget_codes(session: Session, now: datetime) -> int:
    """Forget the codes that have expired; returns how many."""
    return change(session, delete(Code).where(Code.expires_at <= now))


def _keys(session: Session, phone: str) -> list[str]:
    """Return what may stand for the number, the newest key first."""
    return sealing.ring(session).fingerprints("codes.phone", phone)
