"""Finding programs and keeping ports and secrets."""

import subprocess
import sys
from pathlib import Path

import pytest

from shared.native import keys
from shared.native.parts import PartMissing, child_command, find, kept_port, kept_secret


def test_a_missing_program_is_one_line_that_says_what_to_install():
    with pytest.raises(PartMissing) as caught:
        find("no-such-broker", "RabbitMQ's server", "rabbitmq-server", ["/nowhere/*/bin/no-such-broker"])
    assert str(caught.value) == "RabbitMQ's server is not installed: install the package rabbitmq-server."


def test_of_several_versions_the_newest_is_taken(tmp_path):
    for version in ("9.6", "15", "14"):
        program = tmp_path / version / "bin/postgres"
        program.parent.mkdir(parents=True)
        program.touch()
    found = find("postgres", "PostgreSQL", "postgresql", [f"{tmp_path}/*/bin/postgres"])
    assert found == tmp_path / "15/bin/postgres"


def test_a_secret_is_made_once_and_only_its_owner_can_read_it(tmp_path):
    file = tmp_path / "secret"
    assert kept_secret(file) == kept_secret(file)
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_port_is_kept_while_it_is_free(tmp_path):
    file = tmp_path / "port"
    assert kept_port(file) == kept_port(file)


def test_a_child_ends_when_its_parent_is_killed():
    """The parent starts a child that would sleep for a minute, says its pid, and is killed."""
    command = child_command(["sleep", "60"])
    program = (
        "import os, subprocess\n"
        f"child = subprocess.Popen({command!r}, stdout=subprocess.DEVNULL)\n"
        "print(child.pid, flush=True)\n"
        "os.read(0, 1)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        child = Path("/proc", parent.stdout.readline().strip())
        while "sleep" not in (child / "comm").read_text():  # until setpriv has become it
            pass
        parent.kill()
    for _ in range(10_000):
        if not child.exists() or "Z" in (child / "stat").read_text().rpartition(")")[2]:
            break
    else:
        pytest.fail("the child lives on")


def test_secrets_are_handed_over_as_files_unless_somebody_gave_them(tmp_path):
    made = keys.environment(tmp_path, ["events"], {"STEWARD_ADMIN_PASSWORD": "theirs"})
    assert set(made) == {
        "STEWARD_EVENTS_SECRET_KEY_FILE",
        "STEWARD_EVENTS_DATA_KEYS_FILE",
        "STEWARD_TOKEN_PRIVATE_KEY_FILE",
        "STEWARD_TOKEN_PUBLIC_KEY_FILE",
    }
    again = {name: Path(file).read_text() for name, file in made.items()}
    assert keys.environment(tmp_path, ["events"], {"STEWARD_ADMIN_PASSWORD": "theirs"}) == made
    assert {name: Path(file).read_text() for name, file in made.items()} == again
