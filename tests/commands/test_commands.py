"""What all commands have in common: their exit codes, and where they find an installation."""

import os
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.__main__ import main
from shared.native import surroundings
from tests.commands.conftest import run
from tests.conftest import ON_SQLITE

ROOT = Path(__file__).parents[2]


def test_the_package_installs_the_command():
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]
    module, _colon, name = scripts["steward"].partition(":")
    assert getattr(__import__(module, fromlist=[name]), name) is main


def test_what_is_not_understood_ends_with_two():
    assert run("serve", "weather").exit_code == 2
    assert run("--at", str(ROOT / "docs"), "settings").exit_code == 2


def test_the_help_tells_the_exit_codes():
    assert "Every command ends with one of these codes" in run("--help").output


def test_the_name_of_the_release_before_still_serves():
    assert run("web", "--help").output.partition("\n")[2] == run("serve", "--help").output.partition("\n")[2]


@ON_SQLITE
@pytest.mark.usefixtures("installation")
def test_a_database_that_does_not_answer_ends_with_three_and_tells_no_password(monkeypatch):
    monkeypatch.setenv("STEWARD_EVENTS_DATABASE_URL", "postgresql+psycopg://events:hush-hush@127.0.0.1:1/events")
    said = run("migrate", "events")
    assert said.exit_code == 3
    assert "the database" in said.output
    assert "hush" not in said.output


@ON_SQLITE
@pytest.mark.usefixtures("installation")
def test_a_broker_that_does_not_answer_ends_with_three_and_tells_no_password(monkeypatch):
    monkeypatch.setenv("STEWARD_AMQP_URL", "amqp://steward:hush-hush@127.0.0.1:1/steward")
    said = run("declare")
    assert said.exit_code == 3
    assert "the broker" in said.output
    assert "hush" not in said.output


@ON_SQLITE
@pytest.mark.usefixtures("installation")
def test_an_installation_is_found_by_the_folder_it_runs_in(monkeypatch, tmp_path):
    running = tmp_path / "stack"
    running.mkdir()
    assert run("migrate", "events").exit_code == 0
    surroundings.keep(running, os.environ)
    assert (running / surroundings.FILE).stat().st_mode & 0o077 == 0
    monkeypatch.delenv("STEWARD_EVENTS_DATABASE_URL")
    assert run("user", "list").exit_code == 1
    found = run("--at", str(running), "user", "list")
    assert (found.exit_code, "admin" in found.output) == (0, True)


@pytest.fixture(autouse=True)
def _environment_of_its_own() -> Iterator[None]:
    """Forget afterwards what ``--at`` has put into the environment."""
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)
