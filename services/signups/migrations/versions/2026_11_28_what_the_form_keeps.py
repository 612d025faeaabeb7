"""What the form keeps: answers, skills by one's own word, several sign-ups under one key, one-time codes."""

import sqlalchemy as sa
from alembic import op
from shared.database import UtcDateTime

revision = "16803ae04598"
down_revision = "5377ac1362db"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "codes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("phone_key", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_codes")),
        sa.UniqueConstraint("event_id", "phone_key", name=op.f("uq_codes_event_id_phone_key")),
    )
    with op.batch_alter_table("codes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_codes_expires_at"), ["expires_at"], unique=False)

    with op.batch_alter_table("idempotency_keys", schema=None) as batch_op:
        batch_op.add_column(sa.Column("others", sa.JSON(), server_default="[]", nullable=False))

    with op.batch_alter_table("signups", schema=None) as batch_op:
        batch_op.add_column(sa.Column("answers", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("skilled", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("signups", schema=None) as batch_op:
        batch_op.drop_column("skilled")
        batch_op.drop_column("answers")

    with op.batch_alter_table("idempotency_keys", schema=None) as batch_op:
        batch_op.drop_column("others")

    with op.batch_alter_table("codes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_codes_expires_at"))

    op.drop_table("codes")
