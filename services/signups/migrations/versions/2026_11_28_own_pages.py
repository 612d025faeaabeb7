"""Links to one's own pages, and places that are handed on."""

import sqlalchemy as sa
from alembic import op
from shared.database import UtcDateTime

revision = "1c48ae5975ef"
down_revision = "8752693758bf"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "access_links",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("volunteer_id", sa.Uuid(), nullable=True),
        sa.Column("address_mark", sa.String(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_links")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_access_links_token_hash")),
    )
    with op.batch_alter_table("access_links", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_access_links_expires_at"), ["expires_at"], unique=False)

    op.create_table(
        "feeds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("volunteer_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["volunteer_id"], ["volunteers.id"], name=op.f("fk_feeds_volunteer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feeds")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_feeds_token_hash")),
        sa.UniqueConstraint("volunteer_id", name=op.f("uq_feeds_volunteer_id")),
    )
    op.create_table(
        "handovers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("signup_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("open", "asked", "done", "declined", "lapsed", name="state", native_enum=False, length=20),
            nullable=False,
        ),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("taker_id", sa.Uuid(), nullable=True),
        sa.Column("asked_at", UtcDateTime(), nullable=True),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("birth_date", sa.String(), nullable=True),
        sa.Column("guardian_name", sa.String(), nullable=True),
        sa.Column("guardian_phone", sa.String(), nullable=True),
        sa.Column("answers", sa.String(), nullable=True),
        sa.Column("skilled", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["signup_id"], ["signups.id"], name=op.f("fk_handovers_signup_id")),
        sa.ForeignKeyConstraint(["taker_id"], ["volunteers.id"], name=op.f("fk_handovers_taker_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handovers")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_handovers_token_hash")),
    )
    with op.batch_alter_table("handovers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_handovers_taker_id"), ["taker_id"], unique=False)
        batch_op.create_index(
            "uq_handovers_under_way",
            ["signup_id"],
            unique=True,
            postgresql_where=sa.text("state IN ('open', 'asked')"),
            sqlite_where=sa.text("state IN ('open', 'asked')"),
        )


def downgrade() -> None:
    with op.batch_alter_table("handovers", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_handovers_under_way",
            postgresql_where=sa.text("state IN ('open', 'asked')"),
            sqlite_where=sa.text("state IN ('open', 'asked')"),
        )
        batch_op.drop_index(batch_op.f("ix_handovers_taker_id"))

    op.drop_table("handovers")
    op.drop_table("feeds")
    with op.batch_alter_table("access_links", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_access_links_expires_at"))

    op.drop_table("access_links")
