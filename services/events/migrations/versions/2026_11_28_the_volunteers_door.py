"""What events ask at the volunteer's door: questions, codes, offers, time between shifts."""

import sqlalchemy as sa
from alembic import op

revision = "0fa617f57662"
down_revision = "696733e15608"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.add_column(sa.Column("offer_minutes", sa.Integer(), server_default="120", nullable=False))
        batch_op.add_column(sa.Column("asks_code", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("travel_minutes", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("daily_hours", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("rest_hours", sa.Integer(), nullable=True))

    with op.batch_alter_table("shifts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("questions", sa.JSON(), server_default="[]", nullable=False))
        batch_op.add_column(sa.Column("swap_approval", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("shifts", schema=None) as batch_op:
        batch_op.drop_column("swap_approval")
        batch_op.drop_column("questions")

    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.drop_column("rest_hours")
        batch_op.drop_column("daily_hours")
        batch_op.drop_column("travel_minutes")
        batch_op.drop_column("asks_code")
        batch_op.drop_column("offer_minutes")
