"""Letters about no sign-up of their reader: the code, the link to all of them, a place not had, a shift taken out."""

from uuid import UUID

from sqlalchemy import select

from services.signups import letters
from services.signups.letters import Address, Writer, about, language_of
from services.signups.letters.wordings import CODE, OWN_LINK, PLACE_KEPT, WORDINGS
from services.signups.models import AccessLink, Code, Event, Handover, Signup, Volunteer
from shared import catalogues
from shared.notices.queue import Letter
from shared.notices.tables import Notice


def code(writer: Writer, notice: Notice) -> Letter | None:
    """Write the one-time code, unless it was used or replaced meanwhile."""
    found = writer.session.get(Code, notice.person_id)
    if found is None:
        return None
    filling = {
        "code": writer.links.code(found.id),
        "event": writer.session.get_one(Event, found.event_id).title,
        "n": int((found.expires_at - found.sent_at).total_seconds() // 60),
    }
    to = Address(None if found.email else found.phone, found.email)
    return letters.letter(CODE, filling, catalogues.language("signups", found.language), to)


def own_link(writer: Writer, notice: Notice) -> Letter | None:
    """Write to the phone, or to the one e-mail address, that the link is for; None where the person was not known."""
    session, links = writer.session, writer.links
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
    address = f"{writer.config.origin}/signups/manage/{links.access_token(link.id)}"
    to = Address(volunteer.phone, None) if link.address_mark is None else Address(None, carrying[0].email)
    return letters.letter(OWN_LINK, {"name": volunteer.name}, language, to, link=address)


def not_handed_over(writer: Writer, notice: Notice) -> Letter | None:
    """Write that a place stays with the one who has it: to that person, or to whoever asked for it."""
    handover = writer.session.get(Handover, UUID(notice.rule))
    if handover is None or handover.taker is None:
        return None
    giver = handover.signup
    is_giver = notice.person_id == giver.volunteer_id
    if is_giver and giver.consent_ended_at is not None:
        return None
    person, email = (giver.volunteer, giver.email) if is_giver else (handover.taker, handover.email)
    to = Address(person.phone, email)
    language = language_of(giver) if is_giver else catalogues.language("signups", handover.language)
    return letters.letter(
        PLACE_KEPT if is_giver else WORDINGS[notice.kind],
        {"name": person.name} | about([giver.shift], language, writer.now),
        language,
        to,
        link=writer.short_link(giver) if is_giver else None,
        stop=writer.stop(person.id, notice.kind, to),
        needed_by=giver.shift.starts_at,
    )


def shift_removed(writer: Writer, notice: Notice) -> Letter | None:
    """Write to somebody whose shift was taken out of the event; they have no sign-up there any more."""
    signup = writer.session.scalars(
        select(Signup)
        .where(Signup.volunteer_id == notice.person_id, Signup.event_id == notice.event_id)
        .order_by(Signup.created_at.desc())
        .limit(1)
    ).one()
    if signup.consent_ended_at is not None:
        return None
    to = Address(signup.volunteer.phone, signup.email)
    return letters.letter(
        WORDINGS[notice.kind],
        {"name": signup.volunteer.name, "event": signup.shift.event.title, "role": notice.params["role"]},
        language_of(signup),
        to,
        stop=writer.stop(notice.person_id, notice.kind, to),
        needed_by=signup.shift.starts_at,
    )
