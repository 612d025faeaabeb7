"""How a unit's contact can be reached, as far as the reader may know it; whoever is shown it is noted."""

from services.partners import words
from services.partners.models import Contact
from shared import phones
from shared.texts import Text
from shared.web.auth import current_principal
from shared.web.contact_views import shown


def may_see() -> bool:
    """Say whether the reader may see phone numbers in full."""
    principal = current_principal()
    return principal is not None and principal.may_see_contacts


def phone(contact: Contact) -> str | Text:
    """Return the number as people read it; its end alone to those who only look on."""
    return words.phone(contact.phone) if _shows(contact) else words.ending(contact.phone)


def number(contact: Contact) -> str:
    """Return the number in E.164, with its middle hidden from those who only look on."""
    return contact.phone if _shows(contact) else phones.masked(contact.phone)


def email(contact: Contact) -> str | None:
    """Return the address; none to those who only look on."""
    return contact.email if _shows(contact) else None


def _shows(contact: Contact) -> bool:
    """Say whether the answer shows how the contact can be reached, and take it down where it does."""
    if not may_see():
        return False
    shown([contact.id])
    return True
