"""notices know what they come of."""

import sqlalchemy as sa
from alembic import op

revision = "5b38281991b5"
down_revision = "fd070302f335"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("mailings", "notices"):
        op.add_column(table, sa.Column("correlation_id", sa.String(), nullable=True))


def downgrade() -> None:
    for table in ("notices", "mailings"):
        with op.batch_alter_table(table) as batch:
            batch.drop_column("correlation_id")
