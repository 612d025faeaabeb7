"""The form of every letter: subject, paragraphs and links, and the few signs of it that a text message has."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.signups import short_links
from services.signups.known import Span
from services.signups.letters.wordings import KINDS, LOOK_IT_UP, Wording
from services.signups.links import Links
from services.signups.models import Event, Shift, Signup
from shared import catalogues, dates
from shared.catalogues import Language
from shared.config import Config
from shared.notices import stops
from shared.notices.preferences import EVERY
from shared.notices.queue import Letter
from shared.notices.segments import parts
from shared.notices.stops import Stop
from shared.texts import Text
from shared.texts import text as _

SIGNATURE: Final = "小管家"
"""Stands as 【小管家】 before every text message and takes its place in it; one of another length costs little."""
SHORT_TITLE: Final = 8
"""Signs of the event's name that are left where a text message would else be two."""
EMAIL: Final = "email"
"""The channel's name."""
STOP: Final = _("No more of these: %(link)s")

Filling = Mapping[str, Any]
"""What is filled into a wording, by name."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a letter goes; ``phone`` is E.164. What is not known rules its channel out."""

    phone: str | None
    email: str | None


@dataclass(frozen=True, slots=True)
class Writer:
    """What letters are written with: the configuration, and the moment."""

    config: Config
    session: Session
    now: datetime

    @property
    def links(self) -> Links:
        """Makes the tokens."""
        return Links(self.config.secret_key)

    def short_link(self, signup: Signup, room: str = short_links.OWN) -> str:
        """Return the short address that leads to the sign-up, and let it do so until some time after the event."""
        token = short_links.note(self.session, signup, self.links)
        return f"{self.config.origin}/signups/{room}/{token}"

    def stop(self, person_id: UUID, kind: str, to: Address) -> str | None:
        """Return the address that ends letters of the kind to the person, if they may be ended.

        A letter to an e-mail address that is not on all of their sign-ups ends e-mail only: it may have been entered
        by somebody who merely knows a name and a phone (ADR 14).
        """
        topic = KINDS[kind].topic
        if topic is None:
            return None
        entered = set(self.session.scalars(select(Signup.email).where(Signup.volunteer_id == person_id)))
        channel = EMAIL if to.email is not None and entered != {to.email} else EVERY
        return stops.address(self.config, Stop(person_id, topic, channel))


def language_of(signup: Signup) -> Language:
    """Return the language in which somebody wants to be written to about their sign-up."""
    return catalogues.language("signups", signup.language)


def about(shifts: Sequence[Shift], language: Language, now: datetime) -> dict[str, str]:
    """Return what every letter may say of shifts of one event: event, roles and times, and the place."""
    first, event = shifts[0], shifts[0].event
    spans = [dates.span(one.starts_at, one.ends_at, event.timezone, language, now) for one in shifts]
    each = [_("%(role)s, %(time)s", role=one.role, time=span) for one, span in zip(shifts, spans, strict=True)]
    return {
        "event": event.title,
        "role": first.role,
        **times((first.starts_at, first.ends_at), first, language, now),
        "shifts": str(language.translate(_("; "))).join(str(language.translate(one)) for one in each),
        "venue": event.venue_name,
        "place": place(event.venue_name, event.venue_address),
    }


def times(span: Span, shift: Shift, language: Language, now: datetime) -> dict[str, str]:
    """Return how letters say when a shift is: in full, and its beginning."""
    zone = shift.event.timezone
    return {
        "time": dates.span(*span, zone, language, now),
        "when": dates.moment(span[0], zone, language, now),
    }


def place(name: str, address: str) -> str:
    """Return where people meet."""
    return " ".join(part for part in (name, address) if part)


def letter(
    wording: Wording,
    filling: Filling,
    language: Language,
    to: Address,
    *,
    lines: Sequence[Text] = (),
    link: str | None = None,
    others: Sequence[tuple[str, str]] = (),
    stop: str | None = None,
    needed_by: datetime | None = None,
) -> Letter:
    """Return the letter in the language.

    ``lines`` stand between what is said and the link; ``others`` are further links, each with what it is to.
    """
    links = [] if link is None or wording.asks is None else [_(wording.asks.msgid, link=link)]
    links += [_("%(role)s: %(link)s", role=what, link=address) for what, address in others]
    paragraphs = [[_(wording.body.msgid, **filling)], lines, links, [_(STOP.msgid, link=stop)] if stop else []]
    said = ["\n".join(str(language.translate(one)) for one in part) for part in paragraphs if part]
    return Letter(
        subject=str(language.translate(_(wording.subject.msgid, **filling))),
        body="\n\n".join(said),
        phone=to.phone,
        email=to.email,
        language=language.tag,
        short=_short(wording.short, filling, language, link),
        stop=stop,
        needed_by=needed_by,
    )


def broadcast(
    texts: Mapping[str, Any], name: str, event: Event, language: Language, to: Address, *, link: str, stop: str | None
) -> Letter:
    """Return what an organizer wrote (language -> subject and body), in Chinese where there is nothing else."""
    if language.tag not in texts:
        language = catalogues.language("signups", catalogues.FIRST)
    said = texts[language.tag]
    paragraphs = [
        _("%(name)s:", name=name),
        said["body"],
        _("%(community)s, about: %(event)s", community=event.community, event=event.title),
        _(LOOK_IT_UP.msgid, link=link),
        *([_(STOP.msgid, link=stop)] if stop else ()),
    ]
    subject = _("%(event)s: %(subject)s", event=event.title, subject=said["subject"])
    return Letter(
        subject=str(language.translate(subject)),
        body="\n\n".join(str(language.translate(one)) for one in paragraphs),
        phone=to.phone,
        email=to.email,
        language=language.tag,
        short=str(language.translate(_("%(event)s: %(text)s", event=event.title, text=said["body"]))),
        stop=stop,
    )


def messages(short: str) -> int:
    """Return how many text messages a text takes with the provider's signature."""
    return parts(short, SIGNATURE)


def _short(said: Text, filling: Filling, language: Language, link: str | None) -> str:
    """Return the fullest form that is one text message; where none is, the one that says all."""
    title = str(filling.get("event", ""))
    brief = {**filling, "event": f"{title[:SHORT_TITLE]}…" if len(title) > SHORT_TITLE else title}
    name = filling.get("name")
    forms = [_("%(name)s: %(said)s", name=name, said=_(said.msgid, **filling))] if name else []
    forms += [_(said.msgid, **filling), _(said.msgid, **brief)]
    texts = [f"{language.translate(form)} {link}" if link else str(language.translate(form)) for form in forms]
    return next((text for text in texts if messages(text) == 1), texts[0])
