"""A backup that was taken while people signed up is put back on an empty installation, where everything agrees."""

import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Self
from uuid import UUID

import pytest
from sqlalchemy import select

from services.__main__ import NAMES
from services.signups.models import Signup
from shared.database import Database
from shared.native import surroundings
from tests.commands.conftest import read, run
from tests.journeys.conftest import Site, an_event

PEOPLE = 4
ENOUGH = 40
"""Sign-ups before the backup begins."""


@pytest.fixture
def running(stack: Site) -> Iterator[Path]:
    """The folder of the running stack; what it puts into the environment is taken out afterwards."""
    before = dict(os.environ)
    yield stack.folder / "var" / "stack"
    os.environ.clear()
    os.environ.update(before)


class Crowd:
    """People who sign up one after the other until they are asked to stop; ``known`` are the sign-ups answered."""

    def __init__(self, site: Site, shift_id: str) -> None:
        self.known: list[str] = []
        self.enough = threading.Event()
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._come, args=(site, shift_id, one)) for one in range(PEOPLE)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def _come(self, site: Site, shift_id: str, first: int) -> None:
        number = 70_000 + first
        while not self._stopping.is_set():
            answer = site.sign_up(shift_id, number)
            if answer.status_code == 201:
                self.known.append(answer.json()["id"])
            number += PEOPLE
            if len(self.known) >= ENOUGH:
                self.enough.set()


@pytest.mark.parametrize("new_database_url", [pytest.param("postgresql", marks=pytest.mark.real)], indirect=True)
def test_a_backup_under_load_agrees_where_it_is_put_back(
    stack: Site, running: Path, new_database_url: Callable[[], str], tmp_path: Path
) -> None:
    at = ("--at", str(running))
    shift_id = an_event(stack, stack.sign_in())["shifts"][0]["id"]
    with Crowd(stack, shift_id) as crowd:
        assert crowd.enough.wait(60)
        promised = list(crowd.known)
        read(*at, "backup", str(tmp_path / "backup"))
        assert len(crowd.known) > len(promised)  # nobody waited for it

    assert read(*at, "reconcile")["agree"]  # where everything runs on
    elsewhere = surroundings.kept(running) | {
        f"STEWARD_{name.upper()}_DATABASE_URL": new_database_url() for name in NAMES
    }
    surroundings.keep(tmp_path, elsewhere | {"STEWARD_AMQP_URL": ""})
    os.environ.pop("STEWARD_AMQP_URL", None)
    restored = read("--at", str(tmp_path), "restore", str(tmp_path / "backup"))
    assert restored["differences"] == 0
    assert read("--at", str(tmp_path), "reconcile", "--patience", "0")["differences"] == []

    database = Database(elsewhere["STEWARD_SIGNUPS_DATABASE_URL"], "signups")
    there = set(database.read(lambda session: session.scalars(select(Signup.id)).all()))
    database.dispose()
    assert {UUID(one) for one in promised} <= there


def test_the_doctor_finds_nothing_wrong_with_what_runs(stack: Site, running: Path) -> None:
    assert stack.origin
    deadline = time.monotonic() + 60
    while (wrong := what_is_wrong(running)) and time.monotonic() < deadline:
        pass  # web servers may be there before the workers read their first message
    assert wrong == []


def what_is_wrong(running: Path) -> list[dict[str, Any]]:
    found = json.loads(run("--at", str(running), "doctor", "--json").stdout)
    return [one for one in found["findings"] if one["state"] == "wrong" and one["check"] != "disk"]
