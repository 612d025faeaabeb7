"""The commands on organizers' accounts, for whoever looks after the machine: the office does the rest on its pages."""

from typing import TYPE_CHECKING

import click

from services.commands import showing
from services.commands.ending import WRONG
from services.commands.opening import all_services, configuration, opened

if TYPE_CHECKING:
    from shared.config import Config
    from shared.service import Accounts

ROLES = ("office", "grid", "property", "viewer")

a_user = click.argument("username", metavar="NAME")


@click.group()
def user() -> None:
    """Make and list organizers' accounts, and give them new passwords."""


@user.command("list")
@showing.as_json
def list_users(*, as_json: bool) -> None:
    """List all accounts of all communities."""
    config, accounts = _keeper()
    showing.table(opened(config).read(accounts.listed), as_json=as_json)


@user.command()
@a_user
@click.option("--role", type=click.Choice(ROLES), default="office", show_default=True)
@click.option("--community", help="The community whose events they organize; else that of the first organizer.")
@click.option("--called", metavar="WORDS", help="What the history of events calls them; else their user name.")
@showing.as_json
def add(username: str, role: str, community: str | None, called: str | None, *, as_json: bool) -> None:
    """Make an account, with a password that is printed once and kept nowhere."""
    from shared import clock  # noqa: PLC0415  (a process imports what it runs, no more)

    config, accounts = _keeper()
    entered = {"username": username, "display_name": called or username, "role": role}
    entered["community"] = community or config.community
    made = opened(config).write(accounts.add, entered, clock.utc_now())
    showing.say(made, f"Organizer: {made['name']}  Password: {made['password']}", as_json=as_json)


@user.command()
@a_user
@showing.as_json
@click.pass_context
def password(ctx: click.Context, username: str, *, as_json: bool) -> None:
    """Give an account a new password, which is printed once, and end its sign-ins on every device."""
    from shared import clock  # noqa: PLC0415

    config, accounts = _keeper()
    if username == accounts.first and config.admin_password:
        click.echo("STEWARD_ADMIN_PASSWORD names this account's password: change it there, and migrate.", err=True)
        ctx.exit(WRONG)
    renewed = opened(config).write(accounts.renew, username, clock.utc_now())
    showing.say(renewed, f"Organizer: {username}  Password: {renewed['password']}", as_json=as_json)


@user.command("lost-phone")
@a_user
def lost_phone(username: str) -> None:
    """Ask an account for no code from the phone that it was set up on, and end its sign-ins on every device."""
    from shared import clock  # noqa: PLC0415

    config, accounts = _keeper()
    opened(config).write(accounts.forget_codes, username, clock.utc_now())
    click.echo(f"{username} signs in without a code from that phone.")


def _keeper() -> "tuple[Config, Accounts]":
    """Return the settings of the service that has organizers' accounts, and what it does with them."""
    return next((configuration(one.name), one.accounts) for one in all_services() if one.accounts is not None)
