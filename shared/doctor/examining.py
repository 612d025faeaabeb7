"""One examination of everything, in the order in which one thing explains another."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from shared import config
from shared.clock import Clock
from shared.config import Config, ConfigError
from shared.database import Database
from shared.doctor import broker, databases, outside
from shared.doctor.findings import Findings, fine, wrong
from shared.embedded import Part
from shared.service import Service
from shared.texts import text as _


def examine(
    services: Sequence[Service], now: Clock, kept: Path | None = None, environ: Mapping[str, str] = os.environ
) -> Findings:
    """Look at everything that the environment names; ``kept`` is where the backups are, if that is known.

    What depends on something that was found to be wrong is left out, so that each fault is told once.
    """
    configs: list[Config] = []
    told: set[str] = set()
    for service in services:
        try:
            configs.append(config.load(service.name, environ))
        except ConfigError as error:
            for problem in error.problems:
                if problem not in told:
                    told.add(problem)
                    yield wrong(
                        "configuration",
                        _("The configuration needs mending: %(problem)s.", problem=problem),
                        _("`steward settings` says what each setting is for."),
                        service.name,
                    )
        else:
            yield fine("configuration", _("The configuration can be worked with."), service.name)
    by_name = {service.name: service for service in services}
    for one in configs:
        database = Database(one.database_url, one.service, keys=one.data_keys)
        try:
            yield from databases.look(Part(by_name[one.service], one, database), now)
        finally:
            database.dispose()
    if configs:
        names = [service.name for service in services]
        yield from broker.look(configs[0], names)
        yield from outside.origin(configs[0], names, now)
        yield from outside.certificate(configs[0], now())
        yield from outside.mail(configs[0])
    yield from outside.disks(configs, kept)
    yield from outside.taken(kept, now())
