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
    if is_changing_keys(session):
        known = _known_by_any(session, phone_keys(session, [phone]), name_key)
        if known is not None:
            return known
    question = noting(session, name=name, name_key=name_key, phone=phone, now=now)
    noted: UUID = ask(session, question)[0][0].id
    return noted


def is_changing_keys(session: Session) -> bool:
    """Tell whether people may stand there under an older key, so that ``note`` has to look for them first."""
    return sealing.ring(session).is_changing


def noting(session: Session, *, name: str, name_key: str, phone: str, now: datetime) -> Question:
    """Return what finds or notes the person by the newest key, and locks them; it answers id, phone_key, name_key."""
    row = {
        "id": uuid4(),
        "name": name,
        "name_key": name_key,
        "phone": phone,
        "phone_key": phone_keys(session, [phone])[0],
        "phone_end": phone[-END:],
        "created_at": now,
    }
    return Question(_noting(dialect_of(session)), row)


@cache
def _noting(dialect: str) -> ReturningInsert[UUID, str, str]:
    people = Volunteer.__table__.c
    statement = insert_on(dialect, Volunteer.__table__)
    known = statement.on_conflict_do_update(
        index_elements=["phone_key", "name_key"], set_={"phone_key": statement.excluded.phone_key}
    )
    return known.returning(people.id, people.phone_key, people.name_key)


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
