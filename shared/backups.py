"""Backups: a folder with one file for each database, each consistent in itself, and a list of what is in it.

The snapshots of all databases are taken within a moment of each other, before the first is written out; what lies
between them is mended after a restore, since every service can tell the others anew what it owns.
"""

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, inspect, make_url, text

from shared import migrations
from shared.database import Database
from shared.embedded import Part
from shared.native.parts import find

MANIFEST: Final = "manifest.json"
ERASED: Final = "erased.txt"
BLOCK: Final = 1 << 20
EMPTY: Final = """
DO $$ DECLARE one record; BEGIN
    FOR one IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('DROP TABLE public.%I CASCADE', one.tablename);
    END LOOP;
    FOR one IN SELECT oid::regprocedure AS name FROM pg_proc WHERE pronamespace = 'public'::regnamespace LOOP
        EXECUTE format('DROP FUNCTION %s CASCADE', one.name);
    END LOOP;
END $$
"""
"""Takes out of a PostgreSQL database what the migrations of a service put there."""


class BackupError(Exception):
    """A backup cannot be taken or restored; the text says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One database of a backup."""

    file: str
    sha256: str
    bytes: int
    revision: str | None
    """The newest migration that it has seen."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds: service -> its database."""

    taken_at: datetime
    databases: Mapping[str, Entry]


def take(
    parts: Sequence[Part], folder: Path, erased: Sequence[str], now: datetime, tell: Callable[[str], None]
) -> Manifest:
    """Write a backup into the new folder, which appears once it is whole; ``tell`` hears of each database written.

    ``erased`` are lines that say who was erased so far. Raises BackupError, and PartMissing where PostgreSQL's own
    programs are not installed.
    """
    if folder.exists():
        raise BackupError(f"{folder} exists already: name a new folder for each backup.")
    growing = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(growing, ignore_errors=True)
    growing.mkdir(parents=True, mode=0o700)
    databases = {}
    with ExitStack() as held:
        writers = [(part, held.enter_context(_snapshot(part.database, growing / part.service.name))) for part in parts]
        for part, write in writers:
            file = write()
            revision, _newest = migrations.stand(part.service, part.database)
            databases[part.service.name] = Entry(file.name, _checksum(file), file.stat().st_size, revision)
            tell(part.service.name)
    (growing / ERASED).write_text("".join(f"{line}\n" for line in erased), encoding="ascii")
    manifest = Manifest(now, databases)
    (growing / MANIFEST).write_text(json.dumps(asdict(manifest), indent=2, default=str), encoding="utf-8")
    for file in growing.iterdir():
        file.chmod(0o600)
    growing.rename(folder)
    return manifest


def read(folder: Path) -> Manifest:
    """Return what the backup holds; raises BackupError unless it is whole and as it was written."""
    try:
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BackupError(f"{folder} holds no backup: there is no {MANIFEST}.") from None
    databases = {name: Entry(**entry) for name, entry in found["databases"].items()}
    for entry in databases.values():
        file = folder / entry.file
        if not file.exists() or _checksum(file) != entry.sha256:
            raise BackupError(f"{file} is missing or not as it was written. Take another backup of the same time.")
    return Manifest(datetime.fromisoformat(found["taken_at"]), databases)


def check_place(parts: Sequence[Part], manifest: Manifest, *, force: bool) -> None:
    """Raise BackupError where the backup cannot go: it is of a newer release, or something is in its way."""
    for part in parts:
        name = part.service.name
        if name not in manifest.databases:
            raise BackupError(f"The backup holds nothing of {name}.")
        if not migrations.knows(part.service, manifest.databases[name].revision):
            raise BackupError("The backup is of a newer release than this one. Install the release it was taken with.")
        others = _others(part.database)
        if others:
            raise BackupError(f"{others} connections to the database of {name} are open. Stop web and workers first.")
        if not (force or is_empty(part.database)):
            raise BackupError(f"The database of {name} is not empty. With --force all that is in it is lost.")


def restore(parts: Sequence[Part], folder: Path, manifest: Manifest, tell: Callable[[str], None]) -> None:
    """Put the backup in place of what the databases hold, and bring them to the newest version."""
    for part in parts:
        _load(part.database, folder / manifest.databases[part.service.name].file)
        migrations.migrate(part.service, part.database)
        tell(part.service.name)


def erased_since(folder: Path) -> list[str]:
    """Return the lines of the lists of this backup and of those beside it: everybody who is known to be erased."""
    lists = sorted(folder.resolve().parent.glob(f"*/{ERASED}"))
    return sorted({line for file in lists for line in file.read_text(encoding="ascii").splitlines() if line})


def newest(folder: Path) -> datetime | None:
    """Return when the newest of the backups in the folder was taken; None where there is none."""
    manifests = [json.loads(file.read_text(encoding="utf-8")) for file in folder.glob(f"*/{MANIFEST}")]
    return max((datetime.fromisoformat(one["taken_at"]) for one in manifests), default=None)


def is_empty(database: Database) -> bool:
    """Say whether the database holds no table."""
    return not inspect(database.engine).get_table_names()


@contextmanager
def _snapshot(database: Database, target: Path) -> Iterator[Callable[[], Path]]:
    """Hold the database as it is at this moment, and yield what writes it out."""
    url = make_url(database.url)
    if url.get_backend_name() == "sqlite":
        yield lambda: _copy_sqlite(url, target.with_suffix(".db"))
        return
    with database.engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        snapshot = connection.scalar(text("SELECT pg_export_snapshot()"))
        file = target.with_suffix(".dump")

        def write() -> Path:
            _postgres("pg_dump", url, "--format=custom", f"--snapshot={snapshot}", f"--file={file}")
            return file

        yield write


def _copy_sqlite(url: URL, file: Path) -> Path:
    with closing(sqlite3.connect(url.database or "")) as source, closing(sqlite3.connect(file)) as target:
        source.backup(target)
        target.execute("PRAGMA journal_mode=DELETE")  # one file, which can be read where nothing can be written
    return file


def _load(database: Database, file: Path) -> None:
    url = make_url(database.url)
    if url.get_backend_name() == "sqlite":
        database.dispose()
        with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(url.database or "")) as target:
            source.backup(target)
        return
    with database.engine.begin() as connection:
        connection.execute(text(EMPTY))
    _postgres("pg_restore", url, "--exit-on-error", "--single-transaction", str(file))


def _postgres(program: str, url: URL, *words: str) -> None:
    """Run one of PostgreSQL's own programs on the database; the password is in its environment, never in its words."""
    found = find(program, f"PostgreSQL's {program}", "postgresql-client", [f"/usr/lib/postgresql/*/bin/{program}"])
    address = URL.create(
        "postgresql", username=url.username, host=url.host, port=url.port, database=url.database, query=url.query
    ).render_as_string()
    done = subprocess.run(  # noqa: S603 - our own command
        [found, "--no-owner", "--no-privileges", f"--dbname={address}", *words],
        env={**os.environ, "PGPASSWORD": url.password or ""},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise BackupError(f"{program} failed: {done.stderr.strip()}")


def _others(database: Database) -> int:
    """Return how many other connections to the database there are, as far as that can be known."""
    if database.engine.dialect.name == "sqlite":
        return 0
    query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    with database.engine.connect() as connection:
        found: Any = connection.scalar(text(query))
    database.dispose()  # ours would be counted by the next who asks
    return int(found)


def _checksum(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as opened:
        while block := opened.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()
