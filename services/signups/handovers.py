"""What is read of handovers: places that their holders give to somebody."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, not_, or_, select
from sqlalchemy.orm import Session, contains_eager

from services.signups.links import token_hash
from services.signups.models import UNDER_WAY, Event, Handover, HandoverState, Shift, Signup, SignupStatus
from shared.errors import NotFound
from shared.texts import text as _


def by_token(session: Session, token: str) -> Handover:
    """Return the handover that the link is for; raises NotFound."""
    found = session.scalars(_with_signups().where(Handover.token_hash == token_hash(token))).one_or_none()
    if found is None:
        raise NotFound(_("This link is not valid. Please ask whoever sent it to you for a new one."))
    return found


def under_way(session: Session, signup_id: UUID) -> Handover | None:
    """Return the handover by which the sign-up's place may still change hands, if any."""
    query = _with_signups().where(Handover.signup_id == signup_id, Handover.state.in_(UNDER_WAY))
    return session.scalars(query).one_or_none()


def of_community(session: Session, handover_id: UUID, community: str) -> Handover:
    """Return a handover to an organizer of its community; raises NotFound to all others."""
    query = _with_signups().where(Handover.id == handover_id, Event.community == community)
    found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFound(_("There is no such request."))
    return found


def asked(session: Session, community: str, now: datetime) -> Sequence[Handover]:
    """Return the requests that the community's organizers have yet to decide, the oldest first."""
    query = _with_signups().where(*_to_decide(community, now))
    return session.scalars(query.order_by(Handover.asked_at, Handover.id)).all()


def number_asked(session: Session, community: str, now: datetime) -> int:
    """Return how many requests the community's organizers have yet to decide."""
    joined = select(func.count()).select_from(Handover).join(Handover.signup).join(Signup.shift).join(Shift.event)
    return session.scalar(joined.where(*_to_decide(community, now))) or 0


def over(session: Session, now: datetime) -> Sequence[Handover]:
    """Return the handovers that are under way and can come to nothing but an end, locked."""
    query = _with_signups().where(Handover.state.in_(UNDER_WAY), not_(_is_to_give(now)))
    return session.scalars(query.with_for_update(of=Handover, skip_locked=True)).all()


def of_person(session: Session, volunteer_id: UUID) -> Sequence[Handover]:
    """Return the handovers under way by which the person would give a place or get one, locked."""
    theirs = or_(Signup.volunteer_id == volunteer_id, Handover.taker_id == volunteer_id)
    query = _with_signups().where(Handover.state.in_(UNDER_WAY), theirs).order_by(Handover.id)
    return session.scalars(query.with_for_update(of=Handover)).all()


def _to_decide(community: str, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return Handover.state == HandoverState.ASKED, Event.community == community, _is_to_give(now)


def _is_to_give(now: datetime) -> ColumnElement[bool]:
    """Say the same as ``models.may_be_given``, as a condition."""
    return and_(
        Signup.status == SignupStatus.CONFIRMED, Shift.listed, Event.status == "published", Shift.starts_at > now
    )


def _with_signups() -> Select[Handover]:
    return (
        select(Handover)
        .join(Handover.signup)
        .join(Signup.shift)
        .join(Shift.event)
        .options(contains_eager(Handover.signup).contains_eager(Signup.shift).contains_eager(Shift.event))
    )
