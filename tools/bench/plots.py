"""Pictures of what was measured, as SVG that is read in light and in dark."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10
from typing import Final

COLOURS: Final = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8c6bb1", "#7f7f7f")
"""Told apart by those who see no red or green too (Okabe and Ito), on white and on black."""
WIDTH, HEIGHT, LEFT, TOP = 460, 260, 64, 44
"""Of the field in which a panel's lines are drawn, and of what stands before and above it."""
BETWEEN, LINE = 90, 20
STYLE: Final = (
    "text{font:13px system-ui,sans-serif;fill:#222}.title{font-weight:600;font-size:15px}.axis{stroke:#999}"
    ".grid{stroke:#ddd}.paper{fill:#fff}@media (prefers-color-scheme:dark){text{fill:#ddd}.axis{stroke:#777}"
    ".grid{stroke:#333}.paper{fill:#161616}}"
)


@dataclass(frozen=True, slots=True)
class Panel:
    """Lines over one axis, whose places stand equally far apart; the values' axis grows tenfold from step to step."""

    title: str
    across: str
    up: str
    places: Sequence[str]
    lines: Mapping[str, Sequence[float]]


def drawn(panels: Sequence[Panel]) -> str:
    """Return the panels side by side, each with its legend below."""
    rows = max(len(panel.lines) for panel in panels)
    width = len(panels) * (LEFT + WIDTH + BETWEEN) - BETWEEN + LINE
    height = TOP + HEIGHT + LINE * (rows + 4)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">',
        f"<title>{escape('; '.join(panel.title for panel in panels))}</title><style>{STYLE}</style>",
        f'<rect class="paper" width="{width}" height="{height}"/>',
    ]
    for number, panel in enumerate(panels):
        parts.append(f'<g transform="translate({LEFT + number * (LEFT + WIDTH + BETWEEN)} {TOP})">')
        parts += [*_axes(panel), *_lines(panel), "</g>"]
    return "\n".join([*parts, "</svg>\n"])


def _axes(panel: Panel) -> list[str]:
    low, high = _decades(panel)
    parts = [_text(0, -24, panel.title, kind="title"), _text(0, -6, panel.up)]
    for decade in range(low, high + 1):
        y = _up(panel, 10.0**decade)
        parts += [f'<path class="grid" d="M0 {y:.1f}H{WIDTH}"/>', _text(-8, y + 4, f"{10.0**decade:,g}", anchor="end")]
    for number, place in enumerate(panel.places):
        parts.append(_text(_across(panel, number), HEIGHT + LINE, place, anchor="middle"))
    parts.append(_text(WIDTH / 2, HEIGHT + 2 * LINE, panel.across, anchor="middle"))
    return [*parts, f'<path class="axis" fill="none" d="M0 0V{HEIGHT}H{WIDTH}"/>']


def _lines(panel: Panel) -> list[str]:
    parts = []
    for number, (name, values) in enumerate(panel.lines.items()):
        colour, y = COLOURS[number % len(COLOURS)], HEIGHT + LINE * (number + 3)
        points = [(_across(panel, place), _up(panel, value)) for place, value in enumerate(values)]
        path = " ".join(f"{x:.1f},{height:.1f}" for x, height in points)
        parts.append(f'<polyline fill="none" stroke="{colour}" stroke-width="2" points="{path}"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{height:.1f}" r="3" fill="{colour}"/>' for x, height in points]
        parts += [f'<path stroke="{colour}" stroke-width="3" d="M0 {y}h24"/>', _text(32, y + 4, name)]
    return parts


def _decades(panel: Panel) -> tuple[int, int]:
    values = [value for line in panel.lines.values() for value in line]
    low, high = floor(log10(min(values))), ceil(log10(max(values)))
    return low, max(high, low + 1)


def _across(panel: Panel, number: int) -> float:
    return WIDTH * (number + 0.5) / len(panel.places)


def _up(panel: Panel, value: float) -> float:
    low, high = _decades(panel)
    return HEIGHT * (1 - (log10(value) - low) / (high - low))


def _text(x: float, y: float, words: str, *, anchor: str = "start", kind: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" class="{kind}">{escape(words)}</text>'
