"""Who was shown whose contact data, in every service that keeps some: what organizers look at is taken down."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import Index, delete, or_, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from shared.database import TYPES, change, new_metadata, one_of
from shared.paging import Page, Part, fetch
from shared.principal import Principal

KEPT: Final = timedelta(days=3 * 365)
"""The law on personal information asks for three years of records (PIPL, art. 56)."""
NAMED: Final = 3
"""People that a line names; of more it says how many."""


class Base(DeclarativeBase):
    """This table has metadata of its own, since several services' databases have a copy of it."""

    metadata = new_metadata()
    type_annotation_map = TYPES


class Where(StrEnum):
    """Where an organizer saw somebody's contact data."""

    PAGE = "page"
    FILE = "file"
    API = "api"


class ContactView(Base):
    """An organizer was shown the whole contact data of some people: one row for all whom one page or file showed.

    ``people`` are their ids in hex, by spaces, so that one row is written for a roster of two hundred; ``organizer``
    is how they were called then.
    """

    __tablename__ = "contact_views"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    community: Mapped[str]
    organizer_id: Mapped[UUID]
    organizer: Mapped[str]
    place: Mapped[Where] = mapped_column(one_of(Where, "place"))
    number: Mapped[int]
    people: Mapped[str]
    at: Mapped[datetime]

    __table_args__ = (Index("ix_contact_views_community_at", "community", "at"),)


def note_view(session: Session, people: Collection[UUID], *, to: Principal, place: Where, now: datetime) -> None:
    """Note that an organizer was shown the contact data of these people."""
    session.add(
        ContactView(
            id=uuid4(),
            community=to.community,
            organizer_id=to.id,
            organizer=to.name,
            place=place,
            number=len(people),
            people=" ".join(sorted(one.hex for one in people)),
            at=now,
        )
    )


def forget_views(session: Session, now: datetime) -> int:
    """Forget what was noted long ago; return how many."""
    return change(session, delete(ContactView).where(ContactView.at <= now - KEPT))


def of_community(session: Session, page: Page, *, community: str, people: Collection[UUID] | None) -> Part:
    """Return a page of what the community's organizers were shown, the newest first; only of the people, if named."""
    query = select(ContactView).where(ContactView.community == community)
    if people is not None:
        query = query.where(or_(False, *(ContactView.people.contains(one.hex) for one in people)))
    return fetch(session, query, (ContactView.at, ContactView.id), page, descending=True)


def few_people(views: Sequence[ContactView]) -> Mapping[UUID, Sequence[UUID]]:
    """Return view id -> whom it showed, for views that showed so few that a line can name them."""
    return {view.id: [UUID(one) for one in view.people.split()] for view in views if view.number <= NAMED}
