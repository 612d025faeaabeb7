"""The notices to volunteers, written at the moment they are sent, from what is true then."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.signups import audiences, letters, short_links
from services.signups.letters import Address, Writer, about, changes, language_of
from services.signups.letters import own as own_letters
from services.signups.letters.wordings import WORDINGS, Wording
from services.signups.models import Shift, Signup
from shared import dates
from shared.catalogues import Language
from shared.config import Config
from shared.notices.queue import Composer, Letter
from shared.notices.tables import Mailing, Notice
from shared.texts import Text
from shared.texts import text as _

OF_ONE_SIGNUP: Final = ("promoted", "offered", "offer_expired", "moved_shift", "handed_on", "taken_over", "entered")
"""Kinds of notices about one shift only; their ``rule`` is the sign-up's id."""
OF_ALL_SIGNUPS: Final = ("reminder", "changed")
"""Kinds of notices that lead to each of somebody's sign-ups for the event."""
MOMENT: Final = "%Y%m%dT%H%MZ"
"""How the rule of a reminder about shifts ends: with their beginning, in UTC."""


WRITTEN_TO: Final = ("published", "completed")
"""States of an event in which an organizer's messages go to its people."""


def composer(config: Config) -> Composer:
    """Return the function that writes a notice, or None where it no longer applies."""

    def compose(session: Session, notice: Notice, now: datetime) -> Letter | None:
        writer = Writer(config, session, now)
        match notice.kind:
            case "code":
                letter = own_letters.code(writer, notice)
            case "own_link":
                letter = own_letters.own_link(writer, notice)
            case "not_handed_over":
                letter = own_letters.not_handed_over(writer, notice)
            case "shift_removed":
                letter = own_letters.shift_removed(writer, notice)
            case "broadcast":
                letter = _broadcast(writer, notice)
            case _:
                letter = _of_signups(writer, notice)
        return letter

    return compose


def _of_signups(writer: Writer, notice: Notice) -> Letter | None:
    """Write about what somebody has signed up for; None where nothing of it is as the notice says."""
    wording, kind = WORDINGS[notice.kind], notice.kind
    signups = _signups(writer.session, notice)
    signups = _one_reader([one for one in signups if _applies(wording, one, notice, writer.now)])
    if not signups:
        return None
    first, language = signups[0], language_of(signups[0])
    before = changes.known(writer, notice, signups)
    lines: Sequence[Text] = ()
    if kind == "changed":
        lines = changes.lines(before, signups, language, writer.now)
        if not lines and notice.mailing_id is not None:  # the release before kept no old times
            return None
    elif kind == "thanks":
        lines = _hours(signups)
    to = Address(first.volunteer.phone, first.email)
    known = changes.spans(before, signups)
    starts = [one.shift.starts_at for one in signups] + [one[0] for one in known]
    filling = _filling(signups, notice, language, writer.now)
    if kind == "cancelled":
        filling |= letters.times(known[0], first.shift, language, writer.now)
    return letters.letter(
        wording,
        filling,
        language,
        to,
        lines=lines,
        link=writer.short_link(first, short_links.FEEDBACK if kind == "thanks" else short_links.OWN),
        others=[(one.shift.role, writer.short_link(one)) for one in signups[1:]] if kind in OF_ALL_SIGNUPS else [],
        stop=writer.stop(notice.person_id, kind, to),
        needed_by=None if kind == "thanks" else first.offered_until or min(starts),
    )


def _signups(session: Session, notice: Notice) -> Sequence[Signup]:
    """Return the sign-ups that the notice may be about, the soonest first.

    For all that somebody has signed up for at an event they get one notice; a reminder may be about some shifts only.
    """
    if notice.kind in OF_ONE_SIGNUP:
        found = session.get(Signup, UUID(notice.rule))
        return [found] if found is not None else []
    query = select(Signup).join(Shift, Shift.id == Signup.shift_id)
    query = query.where(Signup.volunteer_id == notice.person_id, Signup.event_id == notice.event_id)
    if "shift_ids" in notice.params:
        query = query.where(Signup.shift_id.in_([UUID(one) for one in notice.params["shift_ids"]]))
    return session.scalars(query.order_by(Signup.status, Shift.starts_at, Shift.position)).all()


def _applies(wording: Wording, signup: Signup, notice: Notice, now: datetime) -> bool:
    """Say whether the notice is still true of the sign-up."""
    event = signup.shift.event
    if signup.consent_ended_at is not None or signup.status not in wording.statuses:
        return False
    if event.status != wording.event_status:
        return False
    if notice.kind == "offered":
        return signup.offered_until is not None and notice.occurrence == signup.version
    return notice.kind != "reminder" or _is_timely(signup.shift, notice, now)


def _is_timely(shift: Shift, notice: Notice, now: datetime) -> bool:
    """Say whether a reminder speaks of the time at which the event, or this shift, still is."""
    if notice.occurrence != shift.event.occurrence or now >= shift.starts_at:
        return False
    return "shift_ids" not in notice.params or notice.rule.endswith(f"{shift.starts_at:{MOMENT}}")


def _one_reader(signups: Sequence[Signup]) -> list[Signup]:
    """Return those that go to the address of the first: another may have been entered by somebody else (ADR 14)."""
    return [one for one in signups if one.email == signups[0].email]


def _filling(signups: Sequence[Signup], notice: Notice, language: Language, now: datetime) -> dict[str, Any]:
    first, event = signups[0], signups[0].shift.event
    return about([one.shift for one in signups], language, now) | {
        "name": first.volunteer.name,
        "until": dates.moment(first.offered_until or first.shift.starts_at, event.timezone, language, now),
        "reason": event.reason or "–",
        "unit": notice.params.get("unit", ""),
    }


def _hours(signups: Sequence[Signup]) -> list[Text]:
    """Return how long the person was there, unless nobody noted when they left."""
    minutes = sum(one.minutes or 0 for one in signups)
    return [_("You gave %(hours)s hours of your time.", hours=f"{round(minutes / 60, 1):g}")] if minutes else []


def _broadcast(writer: Writer, notice: Notice) -> Letter | None:
    """Write what an organizer wrote, to whoever is still among those they meant."""
    mailing = writer.session.get_one(Mailing, notice.mailing_id)
    signups = writer.session.scalars(
        select(Signup)
        .join(Shift, Shift.id == Signup.shift_id)
        .where(Signup.volunteer_id == notice.person_id, *audiences.meant(mailing.audience))
        .order_by(Signup.status, Shift.starts_at)
    ).all()
    if not signups or signups[0].shift.event.status not in WRITTEN_TO:
        return None
    first = signups[0]
    to = Address(first.volunteer.phone, first.email)
    return letters.broadcast(
        mailing.params,
        first.volunteer.name,
        first.shift.event,
        language_of(first),
        to,
        link=writer.short_link(first),
        stop=writer.stop(notice.person_id, notice.kind, to),
    )
