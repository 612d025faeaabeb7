"""The waitlist: first come, first served, in the transaction that frees a place.

Well before the shift the place is given at once; shortly before it, it is offered, so that it goes on to the next in
time where somebody's plans have changed (docs/adr/0012).
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Integer, Select, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import Session

from services.signups import announcements, holding, places, timing
from services.signups.models import Event, Place, Shift, Signup, SignupStatus, Volunteer
from shared.trips import Question, ask

OFFERED_FROM: Final = timedelta(hours=48)
"""Before the shift's start: places that become free from then on are offered."""
WAITS: Final = and_(Signup.status == SignupStatus.WAITLISTED, Signup.offered_until.is_(None))
"""Whoever is in line; a person with an offer has left it."""
ONE_AFTER_ANOTHER = (Signup.created_at, Signup.id)
WAITED_FOR: Final = select(Signup.id).where(Signup.shift_id == bindparam("shift"), WAITS).order_by(*ONE_AFTER_ANOTHER)
NOBODY_WAITS: Final = WAITED_FOR.limit(1).scalar_subquery().is_(None)
HAS_ROOM: Final = and_(places.FIRST_FOR_ANYBODY.is_not(None), NOBODY_WAITS).label("has_room")
"""Whether whoever comes now may find a place of the ``shift``; ``RESERVE`` tells for sure.

Both ask for the first of an index. Whether there is any would make PostgreSQL read the table from its beginning, where
it takes the shift for a large part of it: through all that is older.
"""
RESERVE: Final = places.LOCKED_FOR_ANYBODY.where(NOBODY_WAITS).limit(bindparam("number", type_=Integer()))


def is_in_line(signup: Signup) -> bool:
    """Tell whether the person waits for a place and is offered none at the moment."""
    return signup.status is SignupStatus.WAITLISTED and signup.offered_until is None


def reserve(session: Session, shift_id: UUID) -> int | None:
    """Lock a place for whoever comes now, and return its number; None where none is free, or others wait for one."""
    found = ask(session, reserving(shift_id, 1))[0]
    return found[0][0] if found else None


def reserving(shift_id: UUID, number: int) -> Question:
    """Return what locks up to so many places for those who come now; it answers their numbers, none if others wait."""
    return Question(RESERVE, {"shift": shift_id, "number": number})


def position(session: Session, signup: Signup) -> int:
    """Return the waiting sign-up's place in the queue, from 1; only those before it are counted."""
    # Said twice, so that the index is read up to this one's moment only.
    up_to_it = _waiting_for(signup.shift_id).where(
        Signup.created_at <= signup.created_at, or_(Signup.created_at < signup.created_at, Signup.id <= signup.id)
    )
    return session.scalar(up_to_it.with_only_columns(func.count())) or 0


def positions(session: Session, signups: Collection[Signup]) -> Mapping[UUID, int]:
    """Return sign-up id -> place in its shift's queue, from 1, for those of the sign-ups that wait; in one query."""
    waiting = {signup.id: signup.shift_id for signup in signups if is_in_line(signup)}
    if not waiting:
        return {}
    turn = func.row_number().over(partition_by=Signup.shift_id, order_by=ONE_AFTER_ANOTHER)
    queue = select(Signup.id, turn.label("turn")).where(Signup.shift_id.in_(set(waiting.values())), WAITS).subquery()
    rows = session.execute(select(queue.c.id, queue.c.turn).where(queue.c.id.in_(waiting)))
    return {signup_id: number for signup_id, number in rows}  # noqa: C416  (a Row is no pair to the type checker)


def with_turns(session: Session, signups: Sequence[Signup]) -> Sequence[Signup]:
    """Fill in the turn of each of the sign-ups that waits, in one query."""
    turns = positions(session, signups)
    for signup in signups:
        signup.waitlist_position = turns.get(signup.id)
    return signups


def promote(session: Session, shift: Shift, now: datetime, *, present: UUID | None = None) -> list[Signup]:
    """Give or offer free places of the shift to those who wait, in their order; return whom they went to.

    What is left then is kept for units that wait for places (``holding``).
    Someone whose other shifts meanwhile leave no time for it keeps waiting and is passed over. Nobody is promoted into
    a shift that has begun or is no longer on. The sign-up ``present`` is being made now, so its person need not be
    asked whether they still want the place.
    """
    if not shift.is_to_come(now):
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
            holding.fill_up(session, shift, now)
            break
        lock_person(session, signup.volunteer_id)
        if timing.refusal(session, signup.volunteer_id, shift) or not places.take(session, shift.id, signup.id):
            passed_over.add(signup.id)
            continue
        until = None if signup.id == present else offer_until(shift, now)
        if until is None:
            signup.move_to(SignupStatus.CONFIRMED)
            signup.confirmed_at = now
        else:
            signup.offered_until = until
            signup.version += 1
        session.flush()
        announcements.signup_changed(session, signup, now)
        announcements.tell_promoted(session, signup, now)
        promoted.append(signup)
    return promoted


def offer_until(shift: Shift, now: datetime) -> datetime | None:
    """Return until when a place that becomes free now is offered, or None where it is given at once.

    That is so well before the shift, and when an offer could no longer run out and go on before the shift begins: a
    place is not left empty for want of an answer.
    """
    until = now + timedelta(minutes=shift.event.offer_minutes)
    is_offered = now < until < shift.starts_at <= now + OFFERED_FROM
    return until if is_offered else None


def sweep(session: Session, now: datetime) -> int:
    """Promote wherever a free place and a waiting person or unit are left side by side; return how many people were.

    That is the case after a transaction which had a place in hand was rolled back.
    """
    open_shifts: Sequence[Shift] = session.scalars(
        select(Shift)
        .join(Event)
        .where(
            Event.status == "published",
            Shift.starts_at > now,
            Shift.listed,
            or_(exists(_waiting_for(Shift.id)), holding.is_waited_for(now)),
            exists(
                select(Place.number).where(
                    Place.shift_id == Shift.id, Place.signup_id.is_(None), Place.pledge_id.is_(None)
                )
            ),
        )
        .order_by(Shift.starts_at, Shift.id)
    ).all()
    return sum(len(promote(session, shift, now)) for shift in open_shifts)


def lock_person(session: Session, volunteer_id: UUID) -> None:
    """Make all that gives this person places take turns, so that two overlapping ones cannot be given at once."""
    session.execute(select(Volunteer.id).where(Volunteer.id == volunteer_id).with_for_update())


def _waiting(shift_id: UUID) -> Select[Signup]:
    return select(Signup).where(Signup.shift_id == shift_id, WAITS)


def _waiting_for(shift_id: object) -> Select[UUID]:
    return select(Signup.id).where(Signup.shift_id == shift_id, WAITS)
