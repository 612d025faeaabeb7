"""Places: one row each, so that the database itself refuses one person too many.

A place is claimed with ``FOR UPDATE SKIP LOCKED``: sign-ups for the same shift do not wait for each other, and whoever
finds no unlocked free place gets none. A place that a rolled-back transaction had locked is found by the sweep.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    Update,
    bindparam,
    case,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.orm import Session

from services.signups.models import Place, Shift
from shared.database import change
from shared.trips import Question, binds, numbered


def take(session: Session, shift_id: UUID, signup_id: UUID, pledge_id: UUID | None = None) -> bool:
    """Give the sign-up a free place of the shift, or one of those kept for the pledge; False where there is none."""
    kept_for = Place.pledge_id.is_(None) if pledge_id is None else Place.pledge_id == pledge_id
    number = _free(shift_id, kept_for).limit(1).scalar_subquery()
    taken = change(
        session,
        update(Place).where(Place.shift_id == shift_id, Place.number == number).values(signup_id=signup_id),
    )
    return taken == 1


def seating(shift_id: UUID, seats: Mapping[int, UUID]) -> Question:
    """Return what gives places that the transaction has locked to sign-ups; ``seats``: number -> sign-up."""
    values = {"shift": shift_id} | numbered("number", seats) | numbered("signup", seats.values())
    return Question(_seating(len(seats)), values)


def free(session: Session, signup_id: UUID) -> UUID | None:
    """Free the sign-up's place and return the pledge it is kept for, if any; a surplus place goes out of use."""
    place = session.scalars(select(Place).where(Place.signup_id == signup_id).with_for_update()).one_or_none()
    if place is None:
        return None
    place.signup_id = None
    session.flush()
    if place.pledge_id is None:
        _drop_surplus(session, session.get_one(Shift, place.shift_id))
    return place.pledge_id


def exists_free(session: Session, shift_id: UUID) -> bool:
    """Tell whether a place is free and not kept for anybody."""
    number = session.scalar(_free(shift_id, Place.pledge_id.is_(None)).limit(1))
    return number is not None


def keep(session: Session, shift_id: UUID, pledge_id: UUID, count: int) -> int:
    """Keep up to ``count`` free places for the pledge; return how many there were."""
    numbers = session.scalars(_free(shift_id, Place.pledge_id.is_(None)).limit(count)).all()
    return _change(session, shift_id, numbers, pledge_id)


def release(session: Session, shift_id: UUID, pledge_id: UUID, count: int) -> int:
    """Give back up to ``count`` nameless places of the pledge; return how many there were."""
    numbers = session.scalars(_free(shift_id, Place.pledge_id == pledge_id).limit(count)).all()
    released = _change(session, shift_id, numbers, None)
    _drop_surplus(session, session.get_one(Shift, shift_id))
    return released


def resize(session: Session, shift: Shift) -> int:
    """Make as many places as the shift's capacity says, and return how many there are then.

    Places that are taken or kept stay; they go out of use one by one as they become free. One that somebody has in
    hand at this moment counts as taken.
    """
    count, last = session.execute(
        select(func.count(), func.coalesce(func.max(Place.number), 0)).where(Place.shift_id == shift.id)
    ).one()
    if count <= shift.capacity:
        missing = range(last + 1, last + 1 + shift.capacity - count)
        if missing:
            session.execute(insert(Place), [{"shift_id": shift.id, "number": number} for number in missing])
        return shift.capacity
    return count - _drop_surplus(session, shift)


def _free(shift_id: UUID | BindParameter[UUID], kept_for: ColumnElement[bool]) -> Select[int]:
    """Select the numbers of places without a name, lowest first, passing over those that others have in hand."""
    return _nameless(shift_id, kept_for).order_by(Place.number).with_for_update(skip_locked=True)


def _nameless(shift_id: UUID | BindParameter[UUID], kept_for: ColumnElement[bool]) -> Select[int]:
    return select(Place.number).where(Place.shift_id == shift_id, Place.signup_id.is_(None), kept_for)


def _change(session: Session, shift_id: UUID, numbers: Sequence[int], pledge_id: UUID | None) -> int:
    if not numbers:
        return 0
    return change(
        session,
        update(Place).where(Place.shift_id == shift_id, Place.number.in_(numbers)).values(pledge_id=pledge_id),
    )


def _drop_surplus(session: Session, shift: Shift) -> int:
    """Take free places that are too many out of use; return how many."""
    count = session.scalar(select(func.count()).where(Place.shift_id == shift.id)) or 0
    if count <= shift.capacity:
        return 0
    numbers = session.scalars(
        _free(shift.id, Place.pledge_id.is_(None))
        .order_by(None)
        .order_by(Place.number.desc())
        .limit(count - shift.capacity)
    ).all()
    return change(session, delete(Place).where(Place.shift_id == shift.id, Place.number.in_(numbers)))


PLACES: Final = Place.__table__
SHIFT: Final = bindparam("shift", type_=PLACES.c.shift_id.type)
IN_ORDER_FOR_ANYBODY: Final = _nameless(SHIFT, Place.pledge_id.is_(None)).order_by(Place.number)
"""The ``shift``'s places that are kept for nobody and have no name, whether somebody has them in hand or not."""
FIRST_FOR_ANYBODY: Final = IN_ORDER_FOR_ANYBODY.limit(1).scalar_subquery()
LOCKED_FOR_ANYBODY: Final = _free(SHIFT, Place.pledge_id.is_(None))


@cache
def _seating(number: int) -> Update:
    numbers = binds("number", number, PLACES.c.number.type)
    signups = binds("signup", number, PLACES.c.signup_id.type)
    seats = [(PLACES.c.number == place, signup) for place, signup in zip(numbers, signups, strict=True)]
    return (
        update(PLACES)  # type: ignore[arg-type]
        .where(PLACES.c.shift_id == bindparam("shift"), PLACES.c.number.in_(numbers))
        .values(signup_id=case(*seats))
    )
