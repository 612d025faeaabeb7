"""Taking things that are told anew, each in a version that its readers take for news."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.interfaces import ORMOption

T = TypeVar("T")


def raised(session: Session, model: type[T], beyond: Mapping[UUID, int], *options: ORMOption) -> Sequence[T]:
    """Return those of the things that there are, locked, each in a version beyond the given one (0: in its own)."""
    table: Any = model
    query = select(model).where(table.id.in_(beyond)).order_by(table.id).options(*options)
    found = session.scalars(query.with_for_update(of=table)).all()
    thing: Any
    for thing in found:
        thing.version = max(thing.version, beyond[thing.id] + 1)
    return found
