"""Trainings, awards and appraisals beside a volunteer's hours."""

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import delete
from sqlalchemy.orm import Session

from services.signups import ledgers
from services.signups.models import Record, RecordKind


def add_record(
    session: Session,
    volunteer_id: UUID,
    *,
    community: str,
    kind: RecordKind,
    title: str,
    content: str,
    minutes: int | None,
    by_whom: str,
    day: date,
    organizer_id: UUID,
    now: datetime,
) -> Record:
    """Note something in the person's record; the very same again changes nothing. Raises NotFound."""
    ledgers.person(session, volunteer_id, community=community)
    said = {"kind": kind, "title": title, "content": content, "minutes": minutes, "by_whom": by_whom, "day": day}
    for known in ledgers.records(session, volunteer_id, community=community):
        if all(getattr(known, name) == value for name, value in said.items()):
            return known
    record = Record(
        id=uuid4(),
        volunteer_id=volunteer_id,
        community=community,
        recorded_by=organizer_id,
        recorded_at=now,
        **said,
    )
    session.add(record)
    session.flush()
    return record


def remove_record(session: Session, volunteer_id: UUID, record_id: UUID, *, community: str) -> None:
    """Take out what was noted by mistake; a second time changes nothing. What a certificate said of it stays there."""
    session.execute(
        delete(Record).where(Record.id == record_id, Record.volunteer_id == volunteer_id, Record.community == community)
    )
