"""How a command ends: what its exit code says, and how what went wrong is told."""

import signal
import threading
from collections.abc import Callable
from typing import Any, Final

import click

DONE: Final = 0
WRONG: Final = 1
UNREACHABLE: Final = 3

CODES: Final = """\b
Every command ends with one of these codes:
  0  it is done, and nothing was found to be wrong
  1  something is wrong: what was asked for was refused, or what was looked at is not as it should be
  2  the command was not understood
  3  a part that it needs cannot be reached: a database, the broker
"""
"""Shown below the list of commands; click's own code for what it does not understand is 2."""


class Unreachable(click.ClickException):
    """A part that the command needs does not answer."""

    exit_code = UNREACHABLE


FORMERLY: Final = {"web": "serve"}
"""What commands were called in the release before, whose scripts still call them so."""


class Commands(click.Group):
    """The commands, whose failures are told in a line: never as a traceback, and never with a password in it."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command of that name, or of the name it had before."""
        return super().get_command(ctx, FORMERLY.get(cmd_name, cmd_name))

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; raises ClickException where it is refused or a part of Steward cannot be reached."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            told = _told(error)
            if told is None:
                raise
            raise told from error


def hearing_interrupts() -> Callable[[], None]:
    """Return what raises KeyboardInterrupt if Ctrl-C was pressed since, for whoever is about to serve for long.

    It interrupts at once as ever, but where Python just then forgets an object nobody hears of that.
    """
    heard = threading.Event()

    def interrupt(_number: int, _frame: object) -> None:
        heard.set()
        raise KeyboardInterrupt

    def go_on() -> None:
        if heard.is_set():
            raise KeyboardInterrupt

    signal.signal(signal.SIGINT, interrupt)
    return go_on


def _told(error: Exception) -> click.ClickException | None:
    """Return the failure in words, or None where it is a mistake of ours, whose traceback is wanted."""
    from marshmallow import ValidationError  # noqa: PLC0415  (a process imports what it runs, no more)
    from sqlalchemy.exc import OperationalError  # noqa: PLC0415

    from shared.agreement.mending import NobodyDelivers  # noqa: PLC0415
    from shared.backups import BackupError  # noqa: PLC0415
    from shared.config import ConfigError  # noqa: PLC0415
    from shared.errors import DomainError  # noqa: PLC0415
    from shared.messaging.transport import TransportError  # noqa: PLC0415
    from shared.native.parts import PartMissing  # noqa: PLC0415

    if isinstance(error, ConfigError):
        return click.ClickException("\n".join(("the configuration needs mending:", *error.problems)))
    if isinstance(error, ValidationError):
        wrong: Any = error.messages
        return click.UsageError("\n".join(f"{field}: {' '.join(texts)}" for field, texts in wrong.items()))
    if isinstance(error, DomainError | BackupError | PartMissing):
        return click.ClickException(str(error))
    if isinstance(error, TransportError | NobodyDelivers):
        return Unreachable(f"the broker: {error}")
    if isinstance(error, OperationalError):
        # The first line of the driver's own words: what follows quotes the statement.
        said = str(error.orig).strip().splitlines() or [type(error.orig).__name__]
        return Unreachable(f"the database: {said[0]}")
    return None
