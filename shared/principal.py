"""Who is asking; it knows no web, so that operations and queries may take it."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Somebody known: an organizer, or the contact of a partner work unit.

    ``name`` is what the page's header calls them. ``session_id`` is an organizer's sign-in, which can be ended.
    """

    kind: Literal["organizer", "contact"]
    id: UUID
    name: str
    community: str
    role: str
    session_id: UUID | None = None
