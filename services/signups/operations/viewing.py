"""Who was shown whose contact data."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import delete
from sqlalchemy.orm import Session

from services.signups.models import ContactView, Where
from shared.database import change
from shared.principal import Principal

KEPT: Final = timedelta(days=3 * 365)
"""The law on personal information asks for three years of records (PIPL, art. 56)."""


def note_view(session: Session, volunteer_ids: Collection[UUID], *, to: Principal, place: Where, now: datetime) -> None:
    """Note that an organizer was shown the contact data of these people."""
    session.add(
        ContactView(
            id=uuid4(),
            community=to.community,
            organizer_id=to.id,
            organizer=to.name,
            place=place,
            number=len(volunteer_ids),
            people=" ".join(sorted(one.hex for one in volunteer_ids)),
            at=now,
        )
    )


def forget_views(session: Session, now: datetime) -> int:
    """Forget what was noted long ago; return how many."""
    return change(session, delete(ContactView).where(ContactView.at <= now - KEPT))
