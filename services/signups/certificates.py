"""Certificates of service: their numbers, what stands on them, and reading them."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.signups import ledgers, queries
from services.signups.models import Certificate, Event, Record, RecordKind, Shift, Signup
from shared.errors import NotFound
from shared.texts import text as _

SIGNS: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Digits and letters that are not taken for each other. That there are 31, a prime, makes the check sign find every
wrong sign and every two that changed places."""
RANDOM: Final = 11
"""Signs of chance in a number: 54 bits, and a limit on how often one may ask, keep numbers from being guessed."""
GROUP: Final = 4
ID_SHOWN: Final = (3, 4)
"""Digits of an ID number that a paper shows, at its begin and end."""


def new_number(year: int) -> str:
    """Return a number like SY-2027-7K2M-9QXA-4TRE, whose last sign checks the others."""
    chance = "".join(secrets.choice(SIGNS) for _one in range(RANDOM))
    signs = chance + _check_sign(chance)
    return "-".join(["SY", str(year), *(signs[at : at + GROUP] for at in range(0, len(signs), GROUP))])


def is_number(written: str) -> bool:
    """Tell whether this can be the number of a certificate, so that a slip is told apart from an unknown one."""
    begin, *groups = written.split("-")[1:] or [""]
    signs = "".join(groups)
    return (
        written.startswith("SY-")
        and begin.isdecimal()
        and len(signs) == RANDOM + 1
        and set(signs) <= set(SIGNS)
        and signs[-1] == _check_sign(signs[:-1])
    )


def masked(id_number: str) -> str:
    """Return an ID number without its middle: 110***********123X."""
    first, last = ID_SHOWN
    return f"{id_number[:first]}{'*' * (len(id_number) - first - last)}{id_number[-last:]}"


def by_number(session: Session, number: str) -> Certificate:
    """Return the certificate; raises NotFound, with what to check."""
    found = session.get(Certificate, number) if is_number(number) else None
    if found is None:
        raise NotFound(
            _(
                "There is no certificate with this number. Please compare it sign by sign with the paper: it has no I,"
                " L, O, 0 or 1. If it is right and not found, the paper was not issued here."
            )
        )
    return found


def of_community(session: Session, number: str, *, community: str) -> Certificate:
    """Return a certificate to an organizer of the community that issued it; raises NotFound to all others."""
    found = by_number(session, number)
    if found.community != community:
        raise NotFound(_("There is no such certificate."))
    return found


def of_person(session: Session, volunteer_id: UUID, *, community: str | None = None) -> Sequence[Certificate]:
    """Return the person's certificates, the newest first."""
    query = select(Certificate).where(Certificate.volunteer_id == volunteer_id)
    if community is not None:
        query = query.where(Certificate.community == community)
    return session.scalars(query.order_by(Certificate.issued_at.desc(), Certificate.number)).all()


def services(session: Session, volunteer_id: UUID, *, community: str) -> list[dict[str, Any]]:
    """Return what the ledger says of each shift that the person served on, the earliest first."""
    signups = session.scalars(
        queries.with_people()
        .where(Signup.volunteer_id == volunteer_id, Event.community == community, Signup.minutes.is_not(None))
        .order_by(Shift.starts_at, Signup.id)
    )
    return [_line(signup) for signup in signups]


def communities(session: Session, volunteer_id: UUID) -> Sequence[str]:
    """Return the communities in which the person has hours."""
    return session.scalars(
        select(Event.community)
        .join(Signup, Signup.event_id == Event.id)
        .where(Signup.volunteer_id == volunteer_id, Signup.minutes.is_not(None))
        .distinct()
        .order_by(Event.community)
    ).all()


def within(lines: Sequence[Mapping[str, Any]], since: date, until: date) -> list[Mapping[str, Any]]:
    """Return those of the days from ``since`` to ``until``, both included."""
    return [line for line in lines if since <= date.fromisoformat(line["day"]) <= until]


def records(session: Session, volunteer_id: UUID, kind: RecordKind, *, community: str) -> list[dict[str, Any]]:
    """Return the person's trainings or awards, the earliest first."""
    found = ledgers.records(session, volunteer_id, community=community)
    return [_noted(one) for one in reversed(found) if one.kind is kind]


def _line(signup: Signup) -> dict[str, Any]:
    event, shift = signup.shift.event, signup.shift
    return {
        "day": shift.starts_at.astimezone(ZoneInfo(event.timezone)).date().isoformat(),
        "activity": event.title,
        "content": shift.role,
        "place": event.venue_name,
        "minutes": signup.minutes,
    }


def _noted(record: Record) -> dict[str, Any]:
    return {
        "day": record.day.isoformat(),
        "title": record.title,
        "content": record.content,
        "minutes": record.minutes,
        "by_whom": record.by_whom,
    }


def _check_sign(signs: str) -> str:
    return SIGNS[sum(place * SIGNS.index(sign) for place, sign in enumerate(signs, start=1)) % len(SIGNS)]
