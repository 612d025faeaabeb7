"""The form of every letter, and those about no sign-up of their reader: the link to all of them, a place not had."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.signups.links import Links
from services.signups.models import AccessLink, Handover, Shift, Signup, Volunteer
from shared import catalogues, dates
from shared.catalogues import Language
from shared.notices.queue import Letter
from shared.notices.tables import Notice
from shared.texts import Text
from shared.texts import text as _


def letter(language: Language, subject: Text, *paragraphs: Text | str, phone: str | None, email: str | None) -> Letter:
    """Return the letter in the language; an address that is not known rules its channel out."""
    return Letter(
        subject=str(language.translate(subject)),
        body="\n\n".join(str(language.translate(one)) for one in paragraphs),
        phone=phone,
        email=email,
        language=language.tag,
    )


def about(shift: Shift, language: Language, now: datetime) -> dict[str, str]:
    """Return what every letter about a shift may say of it: the event, the role and the time."""
    zone = shift.event.timezone
    return {
        "event": shift.event.title,
        "role": shift.role,
        "time": dates.span(shift.starts_at, shift.ends_at, zone, language, now),
    }


def own_link(session: Session, notice: Notice, links: Links, origin: str) -> Letter | None:
    """Write to the phone, or to the one e-mail address, that the link is for; None where the person was not known."""
    link = session.get(AccessLink, UUID(notice.rule))
    volunteer = session.get(Volunteer, link.volunteer_id) if link is not None and link.volunteer_id else None
    if link is None or volunteer is None:
        return None
    signups = session.scalars(
        select(Signup).where(Signup.volunteer_id == volunteer.id).order_by(Signup.created_at.desc())
    ).all()
    carrying = [one for one in signups if one.email and links.address_mark(one.email) == link.address_mark]
    if link.address_mark is not None and not carrying:
        return None
    language = catalogues.language("signups", signups[0].language if signups else None)
    address = f"{origin}/signups/manage/{links.access_token(link.id)}"
    body = _(
        "%(name)s, this link opens your sign-ups for 30 days; please do not pass it on. If you did not ask for it, you"
        " need not do anything.",
        name=volunteer.name,
    )
    phone, email = (volunteer.phone, None) if link.address_mark is None else (None, carrying[0].email)
    return letter(language, _("The link to your sign-ups"), body, address, phone=phone, email=email)


def not_handed_over(session: Session, notice: Notice, now: datetime) -> Letter | None:
    """Write that a place stays with the one who has it: to that person, or to whoever asked for it."""
    handover = session.get(Handover, UUID(notice.rule))
    if handover is None or handover.taker is None:
        return None
    giver = handover.signup
    is_giver = notice.person_id == giver.volunteer_id
    if is_giver and giver.consent_ended_at is not None:
        return None
    person, email = (giver.volunteer, giver.email) if is_giver else (handover.taker, handover.email)
    language = catalogues.language("signups", giver.language if is_giver else handover.language)
    filling = {"name": person.name} | about(giver.shift, language, now)
    if is_giver:
        subject = _("You keep your place: %(event)s", event=filling["event"])
        body = _(
            "%(name)s, your place could not be handed on, and you are still expected: %(event)s, %(role)s, %(time)s. If"
            " you cannot come, please withdraw.",
            **filling,
        )
    else:
        subject = _("The place stays with its owner: %(event)s", event=filling["event"])
        body = _(
            "%(name)s, the place that you asked for could not be handed to you: %(event)s, %(role)s, %(time)s. Please"
            " look at the event's page for others.",
            **filling,
        )
    return letter(language, subject, body, phone=person.phone, email=email)
