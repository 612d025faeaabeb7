"""Lists in pages, by keyset: the next page begins after the last row of the one before, whatever was added since."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, literal, or_
from sqlalchemy.orm import InstrumentedAttribute, Session

DEFAULT_LIMIT: Final = 50
MAX_LIMIT: Final = 200

Position = tuple[Any, ...]
"""The values by which a row stands in its place in the order."""


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list is asked for: how many rows at most, and after which place."""

    limit: int = DEFAULT_LIMIT
    after: Position | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """The part that was found; ``next`` is the place after which the list goes on, None at its end."""

    items: Sequence[Any]
    next: Position | None


def fetch(
    session: Session,
    statement: Select[*tuple[Any, ...]],
    order: Sequence[ColumnElement[Any] | InstrumentedAttribute[Any]],
    page: Page,
    *,
    descending: bool = False,
) -> Part:
    """Run the statement for one page.

    ``order`` names columns that are never NULL, the last of them unique. A statement with one entity or column gives
    its values, one with several gives rows.
    """
    single = len(statement.column_descriptions) == 1
    if page.after is not None:
        statement = statement.where(_beyond(order, page.after, descending=descending))
    sorted_by = [column.desc() if descending else column.asc() for column in order]
    found = session.execute(statement.add_columns(*order).order_by(*sorted_by).limit(page.limit + 1)).all()
    rows, width = found[: page.limit], len(order)
    last = tuple(rows[-1][-width:]) if len(found) > page.limit else None
    return Part([row[0] if single else row[:-width] for row in rows], last)


def _beyond(order: Sequence[Any], position: Position, *, descending: bool) -> ColumnElement[bool]:
    """Return the condition that a row comes after the position: spelled out, since row values lose their types.

    Of the first column it is said once more, by itself: an index is read from there on.
    """
    values = [literal(value, column.type) for column, value in zip(order, position, strict=True)]
    steps = [
        and_(
            *(column == value for column, value in zip(order[:place], values[:place], strict=True)),
            order[place] < values[place] if descending else order[place] > values[place],
        )
        for place in range(len(order))
    ]
    first = order[0] <= values[0] if descending else order[0] >= values[0]
    return and_(first, or_(*steps))
