"""How somebody can be reached, as far as the reader may know it."""

from typing import Any

from services.signups.models import Signup
from shared import phones
from shared.texts import text as _
from shared.web.auth import current_principal
from shared.web.i18n import translate


def may_see() -> bool:
    """Say whether the reader may see phone numbers in full: organizers who may, and a person who opens their own."""
    principal = current_principal()
    return principal is None or principal.may_see_contacts


def name(signup: Signup) -> str:
    """Return the person's name, or words for somebody who was erased."""
    return str(translate(_("Erased person"))) if signup.volunteer.erased_at else signup.volunteer.name


def number(signup: Signup) -> str:
    """Return the number in E.164, with its middle hidden from those who only look on."""
    whole = signup.volunteer.phone
    return whole if may_see() or not whole else phones.masked(whole)


def phone(signup: Signup) -> str:
    """Return the number as people read it, with its middle hidden from those who only look on."""
    whole = signup.volunteer.phone
    return phones.shown(whole) if may_see() or not whole else phones.masked(whole)


def known(signup: Signup, field: str) -> Any:
    """Return a field of the sign-up that is about the person, or None to those who only look on."""
    return getattr(signup, field) if may_see() else None
