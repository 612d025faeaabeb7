"""Which of those who wait are offered a place."""

import sqlalchemy as sa
from alembic import op

revision = "ee293db1dc2a"
down_revision = "0fa617f57662"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("signup_copies", schema=None) as batch_op:
        batch_op.add_column(sa.Column("offered", sa.Boolean(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("signup_copies", schema=None) as batch_op:
        batch_op.drop_column("offered")
