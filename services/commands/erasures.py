"""Who was erased by any service that knows people: as lines to be kept beside backups, and erased once more."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from shared.embedded import Part


def known(parts: "Iterable[Part]") -> list[tuple[UUID, str]]:
    """Return the id of everybody who was erased, and when, as it is written down."""
    return [
        (who, f"{moment:%Y-%m-%dT%H:%M:%SZ}")
        for part in parts
        if part.service.erasures is not None
        for who, moment in part.database.read(part.service.erasures.listed)
    ]


def as_lines(found: Iterable[tuple[UUID, str]]) -> list[str]:
    """Return a line for each, which begins with the id."""
    return [f"{who}  {moment}" for who, moment in found]


def ids(lines: Iterable[str]) -> list[UUID]:
    """Return whom the lines name; raises ValueError where one does not begin with an id."""
    return sorted({UUID(line.split()[0]) for line in lines if line.strip()})


def again(parts: "Iterable[Part]", people: Sequence[UUID], now: datetime) -> int:
    """Erase those of the people whom a database knows again, each in a transaction; return how many there were."""
    return sum(
        part.database.write(part.service.erasures.again, [one], now)
        for part in parts
        if part.service.erasures is not None
        for one in people
    )
