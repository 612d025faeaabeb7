"""The letters that are about a person's own pages, and not about an event."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.signups.links import Links
from services.signups.models import AccessLink, Signup, Volunteer
from shared import catalogues
from shared.notices.queue import Letter
from shared.notices.tables import Notice
from shared.texts import text as _


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
    return Letter(
        subject=str(language.translate(_("The link to your sign-ups"))),
        body=f"{language.translate(body)}\n\n{address}",
        phone=volunteer.phone if link.address_mark is None else None,
        email=carrying[0].email if carrying else None,
        language=language.tag,
    )
