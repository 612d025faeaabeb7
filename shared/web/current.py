"""What a request works with: the service's database, its configuration and its clock."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, cast

from flask import current_app, request
from sqlalchemy.orm import Session
from werkzeug.local import LocalProxy

from shared.clock import Clock
from shared.config import Config
from shared.database import Database
from shared.principal import Principal

KEY: Final = "steward"
"""Where the application keeps its surroundings, among its extensions."""

Identify = Callable[[Session, str, datetime], Principal | None]
"""Finds whoever holds an opaque token of the service at the moment."""
Confirm = Callable[[Session, Principal], Principal | None]
"""Returns an organizer as they stand now, or None where their sign-in holds no more."""


class Access(StrEnum):
    """Who may come in by a blueprint."""

    PUBLIC = "public"
    CONTACT = "contact"
    ORGANIZER = "organizer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the application was built with. ``access`` holds every blueprint by its name."""

    config: Config
    database: Database
    clock: Clock
    access: Mapping[str, Access]
    identify: Identify | None
    confirm: Confirm | None


def surroundings() -> Surroundings:
    """Return what the present application was built with."""
    return cast("Surroundings", current_app.extensions[KEY])


def now() -> datetime:
    """Return the present moment, by the application's clock."""
    return surroundings().clock()


def is_api() -> bool:
    """Say whether the request is for JSON, by its path; there may be no such route."""
    prefix = f"/{surroundings().config.service}/api"
    return request.path == prefix or request.path.startswith(f"{prefix}/")


def is_htmx() -> bool:
    """Say whether the request comes from a page that swaps in a part of itself."""
    return "HX-Request" in request.headers


config: Config = cast("Config", LocalProxy(lambda: surroundings().config))
"""The present application's configuration."""
database: Database = cast("Database", LocalProxy(lambda: surroundings().database))
"""The present application's database: ``database.write(operation, …)``, ``database.read(query, …)``."""
