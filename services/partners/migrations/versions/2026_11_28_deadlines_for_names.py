"""deadlines for names: until when places are kept, and how many were released then."""

import sqlalchemy as sa
from alembic import op
from shared.database import UtcDateTime

revision = "6b0d2f8e51ac"
down_revision = "d9e4820563dd"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # SQLite adds these without building the table, which others refer to, anew.
    op.add_column("pledges", sa.Column("release_at", UtcDateTime(), nullable=True))
    op.add_column("pledges", sa.Column("released", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("pledges", schema=None) as batch_op:
        batch_op.drop_column("released")
        batch_op.drop_column("release_at")
