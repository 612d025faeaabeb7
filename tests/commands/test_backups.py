"""A backup that is put back holds everything, agrees with itself, and has forgotten whoever was erased since."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from services.__main__ import NAMES
from services.events.models import SignupCopy
from services.partners.models import Event as PartnersEvent
from services.signups import operations
from services.signups.models import Volunteer
from shared import backups, clock
from tests.commands.conftest import Town, read, run
from tests.conftest import ON_SQLITE


@pytest.fixture
def elsewhere(new_database_url: Callable[[], str], monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """A function that lets the environment name empty databases from then on."""

    def go() -> None:
        for name in NAMES:
            monkeypatch.setenv(f"STEWARD_{name.upper()}_DATABASE_URL", new_database_url())

    return go


def leave(town: Town) -> None:
    for part in town.parts:
        part.database.dispose()


def test_a_backup_is_put_back_on_an_empty_installation_and_agrees(town, elsewhere, database, tmp_path):
    town.stamp()
    people = town.count("signups", Volunteer)
    # What was on its way when the backup was taken is in no database.
    town.change("events", delete(SignupCopy))
    town.change("partners", update(PartnersEvent).values(version=PartnersEvent.version + 2, title="newer"))
    taken = read("backup", str(tmp_path / "monday"))
    assert set(taken["databases"]) == set(NAMES)
    leave(town)
    elsewhere()
    restored = read("restore", str(tmp_path / "monday"), "--patience", "3")
    assert (restored["differences"], restored["erased"]) == (0, 0)
    assert restored["mended"] > 0
    assert read("reconcile", "--patience", "0")["agree"]
    assert len(database("signups").read(lambda session: session.scalars(select(Volunteer.id)).all())) == people
    titles = database("partners").read(lambda session: session.scalars(select(PartnersEvent.title)).all())
    assert "newer" not in titles


@ON_SQLITE
def test_whoever_was_erased_after_the_backup_is_erased_again(town, elsewhere, tmp_path):
    town.stamp()
    read("backup", str(tmp_path / "monday"))
    signups = town.database("signups")
    first, second = signups.read(lambda session: session.scalars(select(Volunteer.id)).all())[:2]
    signups.write(operations.erase, first, clock.utc_now())
    read("backup", str(tmp_path / "tuesday"))
    signups.write(operations.erase, second, clock.utc_now())
    (tmp_path / "list").write_text(run("data", "erased").output)
    leave(town)
    elsewhere()
    assert read("restore", str(tmp_path / "monday"), "--patience", "3")["erased"] == 1  # tuesday lies beside it
    again = read("restore", str(tmp_path / "monday"), "--force", "--erased", str(tmp_path / "list"), "--patience", "3")
    assert again["erased"] == 2
    once_more = read("restore", str(tmp_path / "monday"), "--force", "--patience", "3")
    assert once_more["erased"] == 2  # the database that is lost knew of both


def test_a_backup_goes_onto_data_only_by_force(town, tmp_path):
    town.stamp()
    read("backup", str(tmp_path / "monday"))
    town.change("signups", update(Volunteer).values(name="somebody else"))
    leave(town)
    refused = run("restore", str(tmp_path / "monday"))
    assert refused.exit_code == 1
    assert "not empty" in refused.output
    assert read("restore", str(tmp_path / "monday"), "--force", "--patience", "3")["differences"] == 0
    names = town.database("signups").read(lambda session: session.scalars(select(Volunteer.name)).all())
    assert "somebody else" not in names


@ON_SQLITE
def test_a_folder_that_is_no_whole_backup_is_refused(town, elsewhere, tmp_path):
    town.stamp()
    monday = tmp_path / "monday"
    read("backup", str(monday))
    assert monday.stat().st_mode & 0o077 == 0
    assert "exists already" in run("backup", str(monday)).output
    assert "holds no backup" in run("restore", str(tmp_path)).output
    elsewhere()
    manifest = json.loads((monday / backups.MANIFEST).read_text())
    manifest["databases"]["events"]["revision"] = "of a later year"
    (monday / backups.MANIFEST).write_text(json.dumps(manifest))
    assert "newer release" in run("restore", str(monday)).output
    with (monday / "signups.db").open("ab") as file:
        file.write(b"one byte more")
    refused = run("restore", str(monday))
    assert refused.exit_code == 1
    assert "not as it was written" in refused.output


@ON_SQLITE
def test_the_newest_backup_is_known_by_its_folder(town, tmp_path):
    town.stamp()
    everything = tmp_path / "all"
    assert backups.newest(everything) is None
    read("backup", str(everything / "monday"))
    read("backup", str(everything / "tuesday"))
    taken = backups.newest(everything)
    assert taken is not None
    assert clock.utc_now() - taken < timedelta(minutes=5)
    assert [file.name for file in everything.iterdir() if file.name.startswith(".")] == []


@pytest.mark.parametrize("new_database_url", [pytest.param("postgresql", marks=pytest.mark.real)], indirect=True)
def test_nobody_is_pulled_the_database_from_under_their_feet(town, tmp_path):
    town.stamp()
    read("backup", str(tmp_path / "monday"))
    with town.database("events").engine.connect() as connection:
        connection.exec_driver_sql("SELECT 1")
        refused = run("restore", str(tmp_path / "monday"), "--force")
    assert refused.exit_code == 1
    assert "Stop web and workers" in refused.output
