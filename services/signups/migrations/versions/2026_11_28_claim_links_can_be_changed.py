"""the links by which units' people claim their places can be changed."""

import sqlalchemy as sa
from alembic import op

revision = "57c2f933ccc1"
down_revision = "00d5cb1d43ce"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("holds", schema=None) as batch_op:
        batch_op.add_column(sa.Column("claim_link", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("holds", schema=None) as batch_op:
        batch_op.drop_column("claim_link")
