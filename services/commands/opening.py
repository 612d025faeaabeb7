"""What commands open by name: a service, its configuration, its database."""

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from shared.config import Config
    from shared.database import Database
    from shared.embedded import Part
    from shared.service import Service

NAMES: Final = ("events", "signups", "partners")
"""The services, in the order in which their messages are first needed."""

a_service = click.argument("name", metavar="SERVICE", type=click.Choice(NAMES))
some_services = click.argument("names", metavar="[SERVICE]...", nargs=-1, type=click.Choice(NAMES))


@contextmanager
def loading() -> Iterator[None]:
    """Let the collector of garbage pass over what is loaded and set up meanwhile, now and later: it stays.

    It would go through all of it again and again while it grows, which takes a sixth of the time of a start.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def one_service(name: str) -> "Service":
    """Return the service of that name, importing no other."""
    service: Service = import_module(f"services.{name}.app").service
    return service


def all_services() -> "Sequence[Service]":
    """Return the services, in their order."""
    return [one_service(name) for name in NAMES]


def configuration(name: str) -> "Config":
    """Return the service's configuration from the environment; raises ConfigError with all that is wrong in it."""
    from shared import config  # noqa: PLC0415  (a process imports what it runs, no more)

    return config.load(name)


def opened(config: "Config", **pool: int) -> "Database":
    """Return the database that the configuration names; it connects when first used, until the command ends."""
    from shared.database import Database  # noqa: PLC0415

    database = Database(config.database_url, config.service, keys=config.data_keys, **pool)
    click.get_current_context().call_on_close(database.dispose)
    return database


def database_of(name: str) -> "Database":
    """Return the service's database."""
    return opened(configuration(name))


def parts_that_erase() -> "Sequence[Part]":
    """Return those services that know who was erased; the configuration of the others need not be here."""
    return parts([service.name for service in all_services() if service.erasures is not None])


def parts(names: Sequence[str] = NAMES) -> "Sequence[Part]":
    """Return services with their configuration and database; raises ConfigError with all that is wrong in any."""
    from shared.config import ConfigError  # noqa: PLC0415
    from shared.embedded import Part  # noqa: PLC0415

    found, problems = [], []
    for service in map(one_service, names):
        try:
            config = configuration(service.name)
        except ConfigError as error:
            problems += [problem for problem in error.problems if problem not in problems]
        else:
            found.append(Part(service, config, opened(config)))
    if problems:
        raise ConfigError(problems)
    return found
