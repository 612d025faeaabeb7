"""The letter that carries what an organizer wrote to the volunteers of an event."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.signups import audiences, own_letters
from services.signups.links import Links
from services.signups.models import Signup
from shared import catalogues
from shared.catalogues import Language
from shared.notices.queue import Letter
from shared.notices.tables import Mailing, Notice
from shared.texts import Text
from shared.texts import text as _
from shared.web.mailings import About, in_language

OPEN: Final = ("published", "completed")
"""States of an event in which its volunteers are written to."""
YOURS: Final = _("Your sign-ups: %(link)s")


def compose(session: Session, notice: Notice, links: Links, origin: str) -> Letter | None:
    """Write the message of the notice's mailing; None for whoever is not meant by it any more."""
    mailing = session.get_one(Mailing, notice.mailing_id)
    signup = session.scalars(
        select(Signup)
        .where(Signup.volunteer_id == notice.person_id, *audiences.meant(mailing.audience))
        .order_by(Signup.created_at)
        .limit(1)
    ).one_or_none()
    if signup is None or signup.shift.event.status not in OPEN:
        return None
    language = catalogues.language("signups", signup.language)
    link = f"{origin}/signups/manage/{links.manage_token(signup.id)}"
    text = in_language(mailing.params, language.tag)
    person = signup.volunteer
    return _letter(text, signup.shift.event, language, person.name, link, person.phone, signup.email)


def sample(event: About, text: Mapping[str, str], language: Language, origin: str) -> Letter:
    """Return the letter as it would reach somebody made up."""
    return _letter(text, event, language, "张*", f"{origin}/signups/manage/…", "", None)


def _letter(
    text: Mapping[str, Any], event: About, language: Language, name: str, link: str, phone: str, email: str | None
) -> Letter:
    subject = _("%(event)s: %(subject)s", event=event.title, subject=text["subject"])
    short: Text = _("%(event)s: %(text)s", event=event.title, text=text["body"])
    greeting = _("%(name)s,", name=name)
    written = own_letters.letter(
        language, subject, greeting, text["body"], _(YOURS.msgid, link=link), phone=phone, email=email
    )
    return replace(written, short=str(language.translate(short)))
