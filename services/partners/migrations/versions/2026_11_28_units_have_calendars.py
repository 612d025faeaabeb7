"""units have calendars."""

import sqlalchemy as sa
from alembic import op
from shared.database import UtcDateTime

revision = "99f24842d0a5"
down_revision = "245ddd944bfd"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "feeds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("work_unit_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["work_unit_id"], ["work_units.id"], name=op.f("fk_feeds_work_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feeds")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_feeds_token_hash")),
        sa.UniqueConstraint("work_unit_id", name=op.f("uq_feeds_work_unit_id")),
    )


def downgrade() -> None:
    op.drop_table("feeds")
