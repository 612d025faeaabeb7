"""Some events for the demo that `make run` begins with."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.events import operations
from services.events.accounts import ADMIN
from services.events.models import Organizer
from services.events.operations import Desk

PUBLISHED: Final = ("dragon-boat", "national-day")
DRAFTED: Final = "mid-autumn"


def seed(session: Session, *, timezone: str, now: datetime) -> list[UUID]:
    """Publish a Dragon Boat afternoon and a National Day gala on their next dates, and draft a Mid-Autumn evening.

    Returns the ids of the published ones. The first organizer must be there already.
    """
    admin = session.scalars(select(Organizer).where(Organizer.username == ADMIN)).one()
    desk = Desk(admin.community, admin.id)

    def draft(template: str) -> UUID:
        return operations.create_event(session, {"template": template}, desk=desk, timezone=timezone, now=now).id

    published = [draft(template) for template in PUBLISHED]
    for event_id in published:
        operations.publish_event(session, event_id, desk=desk, now=now)
    draft(DRAFTED)
    return published
