"""Who is who: a person is a phone and a name (ADR 7), and the phone is sealed (ADR 11)."""

from collections.abc import Iterable
from datetime import datetime
from functools import cache
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningInsert

from services.signups.models import Volunteer
from shared import phones, sealing
from shared.database import dialect_of, insert_on
from shared.trips import Question, ask

END: Final = 4
"""Digits of a number that are kept readable."""


def note(session: Session, *, name: str, name_key: str, phone: str, now: datetime) -> UUID:
    """Find or note the person, and lock them; ``phone`` is E.164, ``name_key`` the name as it is compared."""
    keys = phone_keys(session, [phone])
    known = _known_by_any(session, keys, name_key) if len(keys) > 1 else None
    if known is not None:
        return known
    row = {
        "id": uuid4(),
        "name": name,
        "name_key": name_key,
        "phone": phone,
        "phone_key": keys[0],
        "phone_end": phone[-END:],
        "created_at": now,
    }
    noted: UUID = ask(session, Question(_noting(dialect_of(session)), row))[0][0][0]
    return noted


@cache
def _noting(dialect: str) -> ReturningInsert[UUID]:
    statement = insert_on(dialect, Volunteer.__table__)
    known = statement.on_conflict_do_update(
        index_elements=["phone_key", "name_key"], set_={"phone_key": statement.excluded.phone_key}
    )
    return known.returning(Volunteer.__table__.c.id)


def phone_keys(session: Session, numbers: Iterable[str]) -> list[str]:
    """Return what may stand for the numbers, with each key of the service."""
    ring = sealing.ring(session)
    return [key for number in numbers for key in ring.fingerprints("volunteers.phone", number)]


def has_number(session: Session, digits: str) -> ColumnElement[bool]:
    """Say who has a number that was typed whole or in part; of a part, its last four digits decide."""
    try:
        return Volunteer.phone_key.in_(phone_keys(session, [phones.e164(digits)]))
    except ValueError:
        return Volunteer.phone_end.endswith(digits[-END:], autoescape=True)


def _known_by_any(session: Session, keys: list[str], name_key: str) -> UUID | None:
    """Return somebody who was noted while another of the keys was the newest.

    While keys are changed, one process may make the old fingerprint and another the new one. The unique index cannot
    keep the two apart, so whoever notes a number takes turns.
    """
    if session.get_bind().dialect.name == "postgresql":  # SQLite's writers take turns anyway
        session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(min(keys), 0))))
    known = select(Volunteer.id).where(Volunteer.phone_key.in_(keys), Volunteer.name_key == name_key)
    return session.scalars(known.with_for_update()).first()
