"""What a service that has no accounts of its own knows of organizers' sign-ins: copies, as events last said."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, literal, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from shared.agreement.copies import copies
from shared.agreement.facts import Kept
from shared.database import TYPES, change, insert, new_metadata
from shared.messaging.envelope import Message
from shared.messaging.registry import Registry
from shared.principal import Principal, Role


class Base(DeclarativeBase):
    """These tables have metadata of their own, since several services' databases have a copy of them."""

    metadata = new_metadata()
    type_annotation_map = TYPES


class OrganizerCopy(Base):
    """An organizer's account as events last said. Tokens issued before ``valid_from`` are void."""

    __tablename__ = "organizer_copies"

    organizer_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    community: Mapped[str]
    role: Mapped[str]
    active: Mapped[bool]
    valid_from: Mapped[datetime]


class EndedSession(Base):
    """A sign-in that was ended before its token's time; it may be forgotten after ``expires_at``."""

    __tablename__ = "ended_sessions"

    session_id: Mapped[UUID] = mapped_column(primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)


def register(registry: Registry) -> None:
    """Let the service listen to what events says of organizers."""

    @registry.on("organizer.changed")
    def on_organizer_changed(session: Session, message: Message, _now: datetime) -> None:
        """Keep the account as it stands now."""
        record_organizer(session, message.data)

    @registry.on("session.ended")
    def on_session_ended(session: Session, message: Message, _now: datetime) -> None:
        """Let the sign-in's token in no more."""
        record_session_end(session, message.data)


def record_organizer(session: Session, organizer: Mapping[str, Any]) -> None:
    """Keep the account; ``organizer`` is the data of ``organizer.changed``, and an older version changes nothing."""
    columns = [column.name for column in OrganizerCopy.__table__.columns]
    statement = insert(session, OrganizerCopy).values({name: organizer[name] for name in columns})
    session.execute(
        statement.on_conflict_do_update(
            index_elements=[OrganizerCopy.organizer_id],
            set_={name: statement.excluded[name] for name in columns if name != "organizer_id"},
            where=OrganizerCopy.version < statement.excluded.version,
        )
    )


def record_session_end(session: Session, ended: Mapping[str, Any]) -> None:
    """Keep that a sign-in has ended; ``ended`` is the data of ``session.ended``."""
    values = {"session_id": ended["session_id"], "expires_at": ended["expires_at"]}
    session.execute(insert(session, EndedSession).values(values).on_conflict_do_nothing())


def confirm(session: Session, principal: Principal) -> Principal | None:
    """Return the organizer with the role they have now, or None where their sign-in holds no more.

    An organizer of whom nothing has been said is believed by their token. It is one query.
    """
    asked = select(literal(1).label("one")).subquery()
    row = session.execute(
        select(EndedSession, OrganizerCopy)
        .select_from(asked)
        .outerjoin(EndedSession, EndedSession.session_id == principal.session_id)
        .outerjoin(OrganizerCopy, OrganizerCopy.organizer_id == principal.id)
    ).one()
    ended: EndedSession | None = row[0]
    known: OrganizerCopy | None = row[1]
    if ended is not None:
        return None
    if known is None:
        return principal
    is_void = principal.issued_at is None or principal.issued_at < known.valid_from
    if not known.active or is_void or known.community != principal.community:
        return None
    return replace(principal, role=Role(known.role))


def forget(session: Session, now: datetime) -> int:
    """Delete the sign-ins whose tokens have run out by themselves, and return how many."""
    return change(session, delete(EndedSession).where(EndedSession.expires_at <= now))


KEPT: Final = {
    "organizer": copies(OrganizerCopy.organizer_id, OrganizerCopy.community, OrganizerCopy.role, OrganizerCopy.active),
    "session": Kept(None),  # forgotten here as soon as its token has run out
}
"""What a service with these copies says of them when they are compared with what events has."""
