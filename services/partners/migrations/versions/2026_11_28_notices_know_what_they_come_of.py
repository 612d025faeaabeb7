"""notices know what they come of."""

import sqlalchemy as sa
from alembic import op

revision = "6b683ad7754a"
down_revision = "799c49d38b24"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("mailings", "notices"):
        op.add_column(table, sa.Column("correlation_id", sa.String(), nullable=True))


def downgrade() -> None:
    for table in ("notices", "mailings"):
        with op.batch_alter_table(table) as batch:
            batch.drop_column("correlation_id")
