"""Own data: who was erased, whose consent has ended, and who was shown whose contact data."""

import sqlalchemy as sa
from alembic import op
from shared.database import UtcDateTime

revision = "5377ac1362db"
down_revision = "f968e5c6a22b"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "contact_views",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("community", sa.String(), nullable=False),
        sa.Column("organizer_id", sa.Uuid(), nullable=False),
        sa.Column("organizer", sa.String(), nullable=False),
        sa.Column("place", sa.Enum("page", "file", "api", name="place", native_enum=False, length=20), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("people", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_views")),
    )
    with op.batch_alter_table("contact_views", schema=None) as batch_op:
        batch_op.create_index("ix_contact_views_community_at", ["community", "at"], unique=False)

    op.create_table(
        "erasures",
        sa.Column("volunteer_id", sa.Uuid(), nullable=False),
        sa.Column("erased_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("volunteer_id", name=op.f("pk_erasures")),
    )
    with op.batch_alter_table("signups", schema=None) as batch_op:
        batch_op.add_column(sa.Column("consent_ended_at", UtcDateTime(), nullable=True))

    with op.batch_alter_table("volunteers", schema=None) as batch_op:
        batch_op.add_column(sa.Column("erased_at", UtcDateTime(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("volunteers", schema=None) as batch_op:
        batch_op.drop_column("erased_at")

    with op.batch_alter_table("signups", schema=None) as batch_op:
        batch_op.drop_column("consent_ended_at")

    op.drop_table("erasures")
    with op.batch_alter_table("contact_views", schema=None) as batch_op:
        batch_op.drop_index("ix_contact_views_community_at")

    op.drop_table("contact_views")
