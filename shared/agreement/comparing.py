"""Comparing copies with what their owner has: by sums for each event, and closer only where these differ.

The databases do the counting, so that a festival with a million sign-ups is compared in seconds.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, TypeVar
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, Integer, Select, String, Subquery, cast, func, select

from shared.agreement.facts import Kept, Told
from shared.database import Database
from shared.embedded import Part

PARTS_AT_ONCE: Final = 20
"""Events whose things are looked at together."""
BEGINNING: Final = 4
"""Hexadecimal digits: 65,536 heaps, in each of which a festival with a million sign-ups has some fifteen."""
BEGINNINGS_AT_ONCE: Final = 1000
LOOK_EVERY: Final = 1.0
"""Seconds between two looks at what may only be on its way."""
Facts = Mapping[str, Any]
Sums = dict[tuple[Any, ...], tuple[Any, ...]]
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


def sides(pair: Pair) -> "tuple[Side, Side]":
    """Return the owner's rows and the reader's."""
    assert pair.kept.rows is not None  # noqa: S101  # such pairs are not made
    told, kept = pair.told.rows.subquery(), pair.kept.rows.subquery()
    facts = [column for column in kept.columns if column.name not in {"id", "part"}]
    return Side(pair.owner.database, told, facts), Side(pair.reader.database, kept, facts)


def _differences(pair: Pair) -> Iterator[Difference]:
    """Yield what differs: sifted by events first, then by the beginnings of ids, and looked at only then."""
    owner, reader = sides(pair)
    for parts in in_parcels(_sifted(owner.sums(), reader.sums()), PARTS_AT_ONCE):
        for beginnings in in_parcels(_sifted(owner.sums(parts), reader.sums(parts)), BEGINNINGS_AT_ONCE):
            expected, found = owner.rows(parts, beginnings), reader.rows(parts, beginnings)
            for one in sorted(expected.keys() | found.keys()):
                part, own = expected.get(one, (None, None))
                copied, copy = found.get(one, (part, None))
                if own != copy:
                    yield Difference(pair, one, copied if part is None else part, own, copy)


def _sifted(expected: Sums, found: Sums) -> Sequence[Any]:
    """Return the first part of the keys under which the sums are not the same."""
    differing = {key[0] for key in expected.keys() | found.keys() if expected.get(key) != found.get(key)}
    return sorted(differing, key=str)


class Side:
    """The rows of one of the two, in whatever database they are; ``facts`` are the columns that are compared."""

    def __init__(self, database: Database, rows: Subquery, facts: Sequence[ColumnElement[Any]]) -> None:
        self._database = database
        self._columns = rows.c
        self._names = [fact.key or "" for fact in facts]
        self._numbers = [rows.c[fact.key or ""] for fact in facts if isinstance(fact.type, Integer)]
        self._others = [rows.c[fact.key or ""] for fact in facts if not isinstance(fact.type, Integer)]
        self._beginning = func.substr(cast(rows.c.id, String), 1, BEGINNING)

    def sums(self, parts: Sequence[Any] | None = None) -> Sums:
        """Return how many rows have the same facts, and the sums of their numbers, for each part.

        Of some ``parts`` they are returned for each beginning of ids instead, which are alike in all databases.
        """
        by = self._columns.part if parts is None else self._beginning
        query = select(by, *self._others, func.count(), *(sums for one in self._numbers for sums in _of(one)))
        if parts is not None:
            query = query.where(self._columns.part.in_(parts))
        width = 1 + len(self._others)
        return {tuple(row[:width]): tuple(row[width:]) for row in self._read(query.group_by(by, *self._others))}

    def rows(self, parts: Sequence[Any], beginnings: Sequence[Any]) -> dict[UUID, tuple[Any, Facts]]:
        """Return part and facts of the parts' rows whose ids begin so."""
        query = select(self._columns.id, self._columns.part, *(self._columns[name] for name in self._names)).where(
            self._columns.part.in_(parts), self._beginning.in_(beginnings)
        )
        return {row[0]: (row[1], dict(zip(self._names, row[2:], strict=True))) for row in self._read(query)}

    def _read(self, query: Select[*tuple[Any, ...]]) -> Sequence[Any]:
        return self._database.read(lambda session: session.execute(query).all())


def _of(number: ColumnElement[Any]) -> tuple[ColumnElement[Any], ...]:
    """Return what tells numbers apart that were exchanged, or moved from one row to another."""
    large = cast(number, BigInteger)
    return func.count(number), func.sum(large), func.sum(large * large)
