"""The promises of the design system that can be computed: contrast, weight, and pictures without surprises."""

import gzip
import json
import re
from itertools import product
from pathlib import Path

import pytest

import shared.web

WEB = Path(shared.web.__path__[0])
CSS = (WEB / "static" / "steward.css").read_text()
ART = sorted((WEB / "static" / "art").glob("*.svg"))

GROUNDS = ("paper", "surface", "sunken", "wash")
TEXT = [
    *product(("ink", "soft", "accent"), GROUNDS),
    *product(("ink",), ("good-wash", "warning-wash", "bad-wash", "info-wash")),
    *((state, f"{state}-wash") for state in ("good", "warning", "bad", "info")),
    *product(("bad",), ("paper", "surface", "wash")),
    ("on-accent", "accent"),
    ("on-accent", "accent-strong"),
    ("accent-strong", "sunken"),
]
FRAMES = [*product(("edge",), ("paper", "surface")), ("accent", "sunken")]

Colours = dict[str, tuple[str, str]]


def themes() -> dict[str, Colours]:
    """Read each festival's (light, dark) colours out of the style sheet, with the common ones filled in."""
    everyday: Colours = {}
    festivals: dict[str, Colours] = {}
    for selector, block in re.findall(r"([^{}]*)\{([^{}]*)\}", CSS):
        pattern = r"--([a-z-]+): var\(--light, (#\w+)\) var\(--dark, (#\w+)\);"
        colours = {name: (light, dark) for name, light, dark in re.findall(pattern, block)}
        festival = re.search(r'\[data-festival="([\w-]+)"\]', selector)
        if colours and festival:
            festivals[festival[1]] = colours
        else:
            everyday |= colours
    return {"everyday": everyday} | {name: everyday | colours for name, colours in festivals.items()}


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("festival", themes())
def test_every_text_can_be_read_in_every_theme(festival, mode):
    colours = {name: pair[mode == "dark"] for name, pair in themes()[festival].items()}
    limits = [(pair, 4.5) for pair in TEXT] + [(pair, 3.0) for pair in FRAMES]
    ratios = {pair: (contrast(colours[pair[0]], colours[pair[1]]), limit) for pair, limit in limits}
    assert {pair: ratio for pair, (ratio, limit) in ratios.items() if ratio < limit} == {}


def test_every_festival_has_its_picture():
    assert {picture.stem for picture in ART} == set(themes())


@pytest.mark.parametrize("picture", ART, ids=lambda picture: picture.stem)
def test_a_picture_is_light_and_keeps_to_itself(picture):
    text = picture.read_text()
    assert len(text.encode()) <= 6 * 1024
    assert not re.search(r"<text|<style|<script|style=|https?://(?!www\.w3\.org/2000/svg)", text)


def test_the_style_sheet_and_the_script_stay_light():
    assert len(gzip.compress(CSS.encode())) <= 14 * 1024
    assert len(gzip.compress((WEB / "static" / "steward.js").read_bytes())) <= 3 * 1024


def test_templates_hold_no_inline_script_or_style():
    pattern = re.compile(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)|javascript:")
    templates = [*WEB.glob("templates/*.html"), *WEB.glob("templates/parts/*.html")]
    assert [template.name for template in templates if pattern.search(template.read_text())] == []


def test_what_is_vendored_is_here_with_its_licence():
    for package in json.loads((WEB / "vendor.json").read_text()).values():
        files = [WEB / copy["to"] / name for copy in package["copies"] for name in copy["files"]]
        assert [file for file in files if not file.is_file()] == []
        assert any(file.name == "LICENSE" for file in files)
