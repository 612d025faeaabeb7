"""The commands on organizers' accounts, for whoever looks after the machine: the office does the rest on its pages."""

import click

from services.commands import showing
from services.commands.ending import WRONG
from services.commands.opening import configuration, opened

ROLES = ("office", "grid", "property", "viewer")

a_user = click.argument("username", metavar="NAME")


@click.group()
def user() -> None:
    """Make and list organizers' accounts, and give them new passwords."""


@user.command("list")
@showing.as_json
def list_users(*, as_json: bool) -> None:
    """List all accounts of all communities."""
    from services.events import accounts  # noqa: PLC0415  (a process imports what it runs, no more)

    rows = [
        {
            "name": one.username,
            "called": one.display_name,
            "community": one.community,
            "role": one.role,
            "active": "yes" if one.active else "closed",
            "code": "asked for" if one.totp_since else "not asked for",
        }
        for one in opened(configuration("events")).read(accounts.everybody)
    ]
    showing.table(rows, as_json=as_json)


@user.command()
@a_user
@click.option("--role", type=click.Choice(ROLES), default="office", show_default=True)
@click.option("--community", help="The community whose events they organize; else that of the first organizer.")
@click.option("--called", metavar="WORDS", help="What the history of events calls them; else their user name.")
@showing.as_json
def add(username: str, role: str, community: str | None, called: str | None, *, as_json: bool) -> None:
    """Make an account, with a password that is printed once and kept nowhere."""
    from services.events import accounts  # noqa: PLC0415
    from services.events.schemas.accounts import AccountSchema  # noqa: PLC0415
    from shared import clock  # noqa: PLC0415

    config = configuration("events")
    entered = AccountSchema().load(
        {
            "username": username,
            "display_name": called or username,
            "community": community or config.community,
            "role": role,
        }
    )
    password = accounts.new_password()
    hashed = accounts.hash_password(password)
    made = opened(config).write(accounts.add_organizer, **entered, password_hash=hashed, now=clock.utc_now())
    document = {"name": made.username, "community": made.community, "role": made.role, "password": password}
    showing.say(document, f"Organizer: {made.username}  Password: {password}", as_json=as_json)


@user.command()
@a_user
@showing.as_json
@click.pass_context
def password(ctx: click.Context, username: str, *, as_json: bool) -> None:
    """Give an account a new password, which is printed once, and end its sign-ins on every device."""
    from services.events import accounts  # noqa: PLC0415
    from shared import clock  # noqa: PLC0415

    config = configuration("events")
    if username == accounts.ADMIN and config.admin_password:
        click.echo("STEWARD_ADMIN_PASSWORD names this account's password: change it there, and migrate.", err=True)
        ctx.exit(WRONG)
    made_up = accounts.new_password()
    hashed = accounts.hash_password(made_up)
    opened(config).write(accounts.replace_password, username, hashed, now=clock.utc_now())
    document = {"name": username, "password": made_up}
    showing.say(document, f"Organizer: {username}  Password: {made_up}", as_json=as_json)
