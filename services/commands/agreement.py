"""The commands that prove that the services agree, and make them agree again."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import click

from services.commands import showing
from services.commands.ending import WRONG
from services.commands.opening import NAMES, parts

if TYPE_CHECKING:
    from shared.agreement.comparing import Difference
    from shared.agreement.traffic import Traffic
    from shared.embedded import Part

PATIENCE: Final = 10.0
AT_MOST: Final = 10_000
"""Differences of a kind that are looked at in one go; with more of them, mending goes round again."""
ROUNDS: Final = 4
"""Some mending shows only in the next round what it has left: a forgotten hold is asked for anew and answered."""
SHOWN: Final = 50

patience_option = click.option(
    "--patience",
    type=click.FloatRange(min=0),
    default=PATIENCE,
    show_default=True,
    help="Seconds in which what is on its way should have arrived.",
)


@click.command()
@click.option("--mend", "is_mending", is_flag=True, help="Let owners tell anew what differs.")
@patience_option
@showing.as_json
@click.pass_context
def reconcile(ctx: click.Context, *, is_mending: bool, patience: float, as_json: bool) -> None:
    """Prove that the three services agree; ends with 1 where differences last, and lists them.

    What is on its way is waited for. With --mend, each owner tells anew what a copy lacks or has wrong.
    """
    opened = parts()
    differences, mended = compare(opened, patience), 0
    if is_mending and differences:
        differences, mended = mend(opened, differences, patience)
    queues = traffic(opened)
    agree = not differences and all(one.is_fine for one in queues.values())
    document = {
        "agree": agree,
        "mended": mended,
        "differences": [_shown(one) for one in differences],
        "messages": {name: one.numbers() for name, one in queues.items()},
    }
    if as_json:
        showing.say(document, as_json=True)
    else:
        _tell(differences, queues, mended)
    if not agree:
        ctx.exit(WRONG)


@click.command()
@click.argument("name", metavar="SERVICE", type=click.Choice(NAMES))
@showing.as_json
def resync(name: str, *, as_json: bool) -> None:
    """Let every owner tell anew all that SERVICE keeps of it: for a service that is new, or was restored.

    It does no harm where nothing is missing. The workers carry it; `steward reconcile` says when it has arrived.
    """
    told = tell_all(parts(), name)
    showing.say({"service": name, "told": told}, f"{name}: {told} things were told anew", as_json=as_json)


def compare(opened: "Sequence[Part]", patience: float) -> "list[Difference]":
    """Return the differences that last."""
    from shared.agreement import comparing  # noqa: PLC0415  (a process imports what it runs, no more)

    return comparing.lasting(opened, patience=patience, at_most=AT_MOST)


def mend(opened: "Sequence[Part]", differences: "list[Difference]", patience: float) -> "tuple[list[Difference], int]":
    """Mend the differences, round by round; returns those that are left, and how many things were mended."""
    from shared import clock  # noqa: PLC0415
    from shared.agreement import mending  # noqa: PLC0415

    done, left = 0, differences
    for number in range(ROUNDS):
        touched = mending.mend(opened, left, clock.utc_now, insist=number > 0)
        done += touched
        left = compare(opened, patience)
        if not (left and touched):
            break
    return left, done


def traffic(opened: "Sequence[Part]") -> "Mapping[str, Traffic]":
    """Return what is on its way from and to each service."""
    from shared import clock  # noqa: PLC0415
    from shared.agreement import traffic as queues  # noqa: PLC0415

    now = clock.utc_now()
    return {part.service.name: part.database.read(queues.traffic, now) for part in opened}


def tell_all(opened: "Sequence[Part]", name: str, *, uncompared_only: bool = False) -> int:
    """Let every owner tell anew what the service keeps, showing how far that has come; returns of how many things."""
    from shared import clock  # noqa: PLC0415
    from shared.agreement import mending  # noqa: PLC0415

    with showing.progress() as shown:
        tasks: dict[str, Any] = {}

        def tell(kind: str, done: int, total: int) -> None:
            if kind not in tasks:
                tasks[kind] = shown.add_task(f"{kind} for {name}", total=total)
            shown.update(tasks[kind], completed=done, total=total)

        return mending.resync(opened, name, clock.utc_now, tell, uncompared_only=uncompared_only)


def _shown(one: "Difference") -> dict[str, Any]:
    return {
        "what": one.pair.kind,
        "id": str(one.id),
        "part of": str(one.part),
        "owner": one.pair.owner.service.name,
        "copy in": one.pair.reader.service.name,
        "expected": _facts(one.expected),
        "found": _facts(one.found),
    }


def _facts(facts: Mapping[str, Any] | None) -> str:
    if facts is None:
        return "nothing"
    return ", ".join(f"{name} {value}" for name, value in facts.items() if value is not None)


def _tell(differences: "Sequence[Difference]", queues: "Mapping[str, Traffic]", mended: int) -> None:
    showing.table([_shown(one) for one in differences[:SHOWN]], as_json=False)
    if len(differences) > SHOWN:
        click.echo(f"… and {len(differences) - SHOWN} more")
    if mended:
        click.echo(f"{mended} things were mended.")
    for name, one in queues.items():
        if one.refused:
            click.echo(f"{name}: the broker takes {one.refused} messages to nobody. Run `steward declare`.")
        if one.dead:
            click.echo(f"{name}: {one.dead} messages are dead. Look at them: `steward messages list {name}`.")
        if one.waiting or one.retried:
            click.echo(f"{name}: {one.waiting} messages wait to be sent, {one.retried} are tried again.")
    click.echo(f"{len(differences)} differences last." if differences else "The services agree.")
