"""Signing up as most do it, for all who do it at the same moment: one statement for all of them, not one for each.

That is only a quicker way to where ``sign_up_together`` leads, and whoever needs more than it can do is left to that.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, String, and_, bindparam, func, insert, or_, select
from sqlalchemy.orm import Session

from services.signups import announcements, idempotency, identity, places, timing, waitlist, wanted
from services.signups.idempotency import Answer, Request
from services.signups.links import Links
from services.signups.models import Event, Shift, Signup, SignupStatus, Volunteer, giving_code
from services.signups.operations.signing import Application, new_row
from services.signups.operations.together import checked
from services.signups.wanted import WantedShift
from shared.database import dialect_of
from shared.errors import DomainError
from shared.names import name_key
from shared.trips import Question, Rows, ask, binds, in_one, later, numbered

WANTED: Final = wanted.WANTED.add_columns(waitlist.HAS_ROOM)
SIGNUPS: Final = Signup.__table__
NOTE: Final = insert(SIGNUPS)  # type: ignore[arg-type]
PATIENCE: Final = 200
"""Milliseconds for which a crowd waits for somebody whom another transaction has locked: all of it waits for them."""
WAIT_BRIEFLY: Final = Question(select(func.set_config("lock_timeout", f"{PATIENCE}ms", True)), {})


class Filled(Exception):
    """Others were quicker: there are fewer places than newcomers."""


@dataclass(frozen=True, slots=True, eq=False)
class Wish:
    """What somebody sent who wants to sign up. What comes of it bears their request's id and trace, by ``context``."""

    applications: Sequence[Application]
    request: Request
    links: Links
    now: datetime
    context: Context = field(default_factory=copy_context)


@dataclass(frozen=True, slots=True, eq=False)
class Newcomer:
    """Somebody who may have the shift, as far as that can be known without knowing them."""

    wish: Wish
    application: Application
    shift: WantedShift
    name_key: str

    @property
    def person(self) -> tuple[str, str]:
        """Who they are, in the order in which families are locked."""
        return self.name_key, self.application.phone


def sign_up_newcomers(session: Session, wishes: Sequence[Wish]) -> list[Answer | None]:
    """Give a place to those who want what most want, and answer them; None to the others, for whom nothing was done.

    Most send a new request, for one person and one shift, which is open to everybody, has places that nobody waits for,
    and leaves them time for their other ones. Raises Filled, and what the database raises: nothing was done then.
    """
    newcomers = [] if identity.is_changing_keys(session) else _who_may(session, wishes)
    people = _get_to_know(session, newcomers) if newcomers else {}
    answers = _seat(session, people) if people else {}
    return [answers.get(wish) for wish in wishes]


def _who_may(session: Session, wishes: Sequence[Wish]) -> list[Newcomer]:
    """Return those who may have their shift; of one request or one person that come twice, one."""
    alone = {
        wish.request.key: wish for wish in wishes if len(wish.applications) == 1 and not wish.applications[0].claim
    }
    if not alone:
        return []
    wished = list({wish.applications[0].shift_id for wish in alone.values()})
    requests = [wish.request for wish in alone.values()]
    if dialect_of(session) == "postgresql":  # SQLite's writers take turns anyway
        later(session, WAIT_BRIEFLY)
    turns, known, *found = ask(
        session, *idempotency.trying(requests), *(Question(WANTED, {"shift": shift_id}) for shift_id in wished)
    )
    shifts = dict(zip(wished, found, strict=True))
    are_new = idempotency.are_new(requests, turns, known)
    may = [
        _newcomer(wish, shifts[wish.applications[0].shift_id])
        for wish, is_new in zip(alone.values(), are_new, strict=True)
        if is_new
    ]
    by_person = {one.person: one for one in may if one is not None}
    return [by_person[person] for person in sorted(by_person)]


def _newcomer(wish: Wish, found: Sequence[Any]) -> Newcomer | None:
    if not found or not found[0].has_room:
        return None
    try:
        shifts, [application] = checked(wish.applications, [wanted.answered(found)], wish.now)
    except DomainError:
        return None  # to be told by whoever does it for them alone
    [shift] = shifts.values()
    return None if shift.event.asks_code else Newcomer(wish, application, shift, name_key(application.name))


def _get_to_know(session: Session, newcomers: Sequence[Newcomer]) -> dict[Newcomer, UUID]:
    """Find or note the people, and lock them, so that their sign-ups take turns; return those who have time."""
    asked = [
        identity.noting(
            session, name=one.application.name, name_key=one.name_key, phone=one.application.phone, now=one.wish.now
        )
        for one in newcomers
    ]
    keys = [(question.values["phone_key"], question.values["name_key"]) for question in asked]
    noted, taken = ask(session, in_one(asked), _shifts_near(keys, [one.shift for one in newcomers]))
    ids = {(row.phone_key, row.name_key): row.id for row in noted}
    people = {one: ids[key] for one, key in zip(newcomers, keys, strict=True)}
    shifts: dict[UUID, list[Any]] = {}
    for row in taken:
        shifts.setdefault(row.volunteer_id, []).append(row)
    return {one: person for one, person in people.items() if _has_time(one.shift, shifts.get(person, ()))}


def _has_time(shift: WantedShift, taken: Sequence[Any]) -> bool:
    """Tell whether somebody is not on the shift, and those that they have taken leave time for it."""
    if any(row.id == shift.id for row in taken):
        return False
    return timing.conflict(shift, [wanted.read(row) for row in taken if row.leaves_no_time]) is None


def _seat(session: Session, people: Mapping[Newcomer, UUID]) -> dict[Wish, Answer]:
    """Write the sign-ups and all that comes with them; raises Filled."""
    rows = {
        one.wish: new_row(one.application, one.shift, volunteer_id, None, one.wish.links, one.wish.now)
        | {"status": SignupStatus.CONFIRMED, "confirmed_at": one.wish.now}
        for one, volunteer_id in people.items()
    }
    answers = {wish: Answer(status=row["status"].value, signup_id=row["id"]) for wish, row in rows.items()}
    lacking = {row["id"]: row["event_id"] for row in rows.values()}
    _noted, coded, *_done = ask(
        session,
        in_one([Question(NOTE, row) for row in rows.values()]),
        _giving_codes(session, lacking),
        *_seating(session, rows.values()),
        in_one([wish.context.run(announcements.telling_seated, session, row, wish.now) for wish, row in rows.items()]),
        in_one([idempotency.noting(wish.request, answer, wish.now) for wish, answer in answers.items()]),
    )
    while lacking := _without(lacking, coded):
        [coded] = ask(session, _giving_codes(session, lacking))
    return answers


def _seating(session: Session, rows: Iterable[Mapping[str, Any]]) -> list[Question]:
    """Lock places of each shift, and return what gives them to the sign-ups; raises Filled."""
    signups: dict[UUID, list[UUID]] = {}
    for row in rows:
        signups.setdefault(row["shift_id"], []).append(row["id"])
    found = ask(session, *(waitlist.reserving(shift_id, len(ids)) for shift_id, ids in signups.items()))
    if any(len(numbers) < len(ids) for numbers, ids in zip(found, signups.values(), strict=True)):
        raise Filled
    return [
        places.seating(shift_id, dict(zip((row.number for row in numbers), ids, strict=True)))
        for numbers, (shift_id, ids) in zip(found, signups.items(), strict=True)
    ]


def _giving_codes(session: Session, signups: Mapping[UUID, UUID]) -> Rows:
    """Return what gives codes to the sign-ups (id -> event); it answers whom it could give the one it made."""
    return in_one([giving_code(session, event_id, signup_id) for signup_id, event_id in signups.items()])


def _without(signups: Mapping[UUID, UUID], coded: Sequence[Any]) -> dict[UUID, UUID]:
    given = {row.signup_id for row in coded}
    return {signup_id: event_id for signup_id, event_id in signups.items() if signup_id not in given}


def _shifts_near(people: Sequence[tuple[str, str]], shifts: Sequence[WantedShift]) -> Question:
    """Return what asks for the shifts near any of these that the people have not withdrawn from."""
    phone_keys, name_keys = zip(*people, strict=True)
    values = numbered("phone_key", phone_keys) | numbered("name_key", name_keys)
    values["since"] = min(shift.starts_at for shift in shifts) - timing.NEAR
    values["until"] = max(shift.ends_at for shift in shifts) + timing.NEAR
    return Question(_taken(len(people)), values)


@cache
def _taken(people: int) -> Select[Any]:
    phone_keys, name_keys = binds("phone_key", people, String()), binds("name_key", people, String())
    theirs = (
        and_(Volunteer.phone_key == phone_key, Volunteer.name_key == name_key)
        for phone_key, name_key in zip(phone_keys, name_keys, strict=True)
    )
    return (
        select(*wanted.COLUMNS, Signup.volunteer_id, timing.LEAVES_NO_TIME.label("leaves_no_time"))
        .join(Event, Event.id == Shift.event_id)
        .join(Signup, Signup.shift_id == Shift.id)
        .join(Volunteer, Volunteer.id == Signup.volunteer_id)
        .where(
            or_(*theirs),
            Signup.status != SignupStatus.WITHDRAWN,
            Shift.ends_at > bindparam("since"),
            Shift.starts_at < bindparam("until"),
        )
    )
