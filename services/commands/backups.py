"""The commands that take backups of all databases, and put one back."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import click

from services.commands import agreement, erasures, showing
from services.commands.ending import WRONG
from services.commands.opening import parts

if TYPE_CHECKING:
    from shared.embedded import Part

a_folder = click.argument("folder", type=click.Path(path_type=Path))


@click.command()
@a_folder
@showing.as_json
def backup(folder: Path, *, as_json: bool) -> None:
    """Write all three databases into the new FOLDER, while everything runs.

    The keys of sealed data are not in it: keep them elsewhere, for without them nobody can read the personal data.
    """
    from shared import backups, clock  # noqa: PLC0415  (a process imports what it runs, no more)

    opened = _owners_last(parts())
    erased = erasures.as_lines(erasures.known(opened))
    with showing.progress() as shown:
        task = shown.add_task("databases", total=len(opened))
        manifest = backups.take(opened, folder, erased, clock.utc_now(), lambda _name: shown.advance(task))
    document = {
        "folder": str(folder),
        "taken_at": manifest.taken_at.isoformat(),
        "databases": {name: {"file": one.file, "bytes": one.bytes} for name, one in manifest.databases.items()},
    }
    lines = [f"{name}: {one.bytes:,} bytes" for name, one in manifest.databases.items()]
    showing.say(document, *lines, f"The backup is in {folder}.", as_json=as_json)


@click.command()
@a_folder
@click.option("--force", is_flag=True, help="Also where the databases hold something, which is lost.")
@click.option(
    "--erased",
    "lists",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    multiple=True,
    help="A list that `data erased` has printed; those of backups beside FOLDER are taken by themselves.",
)
@agreement.patience_option
@showing.as_json
@click.pass_context
def restore(
    ctx: click.Context, folder: Path, *, force: bool, lists: Sequence[Path], patience: float, as_json: bool
) -> None:
    """Put the backup in FOLDER in place, migrate it, and make the three services agree; web and workers must not run.

    Whoever was erased since the backup is erased again before anybody else is let in.
    """
    from shared import backups, clock, embedded  # noqa: PLC0415
    from shared.messaging import outbox  # noqa: PLC0415

    opened = parts()
    manifest = backups.read(folder)
    backups.check_place(opened, manifest, force=force)
    people = _erased(opened, folder, lists)
    with showing.progress() as shown:
        task = shown.add_task("databases", total=len(opened))
        backups.restore(opened, folder, manifest, lambda _name: shown.advance(task))
    for part in opened:
        part.database.write(outbox.end_leases)  # of whoever had them when the backup was taken
    erased = erasures.again(opened, people, clock.utc_now())
    with embedded.delivering(opened):
        told = sum(agreement.tell_all(opened, part.service.name, uncompared_only=True) for part in opened)
        differences = agreement.compare(opened, patience)
        left, mended = agreement.mend(opened, differences, patience) if differences else ([], 0)
    document = {
        "taken_at": manifest.taken_at.isoformat(),
        "erased": erased,
        "told": told,
        "mended": mended,
        "differences": len(left),
    }
    words = f"{len(left)} differences last: see `steward reconcile`." if left else "The services agree."
    showing.say(
        document,
        f"The backup of {manifest.taken_at:%Y-%m-%d %H:%M} UTC is in place.",
        f"{erased} people were erased again, {mended} things that differed were mended. {words}",
        as_json=as_json,
    )
    if left:
        ctx.exit(WRONG)


def _owners_last(opened: "Sequence[Part]") -> "list[Part]":
    """Return the parts with ``events`` last: of an event that others know, its owner then knows for certain."""
    return sorted(opened, key=lambda part: part.service.name == "events")


def _erased(opened: "Sequence[Part]", folder: Path, lists: Sequence[Path]) -> list[UUID]:
    """Return all who are known to be erased, by the present databases and by all lists."""
    from shared import backups  # noqa: PLC0415

    lines = backups.erased_since(folder)
    for file in lists:
        lines += file.read_text(encoding="utf-8").splitlines()
    lines += erasures.as_lines(erasures.known(part for part in opened if not backups.is_empty(part.database)))
    for part in opened:
        part.database.dispose()
    return erasures.ids(lines)
