"""The commands on messages that could not be applied."""

from typing import Any
from uuid import UUID

import click
import orjson

from services.commands import showing
from services.commands.opening import a_service, database_of

a_message = click.argument("message_id", metavar="ID", type=click.UUID)


@click.group()
def messages() -> None:
    """Look at messages that could not be applied, and decide what becomes of them."""


@messages.command("list")
@a_service
@showing.as_json
def list_messages(name: str, *, as_json: bool) -> None:
    """List what waits for another attempt and what is dead, with the kind of error, a line each."""
    from shared.messaging import inbox  # noqa: PLC0415  (a process imports what it runs, no more)
    from shared.messaging.tables import InboxStatus  # noqa: PLC0415

    database = database_of(name)
    found = [one for status in (InboxStatus.DEAD, InboxStatus.RETRY) for one in database.read(inbox.unsettled, status)]
    rows = [
        {
            "id": one.message_id,
            "status": one.status.value,
            "type": one.type,
            "attempts": one.attempts,
            "since": f"{one.received_at:%Y-%m-%d %H:%M}",
            "error": one.last_error,
        }
        for one in found
    ]
    showing.table(rows, as_json=as_json)
    if not (rows or as_json):
        click.echo("Nothing waits and nothing is dead.")


@messages.command()
@a_service
@a_message
@showing.as_json
def show(name: str, message_id: UUID, *, as_json: bool) -> None:
    """Show one message whole: what became of it, and its envelope (which never names a person)."""
    from shared.messaging import inbox  # noqa: PLC0415

    row = database_of(name).read(inbox.one, message_id)
    document: dict[str, Any] = {
        "id": row.message_id,
        "status": row.status.value,
        "attempts": row.attempts,
        "received_at": row.received_at.isoformat(),
        "next_at": row.next_at.isoformat() if row.next_at else None,
        "error": row.last_error,
        "envelope": orjson.loads(row.body),
    }
    lines = [f"{key:12} {value}" for key, value in document.items() if key != "envelope" and value is not None]
    lines.append(orjson.dumps(document["envelope"], option=orjson.OPT_INDENT_2).decode())
    showing.say(document, *lines, as_json=as_json)


@messages.command()
@a_service
@a_message
@showing.as_json
def replay(name: str, message_id: UUID, *, as_json: bool) -> None:
    """Give a dead message its attempts back."""
    from shared import clock  # noqa: PLC0415
    from shared.messaging import inbox  # noqa: PLC0415

    database_of(name).write(inbox.replay, message_id, clock.utc_now())
    showing.say({"id": message_id, "status": "retry"}, f"{message_id}: will be tried again", as_json=as_json)


@messages.command()
@a_service
@a_message
@showing.as_json
def discard(name: str, message_id: UUID, *, as_json: bool) -> None:
    """Declare a dead message settled without applying it."""
    from shared.messaging import inbox  # noqa: PLC0415

    database_of(name).write(inbox.discard, message_id)
    showing.say({"id": message_id, "status": "done"}, f"{message_id}: discarded", as_json=as_json)
