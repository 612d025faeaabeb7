"""No table of series: its events know each other by the id they share, and nothing asked for the rule again."""

import sqlalchemy as sa
from alembic import op
from shared.database import UtcDateTime

revision = "696733e15608"
down_revision = "426165746e3f"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_table("series")
    # Accounts from before there were roles: their holders could do everything.
    op.execute("UPDATE organizers SET role = 'office' WHERE role = 'organizer'")


def downgrade() -> None:
    op.create_table(
        "series",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("community", sa.String(), nullable=False),
        sa.Column("rule", sa.JSON(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["organizers.id"], name=op.f("fk_series_created_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series")),
    )
