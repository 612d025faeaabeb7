"""What is read of who was shown whose contact data."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from services.signups import rosters
from services.signups.models import Event, Handover, Signup, Volunteer
from services.signups.rosters import Filter
from shared.contact_views import ContactView
from shared.paging import Page

MEANT: Final = 50
"""Sign-ups that a search may mean."""


@dataclass(frozen=True, slots=True)
class Looks:
    """How often the organizers of a community were shown somebody's contact data, and when last."""

    community: str
    times: int
    last: datetime


def of_person(session: Session, volunteer_id: UUID) -> Sequence[Looks]:
    """Return who looked at the person's contact data, by community.

    Only the communities that had reason to are searched: where the person signed up, or asked for somebody's place.
    """
    asked = select(Handover.signup_id).where(Handover.taker_id == volunteer_id)
    events = select(Signup.event_id).where(or_(Signup.volunteer_id == volunteer_id, Signup.id.in_(asked)))
    communities = select(Event.community).where(Event.id.in_(events))
    rows = session.execute(
        select(ContactView.community, func.count(), func.max(ContactView.at))
        .where(ContactView.community.in_(communities), ContactView.people.contains(volunteer_id.hex))
        .group_by(ContactView.community)
        .order_by(ContactView.community)
    )
    return [Looks(*row) for row in rows]


def meant(session: Session, search: str, community: str) -> set[UUID]:
    """Return the people of the community whom a name or a number may mean."""
    found = rosters.part(session, Page(MEANT), Filter(community=community, search=search))
    return {signup.volunteer_id for signup in found.items}


def names(session: Session, people: Collection[UUID]) -> Mapping[UUID, str]:
    """Return id -> name of volunteers; that of somebody who was erased is empty."""
    rows = session.execute(select(Volunteer.id, Volunteer.name).where(Volunteer.id.in_(people)))
    return {volunteer_id: name for volunteer_id, name in rows}  # noqa: C416  (a Row is no pair to the type checker)
