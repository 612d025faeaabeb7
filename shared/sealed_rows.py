"""What migrations use to seal the rows that are there, and to open them when they are taken back."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from alembic import op
from sqlalchemy import String, Uuid, bindparam, column, select, table, update

from shared.sealing import Sealed

AT_ONCE: Final = 1000
Row = Mapping[str, Any]


def seal(name: str, columns: Sequence[str], more: Callable[[Row], Row] = lambda _row: {}) -> None:
    """Seal the columns of every row of the table; ``more`` says what else to write into a row, as text."""
    _rewrite(name, columns, lambda _column: String(), Sealed, more)


def unseal(name: str, columns: Sequence[str]) -> None:
    """Write the columns of every row as they can be read."""
    _rewrite(name, columns, Sealed, lambda _column: String(), lambda _row: {})


def change_types(name: str, columns: Sequence[str], before: Any, after: Any) -> None:
    """Give the columns another type, and keep what stands in them."""
    kind = after.compile(op.get_bind().dialect)
    with op.batch_alter_table(name) as batch_op:
        for one in columns:
            batch_op.alter_column(one, existing_type=before, type_=after, postgresql_using=f"{one}::{kind}")


def _rewrite(
    name: str,
    columns: Sequence[str],
    read: Callable[[str], Any],
    write: Callable[[str], Any],
    more: Callable[[Row], Row],
) -> None:
    key = column("id", Uuid())
    before = table(name, key, *(column(one, read(f"{name}.{one}")) for one in columns))
    connection, last = op.get_bind(), None
    while True:
        query = select(before).order_by(before.c.id).limit(AT_ONCE)
        rows = connection.execute(query if last is None else query.where(before.c.id > last)).mappings().all()
        if not rows:
            return
        last = rows[-1]["id"]
        changed = [
            {"row": row["id"]} | {one: row[one] for one in columns} | dict(more({one: row[one] for one in columns}))
            for row in rows
        ]
        extra = [column(one, String()) for one in changed[0].keys() - {"row", *columns}]
        after = table(name, column("id", Uuid()), *(column(one, write(f"{name}.{one}")) for one in columns), *extra)
        connection.execute(update(after).where(after.c.id == bindparam("row")), changed)
