"""Contact data is sealed: the rows that are there as well."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op

from shared import sealed_rows, sealing

revision = "f968e5c6a22b"
down_revision = "3178a2271110"
branch_labels = None
depends_on = None

OF_SIGNUPS = ("email", "birth_date", "guardian_name", "guardian_phone")
OF_UPLOADS = ("records", "findings")


def upgrade() -> None:
    with op.batch_alter_table("volunteers") as batch_op:
        batch_op.drop_index("uq_volunteers_phone_name_key")
        batch_op.add_column(sa.Column("phone_key", sa.String()))
        batch_op.add_column(sa.Column("phone_end", sa.String()))
    sealed_rows.change_types("signups", ["birth_date"], sa.Date(), sa.String())  # ISO 8601, as a sealed date is
    sealed_rows.seal("volunteers", ["phone"], _found_by)
    sealed_rows.seal("signups", OF_SIGNUPS)
    with op.batch_alter_table("volunteers") as batch_op:
        batch_op.alter_column("phone_key", existing_type=sa.String(), nullable=False)
        batch_op.alter_column("phone_end", existing_type=sa.String(), nullable=False)
        batch_op.create_index("uq_volunteers_phone_key_name_key", ["phone_key", "name_key"], unique=True)
    sealed_rows.change_types("uploads", OF_UPLOADS, sa.JSON(), sa.String())
    sealed_rows.seal("uploads", OF_UPLOADS)


def downgrade() -> None:
    sealed_rows.unseal("uploads", OF_UPLOADS)
    if op.get_bind().dialect.name == "postgresql":  # to SQLite JSON and dates are text
        sealed_rows.change_types("uploads", OF_UPLOADS, sa.String(), sa.JSON())
    with op.batch_alter_table("volunteers") as batch_op:
        batch_op.drop_index("uq_volunteers_phone_key_name_key")
        batch_op.drop_column("phone_end")
        batch_op.drop_column("phone_key")
    sealed_rows.unseal("volunteers", ["phone"])
    sealed_rows.unseal("signups", OF_SIGNUPS)
    if op.get_bind().dialect.name == "postgresql":
        sealed_rows.change_types("signups", ["birth_date"], sa.String(), sa.Date())
    with op.batch_alter_table("volunteers") as batch_op:
        batch_op.create_index("uq_volunteers_phone_name_key", ["phone", "name_key"], unique=True)


def _found_by(row: Mapping[str, Any]) -> Mapping[str, Any]:
    keys = sealing.ring_of(op.get_bind().dialect).fingerprints("volunteers.phone", row["phone"])
    return {"phone_key": keys[0], "phone_end": row["phone"][-4:]}
