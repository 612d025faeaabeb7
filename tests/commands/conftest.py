"""Where commands are tried: an installation of its own, which the environment names."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from services.__main__ import NAMES, main
from services.commands.opening import database_of
from shared.database import Database
from shared.native import keys


def run(*words: str) -> Result:
    """What `steward` with these words prints and ends with."""
    return CliRunner().invoke(main, words)


def read(*words: str, code: int = 0) -> Any:
    """The JSON document that the command prints; it must end with the code."""
    said = run(*words, "--json")
    assert said.exit_code == code, said.output
    return json.loads(said.stdout)


@pytest.fixture
def database() -> Iterator[Callable[[str], Database]]:
    """A function that opens the database of a service, by what the environment says."""
    with click.Context(main):
        yield database_of


@pytest.fixture
def installation(new_database_url: Callable[[], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The environment of three services on empty databases of one kind; returns the folder of its secrets."""
    urls = {f"STEWARD_{name.upper()}_DATABASE_URL": new_database_url() for name in NAMES}
    for name, value in (keys.environment(tmp_path / "secrets", NAMES, {}) | urls).items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("STEWARD_ADMIN_PASSWORD_FILE")
    return tmp_path / "secrets"
