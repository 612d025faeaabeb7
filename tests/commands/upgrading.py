"""What the previous release left behind, as it stood when it was stopped in the middle of its work.

``previous`` holds a file for each service: the migration that its database had seen, every row of every table, and the
messages that the broker had not delivered yet. It was written by that release itself, with these keys. The files are
never edited: when a release is made, its own take their place.

    python -m tests.commands.upgrading var/embedded

writes them anew from an installation that was stopped, and names the revisions that belong to them.
"""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import orjson
from alembic import command
from sqlalchemy import JSON, Boolean, Date, LargeBinary, Uuid, column, func, insert, select, table
from sqlalchemy.types import TypeEngine

from services.commands.opening import NAMES, all_services
from shared import config, migrations
from shared.database import Database, UtcDateTime
from shared.native import surroundings
from shared.service import Service

FOLDER: Final = Path(__file__).with_name("previous")
REVISIONS: Final = {"events": "c1d40f2a97be", "signups": "a41c7e0b93d2", "partners": "6b0d2f8e51ac"}
"""The last migration of each service in the previous release."""
LINKS: Final[Mapping[str, str]] = json.loads((FOLDER / "links.json").read_text(encoding="utf-8"))
"""What its people had in hand: paths and tokens of their links, and the ids that these lead to."""
STOPPED_AT: Final = datetime.fromisoformat(LINKS["stopped at"])
KEYS: Final = {
    f"STEWARD_{name.upper()}_{key}": f"the previous release {verb} with this by {name}"
    for name in NAMES
    for key, verb in (("DATA_KEYS", "sealed"), ("SECRET_KEY", "signed"))
}
PASSWORD: Final = "for-tests-only-4711"
"""Of its organizer ``admin``."""

TYPES: Final[Mapping[str, TypeEngine[Any]]] = {
    "uuid": Uuid(),
    "moment": UtcDateTime(),
    "date": Date(),
    "truth": Boolean(),
    "json": JSON(),
    "bytes": LargeBinary(),
}
READERS: Final[Mapping[str, Any]] = {
    "uuid": UUID,
    "moment": datetime.fromisoformat,
    "date": date.fromisoformat,
    "bytes": str.encode,
}

Row = dict[str, Any]


@cache
def _left_behind(service: str, folder: Path = FOLDER) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads((folder / f"{service}.json").read_text(encoding="utf-8"))
    return found


def undelivered(service: str) -> Sequence[bytes]:
    """Return the messages that lay in the service's queue."""
    return [orjson.dumps(message) for message in _left_behind(service)["queue"]]


def tables(
    service: str, folder: Path = FOLDER
) -> Iterator[tuple[str, Mapping[str, TypeEngine[Any] | None], Sequence[Row]]]:
    """Yield each table's name, its columns with their types, and its rows; those that others refer to come first."""
    for name, found in _left_behind(service, folder)["tables"].items():
        kinds = {one: found["kinds"].get(one) for one in found["columns"]}
        rows = [{one: _read(kinds[one], value) for one, value in zip(kinds, row, strict=True)} for row in found["rows"]]
        yield name, {one: TYPES.get(kind) for one, kind in kinds.items()}, rows


def _read(kind: str | None, value: Any) -> Any:
    return value if value is None or kind not in READERS else READERS[kind](value)


def lay_down(service: Service, database: Database) -> None:
    """Make the database as the previous release left it."""
    with database.engine.connect() as connection:
        command.upgrade(migrations._alembic(service, connection), REVISIONS[service.name])
    with database.engine.begin() as connection:
        for name, types, rows in tables(service.name):
            connection.execute(insert(table(name, *(column(one, kind) for one, kind in types.items()))), rows)
            if connection.dialect.name == "postgresql" and isinstance(rows[0].get("id"), int):
                counter = func.pg_get_serial_sequence(name, "id")  # which goes on where it was
                connection.execute(select(func.setval(counter, max(row["id"] for row in rows))))


def rows_of(database: Database, name: str, types: Mapping[str, TypeEngine[Any] | None]) -> Sequence[Row]:
    """Return all rows of a table, by the columns that the previous release knew."""
    query = select(*(column(one, kind) for one, kind in types.items())).select_from(table(name))
    with database.engine.connect() as connection:
        return [dict(row) for row in connection.execute(query).mappings()]


def write_out(service: Service, database: Database, undelivered: Sequence[bytes], folder: Path) -> None:
    """Write what the service leaves behind into the folder: sealed columns stay sealed."""
    found = {}
    for metadata in service.all_metadata:
        for one in metadata.sorted_tables:
            columns = [each for each in one.columns if not each.identity]  # the database counts these itself
            kinds = {each.name: _kind(each.type) for each in columns}
            types = {name: TYPES.get(kind or "") for name, kind in kinds.items()}
            rows = [[_write(kinds[name], row[name]) for name in kinds] for row in rows_of(database, one.name, types)]
            told = {name: kind for name, kind in kinds.items() if kind}
            found[one.name] = {"columns": list(kinds), "kinds": told, "rows": rows}
    left = {
        "revision": migrations.stand(service, database)[0],
        "queue": [orjson.loads(message) for message in undelivered],
        "tables": found,
    }
    (folder / f"{service.name}.json").write_text(json.dumps(left, ensure_ascii=False), encoding="utf-8")


def _kind(written_as: TypeEngine[Any]) -> str | None:
    return next((kind for kind, known in TYPES.items() if isinstance(written_as, type(known))), None)


def _write(kind: str | None, value: Any) -> Any:
    if value is None or kind in {None, "truth", "json"}:
        return value
    return value.decode() if kind == "bytes" else value.isoformat() if kind in {"moment", "date"} else str(value)


if __name__ == "__main__":
    for each in all_services():
        settings = config.load(each.name, surroundings.kept(Path(sys.argv[1])))
        stopped = Database(settings.database_url, each.name)
        write_out(each, stopped, [], FOLDER)
        sys.stdout.write(f"{each.name}: {migrations.stand(each, stopped)[0]}\n")
