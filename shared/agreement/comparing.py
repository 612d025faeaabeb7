"""Comparing copies with what their owner has: by sums for each event, and row by row only where these differ.

The databases do the counting, so that a festival with a million sign-ups is compared in seconds.
"""

import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, TypeVar
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, Integer, Subquery, cast, func, select
from sqlalchemy.orm import Session

from shared.agreement.facts import Kept, Told
from shared.embedded import Part

PARTS_AT_ONCE: Final = 20
"""Events whose rows are looked at together."""
LOOK_EVERY: Final = 1.0
"""Seconds between two looks at what may only be on its way."""
Facts = Mapping[str, Any]
T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """A kind of thing, its owner and a service that keeps copies of it."""

    kind: str
    owner: Part
    reader: Part

    @property
    def told(self) -> Told:
        """What the owner says of it."""
        return self.owner.service.told[self.kind]

    @property
    def kept(self) -> Kept:
        """What the reader says of it."""
        return self.reader.service.kept[self.kind]


@dataclass(frozen=True, slots=True)
class Difference:
    """A thing that its reader does not have as its owner does; None where the one or the other has none."""

    pair: Pair
    id: UUID
    part: Any
    expected: Facts | None
    found: Facts | None

    @property
    def identity(self) -> tuple[str, str, UUID]:
        """Which thing differs, and where."""
        return self.pair.reader.service.name, self.pair.kind, self.id


def in_parcels(things: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Yield the things in their order, so many at a time."""
    for start in range(0, len(things), size):
        yield things[start : start + size]


def pairs(parts: Sequence[Part]) -> list[Pair]:
    """Return what can be compared: the kinds that somebody keeps, each with its owner."""
    owners = {kind: part for part in parts for kind in part.service.told}
    return [
        Pair(kind, owners[kind], reader)
        for reader in parts
        for kind, kept in reader.service.kept.items()
        if kept.rows is not None
    ]


def lasting(parts: Sequence[Part], *, patience: float, at_most: int) -> list[Difference]:
    """Return differences that do not go away by themselves within ``patience`` seconds, ``at_most`` of each pair.

    What is on its way between two services differs for a moment; a reader that has moved meanwhile is not reported.
    """
    first = last = {one.identity: one for one in _look(parts, at_most)}
    deadline = time.monotonic() + patience
    while last and time.monotonic() < deadline:
        time.sleep(LOOK_EVERY)
        last = {one.identity: one for one in _look(parts, at_most)}
    return [one for which, one in last.items() if which in first and first[which].found == one.found]


def _look(parts: Sequence[Part], at_most: int) -> list[Difference]:
    found = [one for pair in pairs(parts) for one in islice(_differences(pair), at_most)]
    differing = {one.identity for one in found}
    return [
        one
        for one in found  # what is told with something that differs as well says nothing more
        if (one.pair.reader.service.name, one.pair.told.told_with, one.part) not in differing
    ]


def _differences(pair: Pair) -> Iterator[Difference]:
    assert pair.kept.rows is not None  # noqa: S101  # such pairs are not made
    told, kept = pair.told.rows.subquery(), pair.kept.rows.subquery()
    names = [column.name for column in kept.columns if column.name not in {"id", "part"}]
    expected = pair.owner.database.read(_sums, told, names)
    found = pair.reader.database.read(_sums, kept, names)
    differing = {key[0] for key in expected.keys() | found.keys() if expected.get(key) != found.get(key)}
    for chosen in in_parcels(sorted(differing, key=str), PARTS_AT_ONCE):
        owners = pair.owner.database.read(_rows, told, names, chosen)
        readers = pair.reader.database.read(_rows, kept, names, chosen)
        for one in sorted(owners.keys() | readers.keys()):
            part, facts = owners.get(one, (None, None))
            copied, copy = readers.get(one, (part, None))
            if facts != copy:
                yield Difference(pair, one, copied if part is None else part, facts, copy)


def _sums(session: Session, rows: Subquery, names: Sequence[str]) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    """Return for each part, and each combination of facts that are no numbers: how many there are, and the sums."""
    numbers = [rows.c[name] for name in names if isinstance(rows.c[name].type, Integer)]
    groups: list[ColumnElement[Any]] = [rows.c.part, *(rows.c[name] for name in names if rows.c[name] not in numbers)]
    query = select(*groups, func.count(), *(sums for number in numbers for sums in _of(number))).group_by(*groups)
    return {tuple(row[: len(groups)]): tuple(row[len(groups) :]) for row in session.execute(query)}


def _of(number: ColumnElement[int]) -> tuple[ColumnElement[Any], ...]:
    """Return what tells numbers apart that were exchanged, or moved from one row to another."""
    large = cast(number, BigInteger)
    return func.count(number), func.sum(large), func.sum(large * large)


def _rows(
    session: Session, rows: Subquery, names: Sequence[str], parts: Collection[Any]
) -> dict[UUID, tuple[Any, Facts]]:
    query = select(rows.c.id, rows.c.part, *(rows.c[name] for name in names)).where(rows.c.part.in_(parts))
    return {row[0]: (row[1], dict(zip(names, row[2:], strict=True))) for row in session.execute(query)}
