"""Who is asking and what they may do; it knows no web, so that operations and queries may take it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Literal
from uuid import UUID


class Role(StrEnum):
    """What somebody is in the community whose events they organize."""

    OFFICE = "office"
    GRID = "grid"
    PROPERTY = "property"
    VIEWER = "viewer"

    @classmethod
    def _missing_(cls, value: object) -> "Role | None":
        """Tokens from before there were roles say ``organizer``: whoever holds one may do everything."""
        return cls.OFFICE if value == "organizer" else None


class Ability(StrEnum):
    """Something that not every organizer may do."""

    READ = "read"
    WRITE = "write"
    """Whatever changes something, unless a view names another ability."""
    SEE_CONTACTS = "see contacts"
    """Read people's telephone numbers in full."""
    CALL_OFF = "call off"
    """Cancel an event, or take it back into a draft."""
    DISCARD = "discard"
    """Give up a message that could not be applied."""
    MANAGE_PEOPLE = "manage people"
    """Invite organizers, change their role, close their account."""


ABILITIES: Final[Mapping[str, frozenset[Ability]]] = {
    Role.OFFICE: frozenset(Ability),
    Role.GRID: frozenset({Ability.READ, Ability.WRITE, Ability.SEE_CONTACTS}),
    Role.PROPERTY: frozenset({Ability.READ, Ability.WRITE, Ability.SEE_CONTACTS}),
    Role.VIEWER: frozenset({Ability.READ}),
}
"""The one table of who may do what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Somebody known: an organizer, or the contact of a partner work unit.

    ``name`` is what the page's header calls them. ``session_id`` is an organizer's sign-in, which can be ended, and
    ``issued_at`` the moment of their token.
    """

    kind: Literal["organizer", "contact"]
    id: UUID
    name: str
    community: str
    role: str
    session_id: UUID | None = None
    issued_at: datetime | None = None

    def may(self, ability: Ability) -> bool:
        """Say whether this organizer may do such a thing; a contact has no abilities but their unit's pages."""
        return self.kind == "organizer" and ability in ABILITIES[Role(self.role)]

    @property
    def may_write(self) -> bool:
        """Whether they may change anything; pages show no buttons to those who may not."""
        return self.may(Ability.WRITE)

    @property
    def may_see_contacts(self) -> bool:
        """Whether pages show them telephone numbers in full."""
        return self.may(Ability.SEE_CONTACTS)

    @property
    def may_call_off(self) -> bool:
        """Whether they may cancel an event or take it back into a draft."""
        return self.may(Ability.CALL_OFF)

    @property
    def may_discard(self) -> bool:
        """Whether they may give up messages that could not be applied."""
        return self.may(Ability.DISCARD)

    @property
    def may_manage_people(self) -> bool:
        """Whether they look after the organizers' accounts."""
        return self.may(Ability.MANAGE_PEOPLE)
