"""What the pages of messages to many need to know of the service whose people they go to."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import Select
from sqlalchemy.orm import Session

from shared.catalogues import Language
from shared.config import Config
from shared.fields import Schema
from shared.notices.mailings import Audience
from shared.notices.queue import Letter
from shared.notices.tables import Notice
from shared.texts import Text


class About(Protocol):
    """The event that a message is about, as each service has a copy of it."""

    @property
    def id(self) -> UUID:
        """Its id."""

    @property
    def title(self) -> str:
        """Its title."""

    @property
    def theme(self) -> str:
        """The festival whose look its pages wear."""

    @property
    def status(self) -> str:
        """Where it stands: draft, published, cancelled, completed."""

    @property
    def contact(self) -> str:
        """Whom its people may call."""

    @property
    def timezone(self) -> str:
        """The IANA name of its zone."""

    @property
    def ends_at(self) -> datetime:
        """When it ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """One service's side of it.

    ``event`` raises NotFound for what is not the community's, and ``events`` selects the ids of all that are.

    ``audience`` makes of what was entered the words that are kept with a mailing, and raises Invalid; ``find`` selects
    the people whom they mean, ``said`` tells them to an organizer. ``reach`` selects each of some people, with whether
    an e-mail and a text message about the event can reach them. ``whom`` and ``shifts`` are what the form lets choose
    from, and ``query``, ``entry`` and ``form`` are its schemas: of the choice alone, as JSON, and with the text.
    ``log`` selects a community's notices with the names of their people, and ``letter`` writes a message about
    what ``event`` returned as it would reach somebody made up.
    """

    service: str
    event: Callable[[Session, UUID, str], About]
    events: Callable[[str], Select[UUID]]
    audience: Callable[[Session, UUID, Mapping[str, Any]], dict[str, Any]]
    find: Audience
    said: Callable[[Session, Mapping[str, Any]], Sequence[str]]
    reach: Callable[[Select[UUID], UUID], Select[UUID, bool, bool]]
    whom: Mapping[str, Text]
    shifts: Callable[[Session, UUID], Sequence[tuple[UUID, str]]]
    query: type[Schema]
    entry: type[Schema]
    form: type[Schema]
    kinds: Mapping[str, Text]
    log: Callable[[str], Select[Notice, str]]
    letter: Callable[[Any, Mapping[str, str], Language, Config], Letter]
