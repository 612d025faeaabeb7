"""The words of the notices to volunteers, written at the moment they are sent, from what is true then."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.signups import broadcasts, own_letters
from services.signups.links import Links
from services.signups.models import LIVE, Code, Event, Shift, Signup, SignupStatus
from shared import catalogues, dates
from shared.config import Config
from shared.notices.queue import Composer, Letter
from shared.notices.tables import Notice
from shared.texts import Text
from shared.texts import text as _

ACCEPT: Final = _("Accept or decline with one tap: %(link)s")
LOOK_IT_UP: Final = _("Look it up or withdraw: %(link)s")
HOW_WAS_IT: Final = _("How was it? Three questions, one minute: %(link)s")
OF_ONE_SIGNUP: Final = ("promoted", "offered", "offer_expired", "moved_shift", "handed_on", "taken_over", "entered")
"""Kinds of notices about one shift only; their ``rule`` is the sign-up's id."""


@dataclass(frozen=True, slots=True)
class Wording:
    """What a kind of notice says, and to whom it still applies when it is sent."""

    subject: Text
    body: Text
    statuses: tuple[SignupStatus, ...] = LIVE
    event_status: str = "published"


WORDINGS: Final[Mapping[str, Wording]] = {
    "reminder": Wording(
        _("Reminder: %(event)s"),
        _("%(name)s, you are expected: %(event)s, %(role)s, %(time)s, %(place)s."),
        (SignupStatus.CONFIRMED,),
    ),
    "changed": Wording(
        _("Changed: %(event)s"),
        _(
            "%(name)s, something has changed: %(event)s, %(role)s is now %(time)s, %(place)s. If that does not suit"
            " you, please withdraw so that somebody else can come."
        ),
    ),
    "cancelled": Wording(
        _("Cancelled: %(event)s"),
        _("%(name)s, we are sorry: %(event)s on %(time)s will not take place. Reason: %(reason)s"),
        event_status="cancelled",
    ),
    "thanks": Wording(
        _("Thank you: %(event)s"),
        _("%(name)s, thank you for lending a hand at %(event)s."),
        (SignupStatus.ATTENDED,),
        event_status="completed",
    ),
    "promoted": Wording(
        _("You have a place: %(event)s"),
        _("%(name)s, a place has become free and it is yours: %(event)s, %(role)s, %(time)s, %(place)s."),
        (SignupStatus.CONFIRMED,),
    ),
    "offered": Wording(
        _("A place for you until %(until)s: %(event)s"),
        _(
            "%(name)s, a place has become free: %(event)s, %(role)s, %(time)s, %(place)s. It is kept for you until"
            " %(until)s; then it goes to the next person."
        ),
        (SignupStatus.WAITLISTED,),
    ),
    "offer_expired": Wording(
        _("The place has gone on: %(event)s"),
        _(
            "%(name)s, a place was kept for you and you have not accepted it in time, so it has gone to the next"
            " person: %(event)s, %(role)s, %(time)s. If you still want to help, please sign up again."
        ),
        (SignupStatus.WITHDRAWN,),
    ),
    "moved_shift": Wording(
        _("Your new shift: %(event)s"),
        _(
            "%(name)s, the community office has given you another shift: %(event)s, %(role)s, %(time)s, %(place)s. If"
            " that does not suit you, please withdraw or give them a call."
        ),
        (SignupStatus.CONFIRMED,),
    ),
    "handed_on": Wording(
        _("Your place has a new owner: %(event)s"),
        _("%(name)s, your place has been handed on and you need not come: %(event)s, %(role)s, %(time)s."),
        (SignupStatus.WITHDRAWN,),
    ),
    "taken_over": Wording(
        _("You have a place: %(event)s"),
        _("%(name)s, the place that was offered to you is yours: %(event)s, %(role)s, %(time)s, %(place)s."),
        (SignupStatus.CONFIRMED,),
    ),
    "entered": Wording(
        _("You are signed up: %(event)s"),
        _(
            "%(name)s, %(unit)s has entered your name: %(event)s, %(role)s, %(time)s, %(place)s. If you have not agreed"
            " to that or cannot come, please withdraw."
        ),
        (SignupStatus.CONFIRMED,),
    ),
}


def composer(config: Config) -> Composer:
    """Return the function that writes a notice, or None where it no longer applies."""
    links = Links(config.secret_key)

    def compose(session: Session, notice: Notice, now: datetime) -> Letter | None:
        match notice.kind:
            case "code":
                letter = _code(session, notice, links)
            case "shift_removed":
                letter = _about_the_event(session, notice)
            case "not_handed_over":
                letter = own_letters.not_handed_over(session, notice, now)
            case "broadcast":
                letter = broadcasts.compose(session, notice, links, config.origin)
            case "own_link":
                letter = own_letters.own_link(session, notice, links, config.origin)
            case _:
                letter = _of_signup(session, notice, links, config.origin, now)
        return letter

    return compose


def _of_signup(session: Session, notice: Notice, links: Links, origin: str, now: datetime) -> Letter | None:
    signup, wording = _signup(session, notice), WORDINGS[notice.kind]
    if signup is None or not _applies(wording, signup, notice, now):
        return None
    subject, body = _filled(wording, signup, notice, now)
    token = links.manage_token(signup.id)
    if notice.kind == "thanks":
        return _letter(
            signup, subject, _thanks(session, signup) or body, f"{origin}/signups/feedback/{token}", HOW_WAS_IT
        )
    asks = ACCEPT if notice.kind == "offered" else LOOK_IT_UP
    return _letter(signup, subject, body, f"{origin}/signups/manage/{token}", asks)


def _applies(wording: Wording, signup: Signup, notice: Notice, now: datetime) -> bool:
    """Say whether the notice is still true; a reminder of a moved event's earlier time is not."""
    event = signup.shift.event
    if signup.status not in wording.statuses or event.status != wording.event_status:
        return False
    if notice.kind == "offered":
        return signup.offered_until is not None and notice.occurrence == signup.version
    return notice.kind != "reminder" or (notice.occurrence == event.occurrence and now < signup.shift.starts_at)


def _filled(wording: Wording, signup: Signup, notice: Notice, now: datetime) -> tuple[Text, Text]:
    shift, event = signup.shift, signup.shift.event
    language = catalogues.language("signups", signup.language)
    filling = own_letters.about(shift, language, now) | {
        "name": signup.volunteer.name,
        "place": " ".join(part for part in (event.venue_name, event.venue_address) if part),
        "until": dates.moment(signup.offered_until or shift.starts_at, event.timezone, language, now),
        "reason": event.reason or "–",
        "unit": notice.params.get("unit", ""),
    }
    return _(wording.subject.msgid, **filling), _(wording.body.msgid, **filling)


def _thanks(session: Session, signup: Signup) -> Text | None:
    """Return the thanks with the hours that the person gave in all, or None where nobody noted when they left."""
    minutes = sum(
        one.minutes or 0
        for one in session.scalars(
            select(Signup).where(
                Signup.volunteer_id == signup.volunteer_id,
                Signup.event_id == signup.event_id,
                Signup.status == SignupStatus.ATTENDED,
            )
        )
    )
    if not minutes:
        return None
    return _(
        "%(name)s, thank you for lending a hand at %(event)s. You gave %(hours)s hours of your time.",
        name=signup.volunteer.name,
        event=signup.shift.event.title,
        hours=f"{round(minutes / 60, 1):g}",
    )


def _about_the_event(session: Session, notice: Notice) -> Letter | None:
    """Write to somebody whose shift was taken out of the event; they have no sign-up there any more."""
    signup = session.scalars(
        select(Signup)
        .where(Signup.volunteer_id == notice.person_id, Signup.event_id == notice.event_id)
        .order_by(Signup.created_at.desc())
        .limit(1)
    ).one()
    event = signup.shift.event
    subject = _("Your shift was taken out: %(event)s", event=event.title)
    body = _(
        "%(name)s, the shift %(role)s of %(event)s will not take place, so your sign-up for it has been taken back."
        " Other shifts may still be open: please have a look at the event's page.",
        name=signup.volunteer.name,
        event=event.title,
        role=notice.params["role"],
    )
    return _letter(signup, subject, body, None)


def _code(session: Session, notice: Notice, links: Links) -> Letter | None:
    """Write the one-time code, unless it was used or replaced meanwhile."""
    code = session.get(Code, notice.person_id)
    if code is None:
        return None
    event = session.get_one(Event, code.event_id)
    language = catalogues.language("signups", code.language)
    subject = _("Your code: %(event)s", event=event.title)
    body = _(
        "%(code)s is your code for signing up: %(event)s. It is good for %(n)s minutes. Please pass it on to nobody.",
        code=links.code(code.id),
        event=event.title,
        n=int((code.expires_at - code.sent_at).total_seconds() // 60),
    )
    phone = None if code.email else code.phone
    return own_letters.letter(language, subject, body, phone=phone, email=code.email)


def _signup(session: Session, notice: Notice) -> Signup | None:
    """Return the sign-up that the notice is about.

    Where it is about the event, that is the person's first live one: for several shifts they get one notice.
    """
    if notice.kind in OF_ONE_SIGNUP:
        return session.get(Signup, UUID(notice.rule))
    return session.scalars(
        select(Signup)
        .join(Shift, Shift.id == Signup.shift_id)
        .where(Signup.volunteer_id == notice.person_id, Signup.event_id == notice.event_id)
        .where(Signup.status.in_(WORDINGS[notice.kind].statuses))
        .order_by(Signup.status, Shift.starts_at)
        .limit(1)
    ).one_or_none()


def _letter(signup: Signup, subject: Text, body: Text, address: str | None, asks: Text = LOOK_IT_UP) -> Letter | None:
    if signup.consent_ended_at is not None:
        return None
    language = catalogues.language("signups", signup.language)
    paragraphs = [body] if address is None else [body, _(asks.msgid, link=address)]
    return own_letters.letter(language, subject, *paragraphs, phone=signup.volunteer.phone, email=signup.email)
