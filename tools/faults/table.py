"""The table: a row for each fault, with what became of it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from tools.faults.comparing import Finding

VERDICTS: Final = ("lost", "doubled", "stuck")
COLUMNS: Final = ("acknowledged", *VERDICTS, "5xx", "in doubt", "seconds to recover")


@dataclass(frozen=True, slots=True)
class Row:
    """What became of one fault.

    ``in_doubt`` counts letters whose sender ended before it knew what became of them: only where ``deadly`` faults end
    senders, or keep them waiting, may there be any.
    """

    fault: str
    about: str
    acknowledged: int
    errors: int
    in_doubt: int
    recovered: float
    spotless: bool
    deadly: bool
    findings: Sequence[Finding] = field(default=())

    @property
    def counts(self) -> Counter[str]:
        """How much was lost, is there twice, and is stuck."""
        return Counter(one.verdict for one in self.findings)

    @property
    def holds(self) -> bool:
        """Whether everything was as it was promised."""
        return not (self.findings or (self.errors and self.spotless) or (self.in_doubt and not self.deadly))

    def figures(self) -> dict[str, Any]:
        """Return it for a program."""
        counts = {verdict: self.counts[verdict] for verdict in VERDICTS}
        return asdict(self) | counts | {"holds": self.holds}


def heading() -> str:
    """Return the beginning of the table."""
    return "\n".join((f"| fault | {' | '.join(COLUMNS)} |", f"| --- |{' ---: |' * len(COLUMNS)}"))


def line(row: Row) -> str:
    """Return the row."""
    numbers = (row.acknowledged, *(row.counts[one] for one in VERDICTS), row.errors, row.in_doubt)
    cells = [f"{row.about} (`{row.fault}`)", *map(str, numbers), f"{row.recovered:.1f}"]
    return f"| {' | '.join(cells)} |"


def explained(row: Row, at_most: int = 20) -> Iterable[str]:
    """Yield what is wrong with it, one line each."""
    for one in sorted(row.findings)[:at_most]:
        yield f"  {one.verdict}: {one.what} {one.which}"
    if len(row.findings) > at_most:
        yield f"  … and {len(row.findings) - at_most} more"
    if row.in_doubt and not row.deadly:
        yield f"  {row.in_doubt} letters were in doubt, although no sender was ended"
    if row.spotless and row.errors:
        yield f"  {row.errors} requests were answered with an error of ours, and none should be"
