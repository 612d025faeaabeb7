"""The tables of organizers and their sign-ins."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from services.events.models.base import Base
from shared.principal import ABILITIES, Ability, Role
from shared.sealing import Sealed


class Organizer(Base):
    """Someone who plans the events of a community. ``password_hash`` is argon2id in PHC form."""

    __tablename__ = "organizers"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str]
    display_name: Mapped[str]
    community: Mapped[str]
    role: Mapped[str]
    active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    valid_from: Mapped[datetime | None]
    """Tokens issued before it are void; None where all that have not been ended are good."""
    totp_secret: Mapped[str | None] = mapped_column(Sealed("organizers.totp_secret"))
    totp_since: Mapped[datetime | None]
    """Since when a code is asked for; None while the secret has not been confirmed with one."""
    totp_step: Mapped[int | None]
    """The newest code's time step, so that no code counts twice."""
    created_at: Mapped[datetime]
    email: Mapped[str | None] = mapped_column(Sealed("organizers.email"))
    phone: Mapped[str | None] = mapped_column(Sealed("organizers.phone"))
    robot: Mapped[str | None] = mapped_column(Sealed("organizers.robot"))
    """The address of a chat group's robot."""
    told_of: Mapped[list[str]] = mapped_column(server_default="[]", default=list)
    """The milestones of which they want to hear."""
    language: Mapped[str | None]
    """In which they are written to: that of the page on which they asked for it."""

    def forget_codes(self) -> None:
        """Ask for no code any more; a phone that showed them is worth nothing."""
        self.totp_secret = self.totp_since = self.totp_step = None

    def hears_of(self, milestone: str) -> bool:
        """Say whether they are to be written to about a milestone: they asked for it, and could do something."""
        is_reached = bool(self.email or self.phone or self.robot)
        return self.active and Ability.WRITE in ABILITIES[Role(self.role)] and is_reached and milestone in self.told_of


class OrganizerSession(Base):
    """One sign-in. Its id stands in the token, so that signing out ends it before it expires."""

    __tablename__ = "organizer_sessions"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organizer_id: Mapped[UUID] = mapped_column(ForeignKey("organizers.id"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class Invitation(Base):
    """A link by which somebody makes their account, once. Only the SHA-256 of its token is kept."""

    __tablename__ = "invitations"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    community: Mapped[str] = mapped_column(index=True)
    role: Mapped[str]
    display_name: Mapped[str]
    invited_by: Mapped[UUID] = mapped_column(ForeignKey("organizers.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    organizer_id: Mapped[UUID | None] = mapped_column(ForeignKey("organizers.id"))
    """The account that was made with it."""
