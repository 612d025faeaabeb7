"""Where commands are tried: an installation of its own, which the environment names."""

import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Column, Executable, MetaData, String, Table, func, insert, select
from sqlalchemy.orm import Session

from services.__main__ import NAMES, _seed, all_services, main
from services.commands.opening import database_of
from shared import clock, config, embedded, migrations
from shared.database import Database
from shared.native import keys


def run(*words: str) -> Result:
    """What `steward` with these words prints and ends with."""
    return CliRunner().invoke(main, words)


def read(*words: str, code: int = 0) -> Any:
    """The JSON document that the command prints; it must end with the code."""
    said = run(*words, "--json")
    if said.exit_code != code or isinstance(said.exception, Exception):
        raise AssertionError(said.output) from said.exception
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


class Town:
    """Three services that hold the demo, opened as the command line opens them; ``working`` lets messages flow."""

    def __init__(self, parts: Sequence[embedded.Part]) -> None:
        self.parts = parts

    def database(self, name: str) -> Database:
        return next(part.database for part in self.parts if part.service.name == name)

    def change(self, name: str, *statements: Executable) -> None:
        """Do to a service's database what no program of ours does."""
        self.database(name).write(lambda session: [session.execute(one) for one in statements])

    def stamp(self) -> None:
        """Note in each database that it has seen all migrations."""
        for part in self.parts:
            _seen, newest = migrations.stand(part.service, part.database)
            table = Table("alembic_version", MetaData(), Column("version_num", String(32), primary_key=True))
            table.create(part.database.engine)
            part.database.write(Session.execute, insert(table).values(version_num=newest))

    def count(self, name: str, model: Any) -> int:
        query = select(func.count()).select_from(model)
        return self.database(name).read(lambda session: session.scalar(query)) or 0

    @contextmanager
    def working(self) -> Iterator[None]:
        """Run the workers of all services meanwhile."""
        with embedded.at_work(embedded.workers(self.parts), self.parts):
            yield


def _town(environ: Mapping[str, str]) -> Town:
    parts = []
    for service in all_services():
        settings = config.load(service.name, environ)
        database = Database(settings.database_url, service.name, keys=settings.data_keys)
        parts.append(embedded.Part(service, settings, database))
    return Town(parts)


def _founded(environ: Mapping[str, str]) -> Town:
    town = _town(environ)
    for part in town.parts:
        if part.service.prepare is not None:
            part.database.write(part.service.prepare, part.config, clock.utc_now())
    _seed(town.parts)
    return town


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the demo on SQLite, to be copied."""
    folder = tmp_path_factory.mktemp("seeded")
    environ = embedded.environment(folder, NAMES, {})
    for part in _town(environ).parts:
        for metadata in part.service.all_metadata:
            metadata.create_all(part.database.engine)
        part.database.dispose()
    for part in _founded(environ).parts:
        part.database.dispose()
    return folder


@pytest.fixture
def town(
    request: pytest.FixtureRequest,
    new_database_url: Callable[..., str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Town]:
    """The demo, at rest, where the environment says."""
    urls = {
        f"STEWARD_{service.name.upper()}_DATABASE_URL": new_database_url(*service.all_metadata)
        for service in all_services()
    }
    environ = embedded.environment(tmp_path / "town", NAMES, urls)
    for name in environ:
        if name.startswith("STEWARD_"):
            monkeypatch.setenv(name, environ[name])
    if urls["STEWARD_EVENTS_DATABASE_URL"].startswith("sqlite"):
        pattern = request.getfixturevalue("seeded")
        shutil.copytree(pattern / "secrets", tmp_path / "town" / "secrets", dirs_exist_ok=True)
        for name in NAMES:
            file = urls[f"STEWARD_{name.upper()}_DATABASE_URL"].removeprefix("sqlite:///")
            shutil.copyfile(pattern / f"{name}.db", file)
        town = _town(environ)
    else:
        town = _founded(environ)
    yield town
    for part in town.parts:
        part.database.dispose()
