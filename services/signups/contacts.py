"""How somebody can be reached, as far as the reader may know it; whoever is shown it is noted."""

from typing import Any

from services.signups.models import Signup, Volunteer
from shared import phones
from shared.texts import text as _
from shared.web.auth import current_principal
from shared.web.contact_views import shown
from shared.web.i18n import translate


def may_see() -> bool:
    """Say whether the reader may see phone numbers in full: organizers who may, and a person who opens their own."""
    principal = current_principal()
    return principal is None or principal.may_see_contacts


def name(signup: Signup) -> str:
    """Return the name of the sign-up's person, or words for somebody who was erased."""
    return name_of(signup.volunteer)


def name_of(volunteer: Volunteer) -> str:
    """Return somebody's name, or words for somebody who was erased."""
    return str(translate(_("Erased person"))) if volunteer.erased_at else volunteer.name


def number(signup: Signup) -> str:
    """Return the number in E.164, with its middle hidden from those who only look on."""
    return _whole(signup.volunteer) or phones.masked(signup.volunteer.phone)


def phone(signup: Signup) -> str:
    """Return the number as people read it, with its middle hidden from those who only look on."""
    return phone_of(signup.volunteer)


def phone_of(volunteer: Volunteer) -> str:
    """Return somebody's number as people read it, with its middle hidden from those who only look on."""
    return phones.shown(_whole(volunteer)) or phones.masked(volunteer.phone)


def known(signup: Signup, field: str) -> Any:
    """Return a field of the sign-up that is about the person, or None to those who only look on."""
    return getattr(signup, field) if may_see() else None


def _whole(volunteer: Volunteer) -> str:
    """Return the whole number to those who may see it, and nothing to others."""
    if not may_see():
        return ""
    shown([volunteer.id])
    return volunteer.phone
