"""The command that looks at everything and says what is wrong, in words."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from services.commands import showing
from services.commands.ending import WRONG
from services.commands.opening import NAMES, all_services

if TYPE_CHECKING:
    from shared.doctor.findings import Finding

MARKS: Final = {"fine": "✓", "soon": "!", "wrong": "✗"}


@click.command()
@click.option(
    "--backups",
    "kept",
    envvar="STEWARD_BACKUPS",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The folder whose folders are backups.",
)
@click.option("--language", type=click.Choice(["en", "zh-CN"]), help="Else the one of LANG.")
@showing.as_json
@click.pass_context
def doctor(ctx: click.Context, kept: Path | None, language: str | None, *, as_json: bool) -> None:
    """Look at everything Steward needs, and say what is wrong and what to do; ends with 1 where something is."""
    from shared import clock  # noqa: PLC0415  (a process imports what it runs, no more)
    from shared.doctor.examining import examine  # noqa: PLC0415
    from shared.doctor.findings import State  # noqa: PLC0415

    findings = list(examine(all_services(), clock.utc_now, kept))
    healthy = all(one.state is not State.WRONG for one in findings)
    rows = _in(language or _spoken(), findings)
    if as_json:
        showing.say({"healthy": healthy, "findings": rows}, as_json=True)
    else:
        for row in rows:
            place = f"{row['service']}: " if row["service"] else ""
            click.echo(f"{MARKS[str(row['state'])]} {place}{row['words']}")
            if row["remedy"]:
                click.echo(f"    → {row['remedy']}")
    if not healthy:
        ctx.exit(WRONG)


def _spoken() -> str:
    said = os.environ.get("LC_ALL") or os.environ.get("LANG") or ""
    return "zh-CN" if said.startswith("zh") else "en"


def _in(tag: str, findings: "Sequence[Finding]") -> list[dict[str, str | None]]:
    from shared.catalogues import language  # noqa: PLC0415

    translate = language(NAMES[0], tag).translate
    return [
        {
            "check": one.check,
            "service": one.service,
            "state": one.state.value,
            "words": translate(one.words),
            "remedy": translate(one.remedy) if one.remedy else None,
        }
        for one in findings
    ]
