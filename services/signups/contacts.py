"""How somebody can be reached, as far as the reader may know it."""

from typing import Any

from services.signups.models import Signup, Volunteer
from shared import phones
from shared.web.auth import current_principal


def may_see() -> bool:
    """Say whether the reader may see phone numbers in full: organizers who may, and a person who opens their own."""
    principal = current_principal()
    return principal is None or principal.may_see_contacts


def number(signup: Signup) -> str:
    """Return the number in E.164, with its middle hidden from those who only look on."""
    whole = signup.volunteer.phone
    return whole if may_see() else phones.masked(whole)


def phone(signup: Signup) -> str:
    """Return the number as people read it, with its middle hidden from those who only look on."""
    return phone_of(signup.volunteer)


def phone_of(volunteer: Volunteer) -> str:
    """Return somebody's number as people read it, with its middle hidden from those who only look on."""
    return phones.shown(volunteer.phone) if may_see() else phones.masked(volunteer.phone)


def known(signup: Signup, field: str) -> Any:
    """Return a field of the sign-up that is about the person, or None to those who only look on."""
    return getattr(signup, field) if may_see() else None
