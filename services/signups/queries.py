"""What is read of sign-ups: set-based, so that no page asks once for each row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, func, select
from sqlalchemy.orm import Session, contains_eager

from services.signups import waitlist, wanted
from services.signups.links import token_hash
from services.signups.models import Event, Hold, Place, Shift, Signup, SignupStatus, Volunteer
from shared.errors import Invalid, NotFound, field_error
from shared.notices.tables import Notice
from shared.texts import text as _
from shared.trips import Question, ask

SHIFTS: Final = Shift.__table__
ASKED: Final = select(SHIFTS.c.id, SHIFTS.c.questions).where(SHIFTS.c.event_id == bindparam("event"), SHIFTS.c.listed)


@dataclass(frozen=True, slots=True)
class ShiftCounts:
    """A shift and how full it is. ``capacity`` counts the places there are; ``held`` those kept and still nameless.

    ``offered`` places are kept for some of the ``waitlisted``, until they have answered.
    """

    shift: Shift
    capacity: int
    confirmed: int
    held: int
    offered: int
    free: int
    waitlisted: int


@dataclass(frozen=True, slots=True)
class HoldCounts:
    """A hold and how many of its places have a name."""

    hold: Hold
    held: int
    claimed: int


def event(session: Session, event_id: UUID, *, community: str | None = None) -> Event:
    """Return the event; raises NotFound where there is none, or none of the community that is asked for."""
    found = session.get(Event, event_id)
    if found is None or community not in {None, found.community}:
        raise NotFound(_("There is no such event."))
    return found


def shifts(session: Session, event_id: UUID) -> Sequence[ShiftCounts]:
    """Return the event's shifts in order, with their counts; raises NotFound."""
    event(session, event_id)
    places = (
        select(
            Place.shift_id,
            func.count().label("capacity"),
            func.count(Place.signup_id).label("taken"),
            func.sum(case((and_(Place.signup_id.is_(None), Place.pledge_id.is_not(None)), 1), else_=0)).label("held"),
        )
        .join(Shift)
        .where(Shift.event_id == event_id)
        .group_by(Place.shift_id)
        .subquery()
    )
    waiting = (
        select(Signup.shift_id, func.count().label("waitlisted"), func.count(Signup.offered_until).label("offered"))
        .where(Signup.event_id == event_id, Signup.status == SignupStatus.WAITLISTED)
        .group_by(Signup.shift_id)
        .subquery()
    )
    rows = session.execute(
        select(
            Shift,
            func.coalesce(places.c.capacity, 0),
            func.coalesce(places.c.taken, 0),
            func.coalesce(places.c.held, 0),
            func.coalesce(waiting.c.offered, 0),
            func.coalesce(waiting.c.waitlisted, 0),
        )
        .outerjoin(places, places.c.shift_id == Shift.id)
        .outerjoin(waiting, waiting.c.shift_id == Shift.id)
        .where(Shift.event_id == event_id, Shift.listed)
        .order_by(Shift.starts_at, Shift.position)
    )
    return [
        ShiftCounts(shift, capacity, taken - offered, held, offered, capacity - taken - held, waitlisted)
        for shift, capacity, taken, held, offered, waitlisted in rows
    ]


def listed(session: Session, event_id: UUID) -> Sequence[Shift]:
    """Return the shifts that the event lists, without their counts; raises NotFound."""
    event(session, event_id)
    return session.scalars(select(Shift).where(Shift.event_id == event_id, Shift.listed)).all()


def asked(session: Session, event_id: UUID) -> Mapping[UUID, Sequence[Mapping[str, Any]]]:
    """Return shift id -> the questions that it asks, for those that the event lists; raises NotFound."""
    [rows] = ask(session, Question(ASKED, {"event": event_id}))
    if not rows:
        event(session, event_id)
    return {row.id: row.questions for row in rows}


def shift(session: Session, shift_id: UUID, *, community: str | None = None, event_id: UUID | None = None) -> Shift:
    """Return a shift that may be chosen: one that its event lists, of the community or the event that is asked for.

    Raises Invalid beside the field.
    """
    found = session.get(Shift, shift_id)
    if (
        found is None
        or not found.listed
        or community not in {None, found.event.community}
        or event_id not in {None, found.event_id}
    ):
        raise Invalid(field_error("shift_id", wanted.NO_SHIFT))
    return found


def signup(session: Session, signup_id: UUID, *, community: str) -> Signup:
    """Return a sign-up to an organizer of its community; raises NotFound to all others."""
    found = session.scalars(with_people().where(Signup.id == signup_id, Event.community == community)).one_or_none()
    if found is None:
        raise NotFound(_("There is no such sign-up."))
    return found


def signup_by_token(session: Session, token: str) -> Signup:
    """Return the sign-up that the manage link opens; raises NotFound."""
    found = session.scalars(with_people().where(Signup.manage_hash == token_hash(token))).one_or_none()
    if found is None:
        raise NotFound(_("This link is not valid. Please use the newest link that you were given."))
    return found


def with_position(session: Session, signup: Signup) -> Signup:
    """Fill in the sign-up's turn, where it waits."""
    signup.waitlist_position = waitlist.position(session, signup) if waitlist.is_in_line(signup) else None
    return signup


def holds(session: Session, event_id: UUID) -> Sequence[HoldCounts]:
    """Return the event's holds with their counts, by unit."""
    rows = session.execute(_hold_counts().where(Hold.event_id == event_id).order_by(Hold.work_unit))
    return [HoldCounts(hold, held, claimed) for hold, held, claimed in rows]


def hold_by_token(session: Session, token: str) -> HoldCounts:
    """Return the hold that the claim link opens; raises NotFound."""
    row = session.execute(_hold_counts().where(Hold.claim_token == token)).one_or_none()
    if row is None:
        raise NotFound(_("This link is not valid. Please ask your unit for a new one."))
    return HoldCounts(*row)


def of_unit(session: Session, pledge_id: UUID) -> Sequence[Signup]:
    """Return the sign-ups that have one of the places kept for the pledge, the first one first."""
    return session.scalars(
        with_people()
        .join(Place, Place.signup_id == Signup.id)
        .where(Place.pledge_id == pledge_id)
        .order_by(Signup.created_at, Signup.id)
    ).all()


def shift_of(session: Session, shift_id: UUID) -> Shift:
    """Return the shift that something is for which is there already, be it listed or not."""
    return session.get_one(Shift, shift_id)


def notices(*, community: str) -> Select[Notice, str]:
    """Select the community's notices, each with the name of the person it is for; whoever is sent a code has none."""
    return (
        select(Notice, func.coalesce(Volunteer.name, ""))
        .outerjoin(Volunteer, Volunteer.id == Notice.person_id)
        .join(Event, Event.id == Notice.event_id)
        .where(Event.community == community)
    )


def with_people() -> Select[Signup]:
    """Select sign-ups, each with its person, its shift and its event."""
    return (
        select(Signup)
        .join(Signup.volunteer)
        .join(Signup.shift)
        .join(Shift.event)
        .options(contains_eager(Signup.volunteer), contains_eager(Signup.shift).contains_eager(Shift.event))
    )


def of_event(event_id: UUID) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Say of sign-ups with their shifts that they are of the event: of both, so that neither table is read through."""
    return Signup.event_id == event_id, Shift.event_id == event_id


def upcoming(session: Session, now: datetime) -> Sequence[Event]:
    """Return the events that can still be signed up for, the soonest first."""
    return session.scalars(
        select(Event).where(Event.status == "published", Event.ends_at > now).order_by(Event.starts_at)
    ).all()


def _hold_counts() -> Select[Hold, int, int]:
    return (
        select(Hold, func.count(Place.number), func.count(Place.signup_id))
        .outerjoin(Place, Place.pledge_id == Hold.pledge_id)
        .group_by(Hold.pledge_id)
    )
