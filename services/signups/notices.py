"""The words of the notices to volunteers, written at the moment they are sent, from what is true then."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.signups.links import Links
from services.signups.models import Event, Shift, Signup, SignupStatus, Volunteer
from shared import catalogues, dates
from shared.catalogues import Language
from shared.config import Config
from shared.notices.queue import Composer, Letter
from shared.notices.tables import Notice
from shared.texts import Text
from shared.texts import text as _

LIVE = (SignupStatus.CONFIRMED, SignupStatus.WAITLISTED)


def composer(config: Config) -> Composer:
    """Return the function that writes a notice, or None where it no longer applies."""
    links = Links(config.secret_key)

    def compose(session: Session, notice: Notice, now: datetime) -> Letter | None:
        if notice.kind == "shift_removed":
            return _about_the_event(session, notice)
        signup = _signup(session, notice)
        if signup is None:
            return None
        words = WRITERS[notice.kind](signup, notice, now)
        if words is None:
            return None
        subject, body = words
        address = f"{config.origin}/signups/manage/{links.manage_token(signup.id)}"
        return _letter(signup.volunteer, signup.email, signup.language, subject, body, address)

    return compose


Words = tuple[Text, Text] | None


def _reminder(signup: Signup, notice: Notice, now: datetime) -> Words:
    event = signup.shift.event
    if signup.status is not SignupStatus.CONFIRMED or event.status != "published":
        return None
    if notice.occurrence != event.occurrence or now >= signup.shift.starts_at:
        return None
    return (
        _("Reminder: %(event)s", event=event.title),
        _(
            "%(name)s, you are expected: %(event)s, %(role)s, %(time)s, %(place)s.",
            name=signup.volunteer.name,
            event=event.title,
            role=signup.shift.role,
            time=_time(signup, now),
            place=_place(event),
        ),
    )


def _changed(signup: Signup, _notice: Notice, now: datetime) -> Words:
    event = signup.shift.event
    if signup.status not in LIVE or event.status != "published":
        return None
    return (
        _("Changed: %(event)s", event=event.title),
        _(
            "%(name)s, something has changed: %(event)s, %(role)s is now %(time)s, %(place)s. If that does not suit"
            " you, please withdraw so that somebody else can come.",
            name=signup.volunteer.name,
            event=event.title,
            role=signup.shift.role,
            time=_time(signup, now),
            place=_place(event),
        ),
    )


def _cancelled(signup: Signup, _notice: Notice, now: datetime) -> Words:
    event = signup.shift.event
    if signup.status not in LIVE or event.status != "cancelled":
        return None
    return (
        _("Cancelled: %(event)s", event=event.title),
        _(
            "%(name)s, we are sorry: %(event)s on %(time)s will not take place. Reason: %(reason)s",
            name=signup.volunteer.name,
            event=event.title,
            time=_time(signup, now),
            reason=event.reason or "–",
        ),
    )


def _promoted(signup: Signup, _notice: Notice, now: datetime) -> Words:
    event = signup.shift.event
    if signup.status is not SignupStatus.CONFIRMED or event.status != "published":
        return None
    return (
        _("You have a place: %(event)s", event=event.title),
        _(
            "%(name)s, a place has become free and it is yours: %(event)s, %(role)s, %(time)s, %(place)s.",
            name=signup.volunteer.name,
            event=event.title,
            role=signup.shift.role,
            time=_time(signup, now),
            place=_place(event),
        ),
    )


WRITERS: dict[str, Callable[[Signup, Notice, datetime], Words]] = {
    "reminder": _reminder,
    "changed": _changed,
    "cancelled": _cancelled,
    "promoted": _promoted,
}
"""Kind of notice -> who writes it; None means that it no longer applies."""


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
    return _letter(signup.volunteer, signup.email, signup.language, subject, body, None)


def _signup(session: Session, notice: Notice) -> Signup | None:
    """Return the person's first live sign-up for the event; for several shifts they get one notice."""
    return session.scalars(
        select(Signup)
        .join(Shift, Shift.id == Signup.shift_id)
        .where(Signup.volunteer_id == notice.person_id, Signup.event_id == notice.event_id, Signup.status.in_(LIVE))
        .order_by(Signup.status, Shift.starts_at)
        .limit(1)
    ).one_or_none()


def _letter(person: Volunteer, email: str | None, tag: str, subject: Text, body: Text, address: str | None) -> Letter:
    language = catalogues.language("signups", tag)
    parts = [str(language.translate(body))]
    if address is not None:
        parts.append(str(language.translate(_("Look it up or withdraw: %(link)s", link=address))))
    return Letter(
        subject=str(language.translate(subject)),
        body="\n\n".join(parts),
        phone=person.phone,
        email=email,
        language=language.tag,
    )


def _time(signup: Signup, now: datetime) -> str:
    shift = signup.shift
    language: Language = catalogues.language("signups", signup.language)
    return dates.span(shift.starts_at, shift.ends_at, shift.event.timezone, language, now)


def _place(event: Event) -> str:
    return " ".join(part for part in (event.venue_name, event.venue_address) if part)
