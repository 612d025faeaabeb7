"""What the documents say of the code is so."""

import re
from pathlib import Path

from click.testing import CliRunner

from services.__main__ import main

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_readme_lists_the_settings_there_are() -> None:
    listed = README.partition("checked by a test -->\n")[2].partition("<!-- end of settings -->")[0]
    said = CliRunner().invoke(main, ["settings"]).output
    assert listed.strip() == said.strip(), "put in what `python -m services settings` prints"


def test_every_document_that_is_linked_exists() -> None:
    for document in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]:
        text = document.read_text(encoding="utf-8")
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
            assert (document.parent / target).exists(), f"{document.name} links to {target}"


def test_every_command_of_the_readme_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in set(re.findall(r"`(?:PORT=\d+ )?make ([a-z-]+)", README)):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_every_command_for_operators_exists() -> None:
    operations = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    said = re.findall(r"(?:`|^ *|; |&& )(?:steward|python -m services) ([a-z]+)", operations, re.MULTILINE)
    assert {"backup", "restore", "doctor", "reconcile", "migrate"} <= set(said)
    assert set(said) <= set(main.commands), set(said) - set(main.commands)


def test_both_readmes_have_the_same_commands() -> None:
    chinese = (ROOT / "README.zh-CN.md").read_text(encoding="utf-8")
    assert re.findall(r"^make \w+", README, re.MULTILINE) == re.findall(r"^make \w+", chinese, re.MULTILINE)
