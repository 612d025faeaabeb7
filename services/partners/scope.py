"""Who may see and do what: an organizer in the whole community, a contact for the one unit they speak for."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from services.partners.links import token_hash
from services.partners.models import Contact, Event, Invitation, InvitationLink, WorkUnit
from shared.principal import Principal


@dataclass(frozen=True, slots=True)
class Scope:
    """What somebody may see and do. ``contact_id`` is None for an organizer of the community."""

    community: str
    contact_id: UUID | None = None
    organizer_id: UUID | None = None
    """Who it is at the desk, for the history of what was done there."""

    @classmethod
    def of(cls, principal: Principal) -> Self:
        """Return the scope of whoever is signed in."""
        if principal.kind == "contact":
            return cls(principal.community, contact_id=principal.id)
        return cls(principal.community, organizer_id=principal.id)

    @property
    def by(self) -> str:
        """What a pledge's history calls whoever acts."""
        return "organizer" if self.contact_id is None else "contact"

    def events(self) -> ColumnElement[bool]:
        """The condition on ``Event`` that leaves only those within the scope; a draft is the organizers' own."""
        ours = Event.community == self.community
        return ours if self.contact_id is None else and_(ours, Event.status != "draft")

    def units(self) -> ColumnElement[bool]:
        """The condition on ``WorkUnit`` that leaves only the units within the scope."""
        ours = and_(WorkUnit.community == self.community, WorkUnit.merged_into_id.is_(None))
        if self.contact_id is None:
            return ours
        return and_(
            ours,
            WorkUnit.active,
            WorkUnit.id.in_(select(Contact.work_unit_id).where(Contact.id == self.contact_id, Contact.active)),
        )


def identify(session: Session, token: str, now: datetime) -> Principal | None:
    """Return the contact whom the link lets in, under the unit's name; None where it lets nobody in.

    It is a contact's own access link, or that of an invitation which still holds.
    """
    invited = (
        select(InvitationLink.contact_id)
        .join(InvitationLink.invitation)
        .where(
            InvitationLink.token_hash == token_hash(token),
            Invitation.revoked_at.is_(None),
            Invitation.expires_at > now,
        )
    )
    row = session.execute(
        select(Contact.id, WorkUnit.name, WorkUnit.community)
        .join(Contact.work_unit)
        .where(
            or_(Contact.token_hash == token_hash(token), Contact.id.in_(invited)),
            Contact.active,
            WorkUnit.active,
        )
    ).one_or_none()
    if row is None:
        return None
    return Principal(kind="contact", id=row.id, name=row.name, community=row.community, role="contact")
