"""What a service says of its data, so that others can be compared with it."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select
from sqlalchemy.orm import Session

Retell = Callable[[Session, Mapping[UUID, int], datetime], set[UUID]]
"""Tells things anew, each in a version beyond the given one (0: in its own); returns those that there are."""
Forget = Callable[[Session, Collection[UUID], datetime], None]
"""Lets go of copies of things that their owner does not know."""


@dataclass(frozen=True, slots=True)
class Told:
    """Things of one kind that the service owns, as it has told the others of them.

    ``rows`` has a column ``id``, a column ``part`` (the event that it is part of, by which much is looked at in
    parcels), ``version``, and facts under names of their own. What has no message of its own is ``told_with`` the kind
    named there, whose ids are the parts. What ``answers`` something of another kind, under the same id, means nothing
    to whoever does not know that.
    """

    rows: Select[*tuple[Any, ...]]
    retell: Retell | None = None
    told_with: str | None = None
    answers: str | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """Copies of things of one kind that another service owns.

    ``rows`` has ``id``, ``part``, ``version`` and some of the owner's facts, under the owner's names; None where there
    is nothing to compare. ``forget`` is None where a copy means too much to be let go of.
    """

    rows: Select[*tuple[Any, ...]] | None
    forget: Forget | None = None
