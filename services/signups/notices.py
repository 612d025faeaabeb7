"""The words of the notices to volunteers, written at the moment they are sent, from what is true then."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.signups.links import Links
from services.signups.models import LIVE, Shift, Signup, SignupStatus
from shared import catalogues, dates
from shared.config import Config
from shared.notices.queue import Composer, Letter
from shared.notices.tables import Notice
from shared.texts import Text
from shared.texts import text as _

LOOK_IT_UP: Final = _("Look it up or withdraw: %(link)s")
HOW_WAS_IT: Final = _("How was it? Three questions, one minute: %(link)s")
OF_ONE_SIGNUP: Final = ("promoted", "moved_shift")
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
    "moved_shift": Wording(
        _("Your new shift: %(event)s"),
        _(
            "%(name)s, the community office has given you another shift: %(event)s, %(role)s, %(time)s, %(place)s. If"
            " that does not suit you, please withdraw or give them a call."
        ),
        (SignupStatus.CONFIRMED,),
    ),
}


def composer(config: Config) -> Composer:
    """Return the function that writes a notice, or None where it no longer applies."""
    links = Links(config.secret_key)

    def compose(session: Session, notice: Notice, now: datetime) -> Letter | None:
        if notice.kind == "shift_removed":
            return _about_the_event(session, notice)
        signup, wording = _signup(session, notice), WORDINGS[notice.kind]
        if signup is None or not _applies(wording, signup, notice, now):
            return None
        subject, body = _filled(wording, signup, now)
        if notice.kind == "thanks":
            address = f"{config.origin}/signups/feedback/{links.manage_token(signup.id)}"
            return _letter(signup, subject, _thanks(session, signup) or body, address, HOW_WAS_IT)
        address = f"{config.origin}/signups/manage/{links.manage_token(signup.id)}"
        return _letter(signup, subject, body, address)

    return compose


def _applies(wording: Wording, signup: Signup, notice: Notice, now: datetime) -> bool:
    """Say whether the notice is still true; a reminder of a moved event's earlier time is not."""
    event = signup.shift.event
    if signup.status not in wording.statuses or event.status != wording.event_status:
        return False
    return notice.kind != "reminder" or (notice.occurrence == event.occurrence and now < signup.shift.starts_at)


def _filled(wording: Wording, signup: Signup, now: datetime) -> tuple[Text, Text]:
    shift, event = signup.shift, signup.shift.event
    language = catalogues.language("signups", signup.language)
    filling = {
        "name": signup.volunteer.name,
        "event": event.title,
        "role": shift.role,
        "time": dates.span(shift.starts_at, shift.ends_at, event.timezone, language, now),
        "place": " ".join(part for part in (event.venue_name, event.venue_address) if part),
        "reason": event.reason or "–",
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
    parts = [str(language.translate(body))]
    if address is not None:
        parts.append(str(language.translate(_(asks.msgid, link=address))))
    return Letter(
        subject=str(language.translate(subject)),
        body="\n\n".join(parts),
        phone=signup.volunteer.phone,
        email=signup.email,
        language=language.tag,
    )
