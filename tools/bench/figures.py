"""What was measured, beside its limit in the same run; absolute figures drift with the machine, ratios less so."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Final

LARGE: Final = 100
"""From here on, figures are shown without a fraction."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure. ``limit`` is what the machine gives without us, named in ``limited_by``; ``wanted`` is the target.

    ``smaller`` says that less is better: the target is a most, and the ratio is the limit to the figure.
    """

    what: str
    value: float
    unit: str
    wanted: float | None = None
    limit: float | None = None
    limited_by: str = ""
    smaller: bool = False

    @property
    def ratio(self) -> float | None:
        """How much of the limit is reached, at best 1."""
        if not self.limit or not self.value:
            return None
        return self.limit / self.value if self.smaller else self.value / self.limit

    @property
    def is_met(self) -> bool | None:
        """Whether the target is met; None where there is none."""
        if self.wanted is None:
            return None
        return self.value <= self.wanted if self.smaller else self.value >= self.wanted


def table(figures: Iterable[Figure]) -> str:
    """Return the figures as the table of docs/benchmarks.md."""
    rows = ["| what | measured | target | limit | ratio |", "| --- | --- | --- | --- | --- |"]
    for one in figures:
        wanted = "" if one.wanted is None else f"{'≤' if one.smaller else '≥'} {_number(one.wanted)}"
        if one.is_met is False:
            wanted += " (missed)"
        limit = "" if one.limit is None else f"{_number(one.limit)} ({one.limited_by})"
        ratio = "" if one.ratio is None else f"{one.ratio:.2f}"
        rows.append(f"| {one.what} | {_number(one.value)} {one.unit} | {wanted} | {limit} | {ratio} |")
    return "\n".join(rows)


def packed(figures: Iterable[Figure], **about: Any) -> str:
    """Return the figures as they are stored, with what is to be known of the run."""
    kept = [asdict(one) | {"ratio": one.ratio, "met": one.is_met} for one in figures]
    return json.dumps(about | {"figures": kept}, ensure_ascii=False, indent=1) + "\n"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= LARGE else f"{value:.3g}"
