"""What is still wanted of partners, and who was asked for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Row, Select, func, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from services.partners import queries
from services.partners.links import token_hash
from services.partners.models import COVERED, Event, Invitation, InvitationLink, Need, Pledge, Supply, WorkUnit
from services.partners.queries import PLEDGED, NeedProgress
from services.partners.scope import Scope
from shared.errors import NotFound
from shared.texts import text as _


@dataclass(frozen=True, slots=True)
class Asked:
    """An invitation, and how much the unit has pledged for its need."""

    invitation: Invitation
    pledged: int


def need(session: Session, need_id: UUID, *, scope: Scope) -> NeedProgress:
    """Return a need with how far it is; raises NotFound outside of the scope."""
    row = session.execute(queries.needs(scope=scope).where(Need.id == need_id)).one_or_none()
    if row is None:
        raise NotFound(_("There is no such need."))
    return NeedProgress(*row)


def board(session: Session, *, scope: Scope | None, now: datetime) -> Sequence[NeedProgress]:
    """Return what nobody has taken yet for events to come, by their start: of the scope's community, else of all."""
    rows = session.execute(
        queries.needs(scope=scope)
        .where(Event.status == "published", Event.ends_at > now, or_(Need.due_at.is_(None), Need.due_at > now))
        .having(Need.quantity > PLEDGED)
        .order_by(Event.starts_at, Event.id, Need.created_at, Need.id)
    )
    return [NeedProgress(need, pledged) for need, pledged in rows]


def missing(session: Session, *, scope: Scope, now: datetime) -> Mapping[UUID, Sequence[NeedProgress]]:
    """Return event id -> what nobody has taken yet of it, also past its deadline, for the scope's events to come."""
    rows = session.execute(
        queries.needs(scope=scope)
        .where(Event.status == "published", Event.ends_at > now)
        .having(Need.quantity > PLEDGED)
        .order_by(Need.created_at, Need.id)
    )
    found: dict[UUID, list[NeedProgress]] = {}
    for need, pledged in rows:
        found.setdefault(need.event_id, []).append(NeedProgress(need, pledged))
    return found


def supplies_to_ask(session: Session, event_id: UUID) -> Sequence[Supply]:
    """Return the rows of the event's own list that have not been taken over into needs."""
    taken = select(Need.id).where(Need.supply_id == Supply.id)
    return session.scalars(
        select(Supply)
        .where(Supply.event_id == event_id, Supply.quantity > 0, ~taken.exists())
        .order_by(Supply.position)
    ).all()


def asked_for(session: Session, need_id: UUID, *, scope: Scope) -> Sequence[Asked]:
    """Return the invitations for a need, by unit."""
    query = _asked(scope).where(Invitation.need_id == need_id).order_by(WorkUnit.name)
    return [Asked(*row) for row in session.execute(query)]


def not_asked(session: Session, need_id: UUID, *, scope: Scope) -> Sequence[Row[UUID, str, str]]:
    """Return the active units that have never been asked for the need; see ``queries.active_units``."""
    asked = select(Invitation.work_unit_id).where(Invitation.need_id == need_id)
    return session.execute(queries.active_units(scope=scope).where(WorkUnit.id.not_in(asked))).all()


def own_invitations(session: Session, *, scope: Scope, now: datetime) -> Sequence[Asked]:
    """Return the unit's invitations that still hold, for events to come."""
    query = (
        _asked(scope)
        .where(
            Invitation.revoked_at.is_(None),
            Invitation.declined_at.is_(None),
            Invitation.expires_at > now,
            Event.status == "published",
        )
        .order_by(Event.starts_at, Need.created_at)
    )
    return [Asked(*row) for row in session.execute(query)]


def invitation(session: Session, invitation_id: UUID, *, scope: Scope) -> Asked:
    """Return an invitation; raises NotFound outside of the scope."""
    row = session.execute(_asked(scope).where(Invitation.id == invitation_id)).one_or_none()
    if row is None:
        raise NotFound(_("There is no such invitation."))
    return Asked(*row)


def invited_by(session: Session, token: str) -> Invitation | None:
    """Return the invitation whose link this is, with what it asks for; None for a link of another sort."""
    return session.scalars(
        select(Invitation)
        .join(InvitationLink, InvitationLink.invitation_id == Invitation.id)
        .where(InvitationLink.token_hash == token_hash(token))
        .options(joinedload(Invitation.need).joinedload(Need.event))
    ).one_or_none()


def _asked(scope: Scope) -> Select[Invitation, int]:
    covered = (
        select(func.coalesce(func.sum(COVERED), 0))
        .where(Pledge.need_id == Invitation.need_id, Pledge.work_unit_id == Invitation.work_unit_id)
        .correlate(Invitation)
        .scalar_subquery()
    )
    return (
        select(Invitation, covered)
        .join(Invitation.work_unit)
        .join(Invitation.need)
        .join(Need.event)
        .where(scope.units(), scope.events())
        .options(
            contains_eager(Invitation.work_unit),
            contains_eager(Invitation.need).contains_eager(Need.event),
            contains_eager(Invitation.need).joinedload(Need.shift),
        )
    )
