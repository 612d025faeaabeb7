"""Telling the other services anew how things stand, for those whose copies are missing or wrong.

``beyond`` names things, each with the version that it has to go beyond; 0 leaves a thing in its own version.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from services.partners import announcements
from services.partners.models import Need, Pledge
from shared.agreement.raising import raised
from shared.database import change


def retell_needs(session: Session, beyond: Mapping[UUID, int], now: datetime) -> set[UUID]:
    """Send the needs' states; returns those that there are."""
    found = raised(session, Need, beyond)
    for need in found:
        announcements.need_posted(session, need, now)
    return {need.id for need in found}


def retell_pledges(session: Session, beyond: Mapping[UUID, int], now: datetime) -> set[UUID]:
    """Send the pledges' states; returns those that there are."""
    found = raised(session, Pledge, beyond)
    for pledge in found:
        announcements.pledge_changed(session, pledge, "pledge.made" if pledge.quantity else "pledge.withdrawn", now)
    return {pledge.id for pledge in found}


def forget_places(session: Session, pledge_ids: Collection[UUID], now: datetime) -> None:  # noqa: ARG001  # a copy
    """Forget what was said of places that nobody keeps any more, so that the next answer counts in any version."""
    change(
        session,
        update(Pledge).where(Pledge.id.in_(pledge_ids)).values(places_version=0, held=0, claimed=0, claim_url=None),
    )
