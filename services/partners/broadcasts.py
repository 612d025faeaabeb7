"""The letter that carries what an organizer wrote to the contacts of units."""

from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy.orm import Session

from services.partners import audiences
from services.partners.models import Contact, Event
from shared import catalogues
from shared.catalogues import Language
from shared.notices.queue import Letter
from shared.notices.tables import Mailing, Notice
from shared.texts import text as _
from shared.web.mailings import About, in_language

OPEN: Final = ("published", "completed")
"""States of an event in which units are written to."""


def compose(session: Session, contact: Contact, event: Event, notice: Notice, page: str) -> Letter | None:
    """Write the message of the notice's mailing; None for whoever is not meant by it any more."""
    mailing = session.get_one(Mailing, notice.mailing_id)
    meant = audiences.find(mailing.audience).where(Contact.id == contact.id)
    if event.status not in OPEN or session.scalars(meant.limit(1)).one_or_none() is None:
        return None
    language = catalogues.language("partners", contact.language)
    text = in_language(mailing.params, language.tag)
    return _letter(text, event, language, contact.name, page, contact.phone, contact.email)


def sample(event: About, text: Mapping[str, str], language: Language, origin: str) -> Letter:
    """Return the letter as it would reach somebody made up."""
    return _letter(text, event, language, "张*", f"{origin}/partners/unit", "", None)


def _letter(
    text: Mapping[str, str], event: About, language: Language, name: str, page: str, phone: str, email: str | None
) -> Letter:
    lines: Sequence[str] = [
        _("Dear %(name)s,", name=name),
        "",
        text["body"],
        "",
        _("Your unit's page: %(link)s", link=page),
    ]
    if event.contact:
        lines = [*lines, _("Questions? Please call: %(contact)s", contact=event.contact)]
    return Letter(
        subject=str(language.translate(_("%(event)s: %(subject)s", event=event.title, subject=text["subject"]))),
        body="\n".join(language.translate(lines)),
        phone=phone,
        email=email,
        language=language.tag,
        short=str(language.translate(_("%(event)s: %(text)s", event=event.title, text=text["body"]))),
    )
