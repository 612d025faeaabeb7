"""Compares what the clients were promised with what every database, queue, log and letter says of it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import Select, exists, func, or_, select

from services.events.models import Event, Reminder, ReminderState
from services.partners.models import Pledge, PledgeStatus
from services.signups.models import Place, Shift, Signup, SignupStatus, Volunteer
from services.signups.models.signups import SEATED
from shared import clock
from shared.agreement import comparing as agreement
from shared.embedded import Part
from shared.messaging.tables import UNPUBLISHED, UNSETTLED, Incoming, Outgoing
from shared.notices.tables import Mailing, MailingState, Notice, NoticeState
from tools.faults.journal import Journal

PATIENCE: Final = 5.0
"""Seconds in which copies should be like what their owner has, once nothing is on its way."""
GRACE: Final = timedelta(seconds=2)
"""A letter that was on its way when somebody withdrew is no letter too many."""
SOON: Final = timedelta(seconds=30)
"""What is to go out so soon is on its way."""
TWICE: Final = 2


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One thing that is not as it was promised."""

    verdict: Literal["lost", "doubled", "stuck"]
    what: str
    which: str


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen outside of the databases."""

    letters: Counter[UUID]
    """How often the providers took the letter that begins with this notice."""
    applied: Counter[tuple[str, UUID]]
    """How often each service says that it applied a message."""


def compare(parts: Sequence[Part], journal: Journal, seen: Seen) -> set[Finding]:
    """Return everything that was lost, is there twice, or does not move; to be called when all should be at rest."""
    return {
        *stuck(parts, journal),
        *_signups(parts, journal),
        *_places(parts),
        *_pledges(parts, journal),
        *_events(parts, journal),
        *_messages(parts, journal, seen),
        *_letters(parts, journal, seen),
        *_copies(parts),
    }


def stuck(parts: Sequence[Part], journal: Journal) -> Iterator[Finding]:
    """Yield what waits for somebody who does not come; while anything is on its way, that is found as well."""
    now = clock.utc_now()
    due = Notice.next_at <= now + SOON, Notice.state.in_((NoticeState.QUEUED, NoticeState.SENDING))
    for part in parts:
        name = part.service.name
        yield from _found("stuck", f"{name}: not published", _all(part, select(Outgoing.message_id).where(UNPUBLISHED)))
        unsettled = set(_all(part, select(Incoming.message_id).where(UNSETTLED)))
        yield from _found("stuck", f"{name}: not applied", unsettled - journal.set_aside)
        yield from _found("stuck", f"{name}: not sent", _all(part, select(Notice.id).where(*due)))
        running = select(Mailing.id).where(Mailing.state == MailingState.RUNNING)
        yield from _found("stuck", f"{name}: mailing not planned", _all(part, running))
    pending = select(Reminder.id).where(Reminder.state == ReminderState.PENDING, Reminder.due_at <= now)
    yield from _found("stuck", "reminder not fired", _all(_of(parts, "events"), pending))


def in_doubt(parts: Sequence[Part]) -> int:
    """Return how many letters nobody knows the fate of, or were sent once more because nobody knew it."""
    doubtful = or_(Notice.state == NoticeState.UNKNOWN, Notice.repeated)
    return sum(len(_all(part, select(Notice.id).where(doubtful))) for part in parts)


def _signups(parts: Sequence[Part], journal: Journal) -> Iterator[Finding]:
    query = select(Signup.id, Signup.status, Signup.shift_id, Volunteer.name, Volunteer.phone_end)
    rows = _rows(_of(parts, "signups"), query.join(Volunteer, Volunteer.id == Signup.volunteer_id))
    states: dict[UUID, SignupStatus] = {row[0]: row[1] for row in rows}
    promised = journal.all_signups
    yield from _found("lost", "sign-up", promised - states.keys())
    withdrawn = {one for one, status in states.items() if status is SignupStatus.WITHDRAWN}
    yield from _found("lost", "withdrawal", journal.withdrawn - withdrawn)
    seated = {one for one, status in states.items() if status in SEATED}
    yield from _found("lost", "place", (journal.seated & states.keys()) - journal.leaving - seated)
    keys = (key for key, several in journal.signups.items() if len(several) > 1)
    yield from _found("doubled", "answer to a key", keys)
    people = Counter((shift_id, name, phone_end) for _id, _status, shift_id, name, phone_end in rows)
    yield from _found("doubled", "sign-up", (one for one, times in people.items() if times > 1))


def _places(parts: Sequence[Part]) -> Iterator[Finding]:
    """Yield who has no place of their own, and shifts that gave away more than they have."""
    part = _of(parts, "signups")
    without = select(Signup.id).where(Signup.status.in_(SEATED), ~exists().where(Place.signup_id == Signup.id))
    yield from _found("doubled", "place given to two", _all(part, without))
    given = or_(Place.signup_id.is_not(None), Place.pledge_id.is_not(None))
    taken = select(func.count()).where(Place.shift_id == Shift.id, given).scalar_subquery()
    yield from _found(
        "doubled", "more places than there are", _all(part, select(Shift.id).where(taken > Shift.capacity))
    )


def _pledges(parts: Sequence[Part], journal: Journal) -> Iterator[Finding]:
    found = {
        row[0]: row[1:] for row in _rows(_of(parts, "partners"), select(Pledge.id, Pledge.quantity, Pledge.status))
    }
    yield from _found("lost", "pledge", journal.pledges.keys() - found.keys())
    for pledge_id, (quantity, status) in found.items():
        promised = journal.pledges.get(pledge_id)
        if promised is not None and promised.quantity is not None:
            is_so = quantity == promised.quantity and (quantity > 0 or status is PledgeStatus.WITHDRAWN)
            yield from _found("lost", "change of a pledge", [] if is_so else [pledge_id])


def _events(parts: Sequence[Part], journal: Journal) -> Iterator[Finding]:
    versions = dict(_rows(_of(parts, "events"), select(Event.id, Event.version)))
    behind = (one for one, version in journal.versions.items() if versions.get(one, 0) < version)
    yield from _found("lost", "change of an event", behind)


def _messages(parts: Sequence[Part], journal: Journal, seen: Seen) -> Iterator[Finding]:
    """Yield messages that never came, or were applied twice."""
    yield from undelivered(parts)
    listed = {one for part in parts for one in _all(part, select(Incoming.message_id).where(UNSETTLED))}
    yield from _found("lost", "message that nobody understands", journal.set_aside - listed)
    yield from _found(
        "doubled", "message applied", (f"{name} {one}" for (name, one), times in seen.applied.items() if times > 1)
    )


def undelivered(parts: Sequence[Part]) -> Iterator[Finding]:
    """Yield messages that were published and have not come to each of their readers."""
    came = {part.service.name: set(_all(part, select(Incoming.message_id))) for part in parts}
    for part in parts:
        sent = _rows(part, select(Outgoing.message_id, Outgoing.type).where(Outgoing.published_at.is_not(None)))
        for reader in parts:
            known, name = reader.service.handlers.types, reader.service.name
            due = {message_id for message_id, message_type in sent if message_type in known}
            yield from _found("lost", f"message to {name}", due - came[name])


def _letters(parts: Sequence[Part], journal: Journal, seen: Seen) -> Iterator[Finding]:
    """Yield letters that nobody got, that somebody got twice, and that should not have gone."""
    for part in parts:
        own = Notice.id, Notice.state, Notice.repeated, Notice.carried_by
        for notice_id, state, repeated, carried_by in _rows(part, select(*own)):
            times = seen.letters[notice_id]
            first = state is NoticeState.SENT and carried_by is None
            yield from _found(
                "lost", "letter", [notice_id] if (first and not times) or state is NoticeState.FAILED else []
            )
            yield from _found("doubled", "letter", [notice_id] if times > (TWICE if repeated else 1) else [])
    yield from _reminders(_of(parts, "signups"), journal)


def _reminders(part: Part, journal: Journal) -> Iterator[Finding]:
    """Yield people who had a place and were not reminded, and people who were although they had withdrawn."""
    sent = (NoticeState.SENT, NoticeState.DELIVERED, NoticeState.UNKNOWN)
    reminders = _rows(
        part,
        select(Notice.person_id, Notice.event_id, Notice.sent_at, Notice.due_at).where(
            Notice.kind == "reminder", Notice.state.in_(sent)
        ),
    )
    told: dict[tuple[UUID, UUID], datetime | None] = {(row[0], row[1]): row[2] for row in reminders}
    due: dict[UUID, datetime] = {row[1]: row[3] for row in reminders}
    theirs = _rows(
        part,
        select(Signup.id, Signup.volunteer_id, Signup.event_id, Signup.created_at, Signup.withdrawn_at, Shift.starts_at)
        .join(Shift, Shift.id == Signup.shift_id)
        .where(or_(Signup.id.in_(journal.awaiting_reminder), Signup.withdrawn_at.is_not(None))),
    )
    for signup_id, person, event, created_at, withdrawn_at, starts_at in theirs:
        if withdrawn_at is not None:
            at = told.get((person, event))
            late = at is not None and at > withdrawn_at + GRACE
            yield from _found("doubled", "letter to somebody who had withdrawn", [signup_id] if late else [])
        elif created_at < due.get(event, starts_at - timedelta(hours=1)):
            yield from _found("lost", "reminder", [] if (person, event) in told else [signup_id])


def _copies(parts: Sequence[Part]) -> Iterator[Finding]:
    """Yield what ``steward reconcile`` finds."""
    for one in agreement.lasting(parts, patience=PATIENCE, at_most=1000):
        yield Finding("lost", f"{one.pair.kind} in {one.pair.reader.service.name}", str(one.id))


def _found(verdict: Literal["lost", "doubled", "stuck"], what: str, which: Iterable[object]) -> Iterator[Finding]:
    return (Finding(verdict, what, str(one)) for one in which)


def _of(parts: Sequence[Part], name: str) -> Part:
    return next(part for part in parts if part.service.name == name)


def _rows(part: Part, query: Select[*tuple[Any, ...]]) -> Sequence[Any]:
    return part.database.read(lambda session: session.execute(query).all())


def _all(part: Part, query: Select[Any]) -> Sequence[Any]:
    return part.database.read(lambda session: session.scalars(query).all())
