"""What the documents say of the code is so."""

import re
import subprocess
from pathlib import Path

from click.testing import CliRunner

from services.__main__ import main

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SECURITY = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")


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


def test_what_the_page_on_security_names_is_there() -> None:
    named = re.findall(r"`((?:tests|services|shared|tools)/[^`:]+)(?:::([^`]+))?`", SECURITY)
    assert len(named) > 50
    for file, test in named:
        assert (ROOT / file).exists(), file
        assert not test or re.search(rf"^def {test}\(", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE), test


def test_every_requirement_is_shown_by_a_test_or_said_to_be_unmet() -> None:
    for row in re.findall(r"^\| \d+\.\d.*$", SECURITY, re.MULTILINE):
        assert "`tests/" in row.rpartition(" | ")[2] or "**not met**" in row, row


def test_no_secret_is_in_the_repository() -> None:
    """Keys as they look in files, now or at any time; those of tests are made when they run, or say what they are."""
    secret = r"-----BEGIN [A-Z ]*PRIVATE KEY-----|whsec_[A-Za-z0-9+/]{24}|AKIA[A-Z0-9]{16}|://[a-z]+:[A-Za-z0-9]{20,}@"
    for looks in (["grep", "-nIE", "-e", secret], ["log", "--all", "--oneline", "--extended-regexp", f"-G{secret}"]):
        found = subprocess.run(["git", *looks], cwd=ROOT, capture_output=True, text=True, check=False)
        assert found.returncode in {0, 1, 128}, found.stderr  # 128: no repository, as in an archive of the release
        assert not found.stdout, found.stdout
