"""The secrets of sign-in codes and uploaded lists are sealed: the rows that are there as well."""

import sqlalchemy as sa
from alembic import op

from shared import sealed_rows

revision = "c1d40f2a97be"
down_revision = "696733e15608"
branch_labels = None
depends_on = None

OF_UPLOADS = ("records", "findings")


def upgrade() -> None:
    sealed_rows.seal("organizers", ["totp_secret"])
    sealed_rows.change_types("uploads", OF_UPLOADS, sa.JSON(), sa.String())
    sealed_rows.seal("uploads", OF_UPLOADS)


def downgrade() -> None:
    sealed_rows.unseal("uploads", OF_UPLOADS)
    if op.get_bind().dialect.name == "postgresql":  # to SQLite JSON is text
        sealed_rows.change_types("uploads", OF_UPLOADS, sa.String(), sa.JSON())
    sealed_rows.unseal("organizers", ["totp_secret"])
