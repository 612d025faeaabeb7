"""Messages that an organizer writes to many people of an event: what has to be right, and sending them once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.catalogues import FIRST, SOURCE
from shared.errors import Conflict, Invalid, field_error
from shared.notices import mailings
from shared.notices.tables import Mailing
from shared.principal import Principal
from shared.texts import text as _
from shared.web.mailings import reading
from shared.web.mailings.reading import Reach
from shared.web.mailings.room import About, Room
from shared.web.preconditions import KEY

KIND: Final = "broadcast"
AFTERWARDS: Final = timedelta(days=30)
"""How long after an event its people may still be written to."""
STAYS_TRUE: Final = timedelta(days=2)
"""How late a message may go out that was to come after the event; one from before ends with it."""
LANGUAGES: Final = {"chinese": FIRST, "english": SOURCE}
"""The part of the form -> the language in which it is kept."""


class SentBefore(Invalid):
    """The same request came before with another message, which went out."""


class CountChanged(Conflict):
    """The list is not as long any more as whoever confirmed it was told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A message that may go out: to whom, how they are reached, in which words, from when and until when."""

    event: About
    audience: dict[str, Any]
    reach: Reach
    words: dict[str, Any]
    due_at: datetime
    expires_at: datetime


def prepare(
    session: Session, room: Room, event_id: UUID, entered: Mapping[str, Any], *, by: Principal, now: datetime
) -> Ready:
    """Return the message with whom it will reach.

    Raises NotFound for an event that is not the organizer's, Conflict where its people cannot be written to, and
    Invalid where nobody is on the list or the time is wrong.
    """
    event = room.event(session, event_id, by.community)
    if event.status == "draft":
        raise Conflict(_("This event is being worked on again. Please publish it before you write to its people."))
    if event.status == "cancelled":
        raise Conflict(_("This event has been cancelled, and its people have been told so."))
    audience = room.audience(session, event_id, entered)
    due_at = entered.get("due_at") or now
    if due_at < now:
        raise Invalid(field_error("due_at", _("This moment is over. Leave it empty to send at once.")))
    if due_at > event.ends_at + AFTERWARDS:
        raise Invalid(field_error("due_at", _("Please write at most 30 days after the event.")))
    found = reading.reach(session, room, event_id, audience)
    if not found.people:
        raise Invalid(field_error("whom", _("Nobody is on this list at the moment.")))
    return Ready(
        event=event,
        audience=audience,
        reach=found,
        words=_words(entered),
        due_at=due_at,
        expires_at=event.ends_at if due_at < event.ends_at else due_at + STAYS_TRUE,
    )


def send(
    session: Session,
    room: Room,
    event_id: UUID,
    entered: Mapping[str, Any],
    *,
    key: str,
    by: Principal,
    now: datetime,
    confirmed: int | None = None,
) -> UUID:
    """Begin the mailing and return its id; the same request, by its key, begins it once.

    ``confirmed`` is the number of people that the organizer has seen. Raises CountChanged where it is another one now,
    SentBefore where the key stands for another message, and what ``prepare`` raises.
    """
    known = _known(session, event_id, key)
    if known is None:
        ready = prepare(session, room, event_id, entered, by=by, now=now)
        if confirmed not in {None, ready.reach.people}:
            raise CountChanged(_("The list has changed meanwhile. Please look at it again."))
        begun = mailings.start(
            session,
            room.find,
            ready.audience,
            kind=KIND,
            event_id=event_id,
            rule=key,
            params=ready.words,
            due_at=ready.due_at,
            expires_at=ready.expires_at,
            created_by=by.id,
            now=now,
        )
        if begun is not None:
            return begun
        known = _known(session, event_id, key)  # somebody was quicker by a moment
    room.event(session, event_id, by.community)
    if known is None or known.params != _words(entered):
        raise SentBefore(field_error(KEY, _("This key was used for another request. Send a new key.")))
    return known.id


def stop(session: Session, room: Room, mailing_id: UUID, *, by: Principal, now: datetime) -> tuple[int, int]:
    """Stop a mailing; return how many of its notices had gone out, and how many were taken back.

    Raises NotFound for one that is not the organizer's, and Conflict where nothing is left to stop.
    """
    found, _event = reading.mailing(session, room, mailing_id, by.community)
    if not found.is_open:
        raise Conflict(_("Everything has gone out or been stopped already."))
    taken_back = mailings.stop(session, mailing_id, now)
    found, _event = reading.mailing(session, room, mailing_id, by.community)
    return found.gone, taken_back


def _known(session: Session, event_id: UUID, key: str) -> Mailing | None:
    return session.scalars(
        select(Mailing).where(Mailing.event_id == event_id, Mailing.kind == KIND, Mailing.rule == key)
    ).one_or_none()


def _words(entered: Mapping[str, Any]) -> dict[str, Any]:
    """Return the message as it is kept: language -> subject and body."""
    return {tag: dict(entered[name]) for name, tag in LANGUAGES.items() if name in entered}
