"""When people are thanked for an event, and the short links of letters."""

import sqlalchemy as sa
from alembic import op
from shared.database import UtcDateTime

revision = "00d5cb1d43ce"
down_revision = "29ec1a2eb605"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "short_links",
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("signup_id", sa.Uuid(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["signup_id"], ["signups.id"], name=op.f("fk_short_links_signup_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_short_links")),
    )
    with op.batch_alter_table("short_links", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_short_links_expires_at"), ["expires_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_short_links_signup_id"), ["signup_id"], unique=False)

    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.add_column(sa.Column("thanks", sa.Boolean(), server_default=sa.true(), nullable=False))
        batch_op.add_column(sa.Column("thanks_at", UtcDateTime(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.drop_column("thanks_at")
        batch_op.drop_column("thanks")

    with op.batch_alter_table("short_links", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_short_links_signup_id"))
        batch_op.drop_index(batch_op.f("ix_short_links_expires_at"))

    op.drop_table("short_links")
