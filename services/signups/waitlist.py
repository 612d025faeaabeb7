"""The waitlist: first come, first served, in the transaction that frees a place."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.orm import Session

from services.signups import announcements, places
from services.signups.models import KEEPS_TIME, Event, Place, Shift, Signup, SignupStatus, Volunteer

ONE_AFTER_ANOTHER = (Signup.created_at, Signup.id)


def is_waited_for(session: Session, shift_id: UUID, *, but_for: UUID) -> bool:
    """Tell whether anybody else than the sign-up ``but_for`` waits for the shift."""
    return session.scalar(select(exists(_waiting(shift_id).where(Signup.id != but_for)))) or False


def position(session: Session, signup: Signup) -> int:
    """Return the waiting sign-up's place in the queue, from 1; only those before it are counted."""
    # Said twice, so that the index is read up to this one's moment only.
    up_to_it = _waiting_for(signup.shift_id).where(
        Signup.created_at <= signup.created_at, or_(Signup.created_at < signup.created_at, Signup.id <= signup.id)
    )
    return session.scalar(up_to_it.with_only_columns(func.count())) or 0


def positions(session: Session, signups: Collection[Signup]) -> Mapping[UUID, int]:
    """Return sign-up id -> place in its shift's queue, from 1, for those of the sign-ups that wait; in one query."""
    waiting = {signup.id: signup.shift_id for signup in signups if signup.status is SignupStatus.WAITLISTED}
    if not waiting:
        return {}
    turn = func.row_number().over(partition_by=Signup.shift_id, order_by=ONE_AFTER_ANOTHER)
    queue = (
        select(Signup.id, turn.label("turn"))
        .where(Signup.shift_id.in_(set(waiting.values())), Signup.status == SignupStatus.WAITLISTED)
        .subquery()
    )
    rows = session.execute(select(queue.c.id, queue.c.turn).where(queue.c.id.in_(waiting)))
    return {signup_id: number for signup_id, number in rows}  # noqa: C416  (a Row is no pair to the type checker)


def with_turns(session: Session, signups: Sequence[Signup]) -> Sequence[Signup]:
    """Fill in the turn of each of the sign-ups that waits, in one query."""
    turns = positions(session, signups)
    for signup in signups:
        signup.waitlist_position = turns.get(signup.id)
    return signups


def promote(session: Session, shift: Shift, now: datetime) -> list[Signup]:
    """Give free places of the shift to those who wait, in their order; return whom they went to.

    Someone who meanwhile has a place at an overlapping time keeps waiting and is passed over. Nobody is promoted into
    a shift that has begun or is no longer on.
    """
    if now >= shift.starts_at or not shift.listed or shift.event.status != "published":
        return []
    promoted: list[Signup] = []
    passed_over: set[UUID] = set()
    while places.exists_free(session, shift.id):
        signup = session.scalars(
            _waiting(shift.id)
            .where(Signup.id.not_in(passed_over))
            .order_by(*ONE_AFTER_ANOTHER)
            .limit(1)
            .with_for_update(of=Signup)
        ).one_or_none()
        if signup is None:
            break
        lock_person(session, signup.volunteer_id)
        if clashes(session, signup.volunteer_id, shift) or not places.take(session, shift.id, signup.id):
            passed_over.add(signup.id)
            continue
        signup.move_to(SignupStatus.CONFIRMED)
        signup.confirmed_at = now
        session.flush()
        announcements.signup_changed(session, signup, now)
        announcements.tell_promoted(session, signup, now)
        promoted.append(signup)
    return promoted


def sweep(session: Session, now: datetime) -> int:
    """Promote wherever a free place and a waiting person are left side by side; return how many were promoted.

    That is the case after a transaction which had a place in hand was rolled back.
    """
    open_shifts: Sequence[Shift] = session.scalars(
        select(Shift)
        .join(Event)
        .where(
            Event.status == "published",
            Shift.starts_at > now,
            Shift.listed,
            exists(_waiting_for(Shift.id)),
            exists(
                select(Place.number).where(
                    Place.shift_id == Shift.id, Place.signup_id.is_(None), Place.pledge_id.is_(None)
                )
            ),
        )
    ).all()
    return sum(len(promote(session, shift, now)) for shift in open_shifts)


def lock_person(session: Session, volunteer_id: UUID) -> None:
    """Make all that gives this person places take turns, so that two overlapping ones cannot be given at once."""
    session.execute(select(Volunteer.id).where(Volunteer.id == volunteer_id).with_for_update())


def clashes(session: Session, volunteer_id: UUID, shift: Shift) -> bool:
    """Tell whether the person has a place in another shift at an overlapping time."""
    return (
        session.scalar(
            select(
                exists(
                    select(Signup.id)
                    .join(Shift, Shift.id == Signup.shift_id)
                    .join(Event, Event.id == Shift.event_id)
                    .where(
                        Signup.volunteer_id == volunteer_id,
                        Signup.shift_id != shift.id,
                        Signup.status.in_(KEEPS_TIME),
                        Event.status == "published",
                        overlap(Shift, shift),
                    )
                )
            )
        )
        or False
    )


def overlap(one: Any, other: Any) -> Any:
    """Say whether two times leave no way to do both, back to back is fine; with a model, return the condition."""
    return (one.starts_at < other.ends_at) & (one.ends_at > other.starts_at)


def _waiting(shift_id: UUID) -> Select[Signup]:
    return select(Signup).where(Signup.shift_id == shift_id, Signup.status == SignupStatus.WAITLISTED)


def _waiting_for(shift_id: object) -> Select[UUID]:
    return select(Signup.id).where(Signup.shift_id == shift_id, Signup.status == SignupStatus.WAITLISTED)
