"""Places are offered to those who wait."""

import sqlalchemy as sa
from alembic import op

from shared.database import UtcDateTime

revision = "44c592d178d2"
down_revision = "63ed89cc71e2"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("signups", schema=None) as batch_op:
        batch_op.add_column(sa.Column("offered_until", UtcDateTime(), nullable=True))
        batch_op.create_index(
            "ix_signups_offered_until",
            ["offered_until"],
            unique=False,
            postgresql_where=sa.text("offered_until IS NOT NULL"),
            sqlite_where=sa.text("offered_until IS NOT NULL"),
        )


def downgrade() -> None:
    with op.batch_alter_table("signups", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_signups_offered_until",
            postgresql_where=sa.text("offered_until IS NOT NULL"),
            sqlite_where=sa.text("offered_until IS NOT NULL"),
        )
        batch_op.drop_column("offered_until")
