"""Contact data is sealed: the rows that are there as well."""

from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op

from shared import sealing
from shared.sealing import Sealed

revision = "f968e5c6a22b"
down_revision = "3178a2271110"
branch_labels = None
depends_on = None

AT_ONCE = 1000
SEALED = {"volunteers": ("phone",), "signups": ("email", "birth_date", "guardian_name", "guardian_phone")}


def upgrade() -> None:
    with op.batch_alter_table("volunteers") as batch_op:
        batch_op.drop_index("uq_volunteers_phone_name_key")
        batch_op.add_column(sa.Column("phone_key", sa.String()))
        batch_op.add_column(sa.Column("phone_end", sa.String()))
    with op.batch_alter_table("signups") as batch_op:
        # ISO 8601, as a sealed date is written.
        batch_op.alter_column(
            "birth_date", existing_type=sa.Date(), type_=sa.String(), postgresql_using="birth_date::text"
        )
    _rewrite("volunteers", _plain, Sealed, _found_by)
    _rewrite("signups", _plain, Sealed)
    with op.batch_alter_table("volunteers") as batch_op:
        batch_op.alter_column("phone_key", existing_type=sa.String(), nullable=False)
        batch_op.alter_column("phone_end", existing_type=sa.String(), nullable=False)
        batch_op.create_index("uq_volunteers_phone_key_name_key", ["phone_key", "name_key"], unique=True)


def downgrade() -> None:
    with op.batch_alter_table("volunteers") as batch_op:
        batch_op.drop_index("uq_volunteers_phone_key_name_key")
        batch_op.drop_column("phone_end")
        batch_op.drop_column("phone_key")
    _rewrite("volunteers", Sealed, _plain)
    _rewrite("signups", Sealed, _plain)
    if op.get_bind().dialect.name == "postgresql":  # to SQLite a date is the same text
        op.alter_column("signups", "birth_date", type_=sa.Date(), postgresql_using="birth_date::date")
    with op.batch_alter_table("volunteers") as batch_op:
        batch_op.create_index("uq_volunteers_phone_name_key", ["phone", "name_key"], unique=True)


def _plain(_column: str) -> sa.String:
    return sa.String()


def _found_by(row: Mapping[str, Any]) -> Mapping[str, Any]:
    keys = sealing.ring_of(op.get_bind().dialect).fingerprints("volunteers.phone", row["phone"])
    return {"phone_key": keys[0], "phone_end": row["phone"][-4:]}


def _rewrite(
    name: str,
    read: Callable[[str], Any],
    write: Callable[[str], Any],
    more: Callable[[Mapping[str, Any]], Mapping[str, Any]] = lambda _row: {},
) -> None:
    """Read each row with one type for what is sealed and write it with the other, a thousand at a time."""
    columns = SEALED[name]
    before = sa.table(name, sa.column("id", sa.Uuid), *(sa.column(one, read(f"{name}.{one}")) for one in columns))
    extra = [sa.column(one, sa.String) for one in ("phone_key", "phone_end") if name == "volunteers"]
    after = sa.table(
        name, sa.column("id", sa.Uuid), *(sa.column(one, write(f"{name}.{one}")) for one in columns), *extra
    )
    connection, last = op.get_bind(), None
    while True:
        query = sa.select(before).order_by(before.c.id).limit(AT_ONCE)
        rows = connection.execute(query if last is None else query.where(before.c.id > last)).mappings().all()
        if not rows:
            return
        last = rows[-1]["id"]
        connection.execute(
            sa.update(after).where(after.c.id == sa.bindparam("row")),
            [{"row": row["id"]} | {one: row[one] for one in columns} | dict(more(row)) for row in rows],
        )
