"""Making copies agree again: their owner tells anew what differs, or all that a service keeps.

Owners are always right. A copy that is newer than what its owner has, which a restored backup leaves behind, is
overtaken: the owner goes on counting from the copy's version. A copy of something that its owner does not know is let
go of where that is harmless.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shared.agreement.comparing import Difference, Pair, in_parcels
from shared.agreement.facts import Retell, Told
from shared.clock import Clock
from shared.database import Database
from shared.embedded import Part
from shared.messaging import outbox

AT_ONCE: Final = 200
"""Things that are told anew in one transaction."""
FULL: Final = 5_000
"""Messages in an outbox above which no more are added for a while: what people do meanwhile waits behind them."""
STUCK_AFTER: Final = 60.0
"""Seconds after which an outbox that grows no shorter has nobody who empties it."""


class NobodyDelivers(Exception):
    """An outbox is full and stays so: its service's worker, or the broker, does not run."""


def mend(parts: Sequence[Part], differences: Sequence[Difference], clock: Clock, *, insist: bool = False) -> int:
    """Let the owners tell anew what differs, and readers let go of what no owner knows; returns how many things.

    ``insist`` gives them a version beyond anything that is known, for those that a first time has not mended.
    """
    wanted: dict[tuple[str, str], dict[UUID, int]] = defaultdict(dict)
    for one in differences:
        kind = one.pair.told.told_with or one.pair.kind
        thing = one.part if one.pair.told.told_with else one.id
        beyond = wanted[one.pair.owner.service.name, kind]
        beyond[thing] = max(beyond.get(thing, 0), _beyond(one, insist=insist))
    owners = {part.service.name: part for part in parts}
    done = 0
    for owner, kind in _in_order(parts):
        part, beyond = owners[owner], wanted[owner, kind]
        for some in in_parcels(sorted(beyond), AT_ONCE):
            known = part.database.write(
                _retell_of(part.service.told[kind]), {one: beyond[one] for one in some}, clock()
            )
            unknown = set(some) - known
            done += len(known) + _forget([one for one in differences if one.id in unknown], kind, clock)
    return done


def resync(
    parts: Sequence[Part],
    name: str,
    clock: Clock,
    tell: Callable[[str, int, int], None] = lambda *_: None,
    *,
    uncompared_only: bool = False,
) -> int:
    """Let every owner tell anew all that the service keeps copies of, and return how many things that are.

    ``uncompared_only`` tells what no comparison finds missing, and nothing else. ``tell`` hears of the progress: of
    what kind, how many of them have been told, of how many. Raises NobodyDelivers.
    """
    reader = next(part for part in parts if part.service.name == name)
    owners = {kind: part for part in parts for kind in part.service.told}
    total = 0
    for kind, owner in owners.items():
        told = owner.service.told[kind]
        kept = reader.service.kept.get(kind)
        if kept is None or told.told_with is not None or (uncompared_only and kept.rows is not None):
            continue
        number, done = owner.database.read(_count, told), 0
        asked = reader.service.told.get(told.answers or "")
        tell(kind, 0, number)
        for ids in _ids(owner.database, told):
            _wait_for_room(owner, clock)
            meant = ids if asked is None else reader.database.read(_scalars, _known(asked, ids))
            done += len(owner.database.write(_retell_of(told), dict.fromkeys(meant, 0), clock()))
            tell(kind, done, number)
        total += done
    return total


def _in_order(parts: Sequence[Part]) -> list[tuple[str, str]]:
    """Return owner and kind of all that is told, what answers something else after that."""
    told = [(part.service.name, kind, one) for part in parts for kind, one in part.service.told.items()]
    return [(owner, kind) for owner, kind, _one in sorted(told, key=lambda row: row[2].answers is not None)]


def _beyond(one: Difference, *, insist: bool) -> int:
    """Return the version that the owner has to go beyond; 0 where its own is news to the reader."""
    found = one.found["version"] if one.found else 0
    expected = one.expected["version"] if one.expected else 0
    return max(found, expected) if insist or found >= expected else 0


def _forget(differences: Sequence[Difference], kind: str, clock: Clock) -> int:
    by_pair: dict[Pair, list[UUID]] = defaultdict(list)
    for one in differences:
        if one.pair.kind == kind and one.found is not None:
            by_pair[one.pair].append(one.id)
    for pair, ids in by_pair.items():
        if pair.kept.forget is not None:
            pair.reader.database.write(pair.kept.forget, ids, clock())
    return sum(len(ids) for pair, ids in by_pair.items() if pair.kept.forget is not None)


def _retell_of(told: Told) -> Retell:
    assert told.retell is not None  # noqa: S101  # it is told with nothing else
    return told.retell


def _count(session: Session, told: Told) -> int:
    return session.scalar(select(func.count()).select_from(told.rows.subquery())) or 0


def _ids(database: Database, told: Told) -> Iterator[list[UUID]]:
    rows = told.rows.subquery()
    query, last = select(rows.c.id).order_by(rows.c.id).limit(AT_ONCE), None
    while True:
        ids = database.read(_scalars, query if last is None else query.where(rows.c.id > last))
        if not ids:
            return
        yield ids
        last = ids[-1]


def _known(told: Told, ids: Sequence[UUID]) -> Any:
    rows = told.rows.subquery()
    return select(rows.c.id).where(rows.c.id.in_(ids))


def _scalars(session: Session, query: Any) -> list[UUID]:
    return list(session.scalars(query))


def _wait_for_room(owner: Part, clock: Clock) -> None:
    least, since = owner.database.read(outbox.backlog, clock())[0], time.monotonic()
    waiting = least
    while waiting > FULL:
        if waiting < least:
            least, since = waiting, time.monotonic()
        if time.monotonic() - since > STUCK_AFTER:
            raise NobodyDelivers(f"{owner.service.name}: {waiting} messages wait, and nobody takes them to the broker")
        time.sleep(0.2)
        waiting = owner.database.read(outbox.backlog, clock())[0]
