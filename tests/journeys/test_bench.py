"""The benchmarks run, and say how much of its limit each figure reaches; how much that is, is for a quiet machine."""

import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tools.bench.figures import Figure, table
from tools.bench.plots import Panel, drawn

ROOT = Path(__file__).parents[2]


def test_a_figure_stands_beside_its_limit() -> None:
    most = Figure("sign-ups", 450.0, "/s", 400.0, 900.0, "pgbench")
    least = Figure("planned", 4.0, "s", 2.0, 1.0, "one statement", smaller=True)
    assert (most.ratio, most.is_met, least.ratio, least.is_met) == (0.5, True, 0.25, False)
    assert (Figure("rest", 1.0, "%").ratio, Figure("rest", 1.0, "%").is_met) == (None, None)
    assert table([most, least]).splitlines()[2:] == [
        "| sign-ups | 450 /s | ≥ 400 | 900 (pgbench) | 0.50 |",
        "| planned | 4 s | ≤ 2 (missed) | 1 (one statement) | 0.25 |",
    ]


def test_a_picture_says_in_words_what_it_shows() -> None:
    panel = Panel("Sign-ups", "people at once", "a second", ["1", "16"], {"<by form>": [88.0, 150.0]})
    picture = ET.fromstring(drawn([panel, panel]))
    words = [one.text for one in picture.iter("{http://www.w3.org/2000/svg}text")]
    assert {"Sign-ups", "people at once", "a second", "1", "16", "10", "100", "1,000", "<by form>"} == set(words)
    assert words.count("<by form>") == 2


@pytest.mark.real
def test_the_benchmarks_run(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "tools.bench", "--seconds", "0.3", "signups", "pages", "messages"]
    done = subprocess.run(
        [*words, "--store", str(tmp_path / "figures.json")],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    figures = json.loads((tmp_path / "figures.json").read_text(encoding="utf-8"))["figures"]
    ratios = {one["what"]: one["ratio"] for one in figures if one["limit"] is not None}
    assert {"sign-ups, 16 clients", "an event's page, 16 clients", "a backlog of 600 messages: applied"} < set(ratios)
    assert all(ratio > 0 for ratio in ratios.values())
