"""What the other services say, kept as copies: only what is newer is written, so their order does not matter."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from services.events.models import Base, HoldCopy, NeedCopy, PledgeCopy, SignupCopy


def record_signup(session: Session, signup: Mapping[str, Any]) -> None:
    """Keep where the sign-up stands; ``signup`` is the data of a ``signup.*`` message."""
    _keep(session, SignupCopy, signup)


def record_hold(session: Session, hold: Mapping[str, Any]) -> None:
    """Keep how many places are kept for a pledge; ``hold`` is the data of a ``places.*`` message."""
    _keep(session, HoldCopy, hold)


def record_pledge(session: Session, pledge: Mapping[str, Any]) -> None:
    """Keep what a unit promises; ``pledge`` is the data of a ``pledge.*`` message."""
    _keep(session, PledgeCopy, pledge)


def record_need(session: Session, need: Mapping[str, Any]) -> None:
    """Keep what is asked of units; ``need`` is the data of a ``need.posted`` message."""
    _keep(session, NeedCopy, need)


def _keep(session: Session, model: type[Base], data: Mapping[str, Any]) -> None:
    """Insert or replace the copy, in one statement that refuses an older version."""
    table = model.__table__
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    values = {column.name: data[column.name] for column in table.columns}
    statement = insert(model).values(values)
    key = [column.name for column in table.primary_key]
    session.execute(
        statement.on_conflict_do_update(
            index_elements=key,
            set_={name: statement.excluded[name] for name in values if name not in key},
            where=table.c.version < statement.excluded.version,
        )
    )
