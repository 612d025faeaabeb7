"""At which migration a database stands, and which is the newest: without Alembic, which takes long to import."""

import re
from pathlib import Path
from typing import Final

from sqlalchemy import inspect, text
from sqlalchemy.orm import Session

SERVICES: Final = Path(__file__).resolve().parent.parent / "services"
NAMED: Final = re.compile(r"""^(revision|down_revision)\b.*= *['"](\w+)['"]""", re.MULTILINE)


def newest(service: str) -> str | None:
    """Return the one migration of the service that none follows; None where that is not one."""
    last = known(service) - _named(service, "down_revision")
    return last.pop() if len(last) == 1 else None


def known(service: str) -> set[str]:
    """Return all migrations of the service."""
    return _named(service, "revision")


def seen(session: Session) -> str | None:
    """Return the newest migration that the database has seen; None before the first."""
    if not inspect(session.connection()).has_table("alembic_version"):
        return None
    found: str | None = session.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def _named(service: str, which: str) -> set[str]:
    files = (SERVICES / service / "migrations" / "versions").glob("*.py")
    return {name for file in files for kind, name in NAMED.findall(file.read_text(encoding="utf-8")) if kind == which}
