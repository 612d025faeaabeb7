"""The tables of invitations: which units were asked for which need, and the links that let their contacts in."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.partners.models.base import Base
from services.partners.models.needs import Need
from services.partners.models.units import WorkUnit


class InvitationState(StrEnum):
    """Where an invitation stands, as the desk sees it."""

    SENT = "sent"
    OPENED = "opened"
    DECLINED = "declined"
    EXPIRED = "expired"
    REVOKED = "revoked"


class Invitation(Base):
    """A unit was asked for a need. ``sent`` counts how often; at ``expires_at`` its links stop working."""

    __tablename__ = "invitations"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    need_id: Mapped[UUID] = mapped_column(ForeignKey("needs.id"))
    work_unit_id: Mapped[UUID] = mapped_column(ForeignKey("work_units.id"), index=True)
    sent: Mapped[int]
    expires_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    declined_at: Mapped[datetime | None]
    reason: Mapped[str | None]
    revoked_at: Mapped[datetime | None]

    need: Mapped[Need] = relationship()
    work_unit: Mapped[WorkUnit] = relationship()

    __table_args__ = (UniqueConstraint("need_id", "work_unit_id"),)

    def state(self, now: datetime) -> InvitationState:
        """Return where it stands at the moment; whether the unit has pledged, its pledges say."""
        if self.revoked_at is not None:
            return InvitationState.REVOKED
        if self.declined_at is not None:
            return InvitationState.DECLINED
        if now >= self.expires_at:
            return InvitationState.EXPIRED
        return InvitationState.SENT if self.opened_at is None else InvitationState.OPENED


class InvitationLink(Base):
    """A link that lets one contact in by an invitation, until that expires or is revoked; only its hash is kept.

    Each letter that goes out has a link of its own, and none of them ends another: a letter may come twice, or late.
    """

    __tablename__ = "invitation_links"

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    invitation_id: Mapped[UUID] = mapped_column(ForeignKey("invitations.id"), index=True)
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contacts.id"))

    invitation: Mapped[Invitation] = relationship()
