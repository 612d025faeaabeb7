"""places kept for units: until when, who waits for more, and whose name the unit may see."""

import sqlalchemy as sa
from alembic import op
from shared.database import UtcDateTime

revision = "a41c7e0b93d2"
down_revision = "16803ae04598"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("holds", schema=None) as batch_op:
        batch_op.add_column(sa.Column("release_at", UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("waits_since", UtcDateTime(), nullable=True))
        batch_op.create_index(batch_op.f("ix_holds_release_at"), ["release_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_holds_shift_id"), ["shift_id"], unique=False)

    with op.batch_alter_table("signups", schema=None) as batch_op:
        batch_op.add_column(sa.Column("shows_name", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("signups", schema=None) as batch_op:
        batch_op.drop_column("shows_name")

    with op.batch_alter_table("holds", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_holds_shift_id"))
        batch_op.drop_index(batch_op.f("ix_holds_release_at"))
        batch_op.drop_column("waits_since")
        batch_op.drop_column("release_at")
